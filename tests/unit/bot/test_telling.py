"""The buttons below what is told."""

import pytest

from tests.contract.things import activity, address, candidates_of, tell_all
from tests.unit.bot.conftest import ANNA, BORIS, WALLET, Chat
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.domain.delivery import activity_key

SENDER = address("sender")


def details(key: str) -> str:
    return CallbackData(Action.DETAILS, key).encode()


@pytest.fixture
async def key(chat: Chat) -> str:
    """Of a message that Anna was told."""
    for user in (ANNA, BORIS):
        await chat.send(f"/watch {WALLET} Mine", user=user)
    (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
    told = activity("5" * 88, 2_000_000_000, WALLET)
    await chat.stores.ledger.record(
        subscription.wallet_id,
        [told],
        candidates_of([told], subscription),
        lambda candidates, _bursts: tell_all(candidates),
        since=chat.clock.now(),
    )
    return activity_key(ANNA, WALLET, told.signature)


async def test_details_have_whole_addresses(chat: Chat, key: str) -> None:
    await chat.press(details(key))
    assert f"Wallet <code>{WALLET}</code>" in chat.last
    assert "5" * 88 in chat.last


async def test_nobody_elses_message_is_shown(chat: Chat, key: str) -> None:
    await chat.press(details(key), user=BORIS)
    assert "outdated" in chat.last


async def test_what_is_not_watched_any_more_is_not_shown(chat: Chat, key: str) -> None:
    await chat.send(f"/unwatch {WALLET}")
    await chat.press(details(key))
    assert "outdated" in chat.last


@pytest.mark.parametrize("text", ["", "0" * 32, "x" * 32, "0" * 31, "' OR 1=1 --"])
async def test_what_is_no_key(chat: Chat, text: str) -> None:
    await chat.press(details(text))
    assert "outdated" in chat.last


async def test_less_of_it(chat: Chat, key: str) -> None:
    await chat.press(CallbackData(Action.LESS, key).encode())
    (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
    assert chat.buttons == [
        CallbackData(Action.AM_MUTE_WALLET, str(subscription.id)).encode(),
        CallbackData(Action.AM_BLOCK_SENDER, SENDER).encode(),
        details(key),
    ]
    await chat.press(CallbackData(Action.AM_BLOCK_SENDER, SENDER).encode())
    known = await chat.stores.subscriptions.chat(ANNA)
    assert known is not None
    assert SENDER in known.settings.filter.senders
    await chat.press(CallbackData(Action.LESS, key).encode(), user=BORIS)
    assert "outdated" in chat.last
