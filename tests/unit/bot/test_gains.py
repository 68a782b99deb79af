"""/pnl through the bot."""

from decimal import Decimal

import pytest

from tests.contract.things import address
from tests.lives import MINT, XNT, received, sent, swapped
from tests.unit.bot.conftest import BORIS, OTHER, WALLET, Chat
from tests.unit.bot.test_figures import keep
from walletwatch.domain.money import NATIVE

PEER = address("peer")


async def _lives(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER} Pocket")
    await chat.send(f"/watch {PEER} Savings")
    await keep(
        chat,
        OTHER,
        received(10 * XNT, usd={NATIVE: "1"}, wallet=OTHER, slot=1),
        swapped((NATIVE, 4 * XNT), (MINT, 2_000_000), usd={NATIVE: "2", MINT: None}, wallet=OTHER, slot=2),
        sent(XNT, whom=PEER, usd={NATIVE: "3"}, wallet=OTHER, slot=3, signature="move"),
        received(5_000_000, MINT, wallet=OTHER, slot=4),
    )
    arrived = received(XNT, whom=OTHER, usd={NATIVE: "3"}, wallet=PEER, slot=3, signature="move")
    await keep(chat, PEER, arrived)


async def test_realised_and_unrealised_by_token(chat: Chat) -> None:
    await _lives(chat)
    chat.prices.usd[NATIVE] = Decimal("1.5")
    await chat.send("/pnl")
    assert "Realised <b>+$4.00</b>" in chat.last
    assert "Unrealised <b>+$3.00</b>" in chat.last
    assert "<b>6 XNT</b> · $9.00" in chat.last
    assert "cost $6.00 · unrealised +$3.00 (+50 %)" in chat.last
    assert "no price now" in chat.last
    assert "cost $8.00 · unrealised unknown" in chat.last
    assert "5 of it came when I knew no price" in chat.last
    await chat.send("/pnl savings")
    assert "<b>1 XNT</b> · $1.50" in chat.last
    assert "cost $1.00" in chat.last
    assert "Realised <b>$0</b>" in chat.last


async def test_one_token_only(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/pnl pocket xnt")
    assert "XNT" in chat.last
    assert "BEAR" not in chat.last
    for name in ("bear", MINT):
        await chat.send(f"/pnl {name}")
        assert "BEAR" in chat.last
        assert "XNT" not in chat.last


async def test_without_prices_nothing_is_guessed(chat: Chat) -> None:
    await _lives(chat)
    chat.prices.down = True
    await chat.send("/pnl all")
    assert "I can't get prices right now" in chat.last
    assert "unrealised unknown" in chat.last
    assert "Realised <b>+$4.00</b>" in chat.last


async def test_pages_and_wallets_by_buttons(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER}")
    await chat.send(f"/watch {PEER} Savings")
    await keep(chat, OTHER, *(received(n + 1, address(n), wallet=OTHER) for n in range(8)))
    await chat.send("/pnl")
    first = chat.last
    await chat.press(chat.buttons[0])
    assert chat.last != first
    (choose,) = [data for data in chat.buttons if data.startswith("1:hv:")]
    await chat.press(choose)
    await chat.press(chat.buttons[1])
    assert "of <b>Savings</b>" in chat.last


async def test_nothing_and_nobody(chat: Chat) -> None:
    await chat.send("/pnl")
    assert "no wallet" in chat.last
    await chat.send(f"/watch {WALLET}")
    await chat.send("/pnl")
    assert "Nothing came or went" in chat.last
    await chat.send("/pnl nobody")
    assert "no wallet called “nobody”" in chat.last


@pytest.mark.parametrize("argument", ["", "x", "0.rU..0", "..!.0"])
async def test_outdated_and_other_peoples_buttons(chat: Chat, argument: str) -> None:
    await _lives(chat)
    await chat.send(f"/watch {WALLET}", user=BORIS)
    await chat.press(f"1:hl:{argument}", user=BORIS)
    assert "outdated" in chat.last
    mine = next(iter(chat.stores.tables.subscriptions))
    await chat.press(f"1:hl:{mine}...0", user=BORIS)
    assert "outdated" in chat.last


async def test_what_cannot_be_reckoned_is_not_called_nothing(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER} Pocket")
    await keep(chat, OTHER, received(3 * XNT, wallet=OTHER, slot=1), sent(XNT, wallet=OTHER, slot=2))
    chat.prices.usd[NATIVE] = Decimal("1.5")
    await chat.send("/pnl")
    assert "Realised <b>unknown</b>" in chat.last
    assert "Unrealised <b>unknown</b>" in chat.last
    assert "<b>2 XNT</b> · $3.00" in chat.last


async def test_tokens_that_are_in_no_sum_are_counted_and_fees_are_told(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER} Pocket")
    await keep(
        chat,
        OTHER,
        received(2 * XNT, usd={NATIVE: "1"}, wallet=OTHER, slot=1),
        received(5_000_000, MINT, wallet=OTHER, slot=2, fee=XNT // 2),
    )
    chat.prices.usd[NATIVE] = Decimal(3)
    await chat.send("/pnl")
    assert "Unrealised <b>+$3.00</b>, without one token whose price or cost is unknown" in chat.last
    assert "cost $1.50 · unrealised +$3.00 (+200 %)" in chat.last
    assert "0.5 paid as fees, bought for $0.50: not in the gains" in chat.last
