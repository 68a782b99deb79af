"""/flows and /top through the bot."""

import pytest

from tests.contract.things import address
from tests.lives import MINT, XNT, received, sent, swapped
from tests.unit.bot.conftest import ANNA, BORIS, OTHER, WALLET, Chat
from walletwatch.domain.activities import Activity
from walletwatch.domain.lists import ListEntry, ListKind
from walletwatch.domain.money import NATIVE

PEER, BAD, POOL = address("peer"), address("bad"), "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"


async def keep(chat: Chat, wallet: str, *activities: Activity, user: int = ANNA) -> None:
    row = chat.stores.tables.wallet_at(wallet)
    assert row is not None
    await chat.stores.ledger.keep(row.id, activities)


async def _lives(chat: Chat) -> int:
    await chat.send(f"/watch {OTHER} Pocket")
    await chat.send(f"/watch {PEER} Savings")
    now = int(chat.clock.now().timestamp())
    await chat.lists.put(ListEntry(BAD, ListKind.BLOCK, "public list", "bad", chat.clock.now()))
    await keep(
        chat,
        OTHER,
        received(3 * XNT, whom=POOL, usd={NATIVE: "2"}, at=now - 60, wallet=OTHER),
        sent(XNT, whom=BAD, usd={NATIVE: "2"}, at=now - 90_000, wallet=OTHER, fee=5000),
        received(7_000_000, MINT, whom=BAD, at=now - 5000, wallet=OTHER),
        swapped((NATIVE, XNT), (MINT, 1_000_000), usd={NATIVE: "2", MINT: None}, at=now - 10, wallet=OTHER),
        sent(XNT, whom=PEER, usd={NATIVE: "2"}, at=now - 40 * 86_400, wallet=OTHER),
    )
    return now


async def test_flows_by_token_day_and_counterparty(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/flows pocket")
    assert "🌊 <b>In and out</b> of <b>Pocket</b>" in chat.last
    assert "last 30 days" in chat.last
    assert "in $8.00, out $4.00" in chat.last
    assert "One of 5 movements (20 %) had no known price" in chat.last
    assert "+ 1 XNT <i>(+ 3, − 2)</i> · in $6.00, out $4.00" in chat.last
    assert "BEAR" in chat.last
    assert "Fees 0.000005 XNT" in chat.last
    token, day, party = chat.buttons[:3]
    await chat.press(day)
    assert "<b>31 Oct 2026</b> in $0, out $2.00 · 1×" in chat.last
    await chat.press(party)
    assert "🏷 XDEX" in chat.last
    assert "⚠️ <code>" in chat.last
    assert "(public list)" in chat.last
    assert "Nobody in particular" in chat.last
    await chat.press(token)
    assert "BEAR" in chat.last


async def test_without_any_price_that_is_said_once(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER} Pocket")
    now = int(chat.clock.now().timestamp())
    await keep(chat, OTHER, *(received(XNT, whom=PEER, at=now - age, wallet=OTHER) for age in (60, 90)))
    await chat.send("/flows")
    assert "2 movements, none of them of a known price." in chat.last
    assert chat.last.count("known price") == 1
    assert "$" not in chat.last


async def test_what_moves_between_own_wallets_is_no_flow(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/flows all 90d")
    assert "your 2 wallets" in chat.last
    assert "One movement between your own wallets" in chat.last
    await chat.send("/flows pocket 90d")
    assert "between your own" not in chat.last


async def test_top_by_number_and_by_value(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/top pocket 90d")
    first = chat.last
    assert first.index("public list") < first.index("XDEX")
    assert "👛 Savings" in first
    assert "· 2× · " in first
    (by_value,) = [data for data in chat.buttons if ".v." in data]
    await chat.press(by_value)
    assert chat.last.index("XDEX") < chat.last.index("public list")
    (sent_to,) = [data for data in chat.buttons if ".vo." in data]
    await chat.press(sent_to)
    assert "XDEX" not in chat.last


async def test_a_wallet_is_chosen_by_a_button(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/flows")
    (choose,) = [data for data in chat.buttons if data.startswith("1:hv:")]
    await chat.press(choose)
    await chat.press(chat.buttons[1])
    assert "of <b>Savings</b>" in chat.last
    assert "Nothing came or went" in chat.last


async def test_many_are_paged(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER}")
    now = int(chat.clock.now().timestamp())
    await keep(chat, OTHER, *(received(n, whom=address(n), at=now - n, wallet=OTHER) for n in range(1, 31)))
    await chat.send("/top")
    assert "12. " in chat.last
    assert "13. " not in chat.last
    await chat.press(chat.buttons[0])
    assert "13. " in chat.last


@pytest.mark.parametrize("command", ["flows", "top"])
async def test_nothing_and_nobody(chat: Chat, command: str) -> None:
    await chat.send(f"/{command}")
    assert "no wallet" in chat.last
    await chat.send(f"/watch {WALLET}")
    await chat.send(f"/{command}")
    assert "Nothing came or went" in chat.last
    await chat.send(f"/{command} <b>nobody")
    assert "no wallet called “&lt;b&gt;nobody”" in chat.last
    await chat.send(f"/{command} {WALLET} 2026-99")
    assert "that time" in chat.last


@pytest.mark.parametrize("action", ["hf", "hc", "hv"])
@pytest.mark.parametrize(
    "argument", ["", "x", "...", "...!", ".rzzzz..0", "0..ABC.0", "..t.zzzzz", "hf.....", "c..t.0"]
)
async def test_a_button_that_is_none_of_ours_is_outdated(chat: Chat, action: str, argument: str) -> None:
    await chat.send(f"/watch {WALLET}")
    await chat.press(f"1:{action}:{argument}")
    assert "outdated" in chat.last


async def test_nobody_sees_anothers_figures(chat: Chat) -> None:
    await _lives(chat)
    await chat.send(f"/watch {WALLET}", user=BORIS)
    for command in ("/flows pocket", "/top pocket"):
        await chat.send(command)
        mine = [data for data in chat.buttons if not data.startswith("1:hv")]
        for data in mine:
            await chat.press(data, user=BORIS)
            assert "outdated" in chat.last
        await chat.send(command, user=BORIS)
        assert "no wallet called" in chat.last
