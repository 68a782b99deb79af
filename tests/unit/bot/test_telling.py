"""The buttons below what is told."""

import pytest

from tests.contract.things import activity, address, candidates_of, tell_all
from tests.unit.bot.conftest import ANNA, BORIS, WALLET, Chat
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.domain.activities import Leg
from walletwatch.domain.delivery import activity_key
from walletwatch.domain.digests import DigestPolicy, plan_deliveries

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


async def test_details_lead_back_and_not_to_themselves(chat: Chat, key: str) -> None:
    await chat.press(details(key))
    assert details(key) not in chat.buttons
    await chat.press(chat.buttons[-1])
    assert WALLET not in chat.last
    assert details(key) in chat.buttons


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
        CallbackData(Action.TOLD, key).encode(),
    ]
    await chat.press(CallbackData(Action.AM_BLOCK_SENDER, SENDER).encode())
    known = await chat.stores.subscriptions.chat(ANNA)
    assert known is not None
    assert SENDER in known.settings.filter.senders
    await chat.press(CallbackData(Action.LESS, key).encode(), user=BORIS)
    assert "outdated" in chat.last


class TestGroup:
    """Two payments that came together."""

    @pytest.fixture
    async def group(self, chat: Chat) -> str:
        for user in (ANNA, BORIS):
            await chat.send(f"/watch {WALLET} Mine", user=user)
        (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
        told = [activity(letter * 88, 2_000_000_000 + place, WALLET) for place, letter in enumerate("45")]
        now = chat.clock.now()
        outgoing = await chat.stores.ledger.record(
            subscription.wallet_id,
            told,
            candidates_of(told, subscription),
            lambda new, bursts: plan_deliveries(new, bursts, policy=DigestPolicy(), now=now, oldest=now),
            since=now,
        )
        (message,) = outgoing.pending
        return message.key

    async def test_each_has_its_details_and_a_way_back(self, chat: Chat, group: str) -> None:
        back = CallbackData(Action.TOLD, group).encode()
        for number, letter in ((1, "4"), (2, "5")):
            await chat.press(details(f"{group}.{number}"))
            assert f"<code>{letter * 88}</code>" in chat.last
            assert chat.buttons[-1] == back
            assert details(f"{group}.{number}") not in chat.buttons
        await chat.press(back)
        assert "2 activities" in chat.last
        assert chat.buttons == [details(f"{group}.{number}") for number in (1, 2)]

    async def test_less_of_one_of_them(self, chat: Chat, group: str) -> None:
        await chat.press(CallbackData(Action.LESS, f"{group}.2").encode())
        assert chat.buttons[-2:] == [
            CallbackData(Action.AM_BLOCK_SENDER, SENDER).encode(),
            details(f"{group}.2"),
        ]

    async def test_nobody_elses_is_shown(self, chat: Chat, group: str) -> None:
        for data in (details(f"{group}.1"), CallbackData(Action.TOLD, group).encode()):
            await chat.press(data, user=BORIS)
            assert "outdated" in chat.last

    @pytest.mark.parametrize("number", ["0", "3", "99", "100", "-1", "x", ""])
    async def test_a_number_that_it_does_not_have(self, chat: Chat, group: str, number: str) -> None:
        await chat.press(details(f"{group}.{number}"))
        assert "outdated" in chat.last


class TestDigest:
    """Ten payments of two people, and tokens, which are counted and added up."""

    MINTS = (address("mint"), address("other mint"))

    @pytest.fixture
    async def digest(self, chat: Chat) -> str:
        for user in (ANNA, BORIS):
            await chat.send(f"/watch {WALLET} Mine", user=user)
        (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
        told = [
            activity(
                f"{place:088}",
                2_000_000_000 + place,
                WALLET,
                legs=(Leg(self.MINTS[place % 3 == 2], 5, 6, address(f"sender {place % 3}")),),
            )
            for place in range(10)
        ]
        now = chat.clock.now()
        outgoing = await chat.stores.ledger.record(
            subscription.wallet_id,
            told,
            candidates_of(told, subscription),
            lambda new, bursts: plan_deliveries(new, bursts, policy=DigestPolicy(), now=now, oldest=now),
            since=now,
        )
        (message,) = outgoing.pending
        return message.key

    async def test_it_leads_to_all_of_it_and_to_less_of_it(self, chat: Chat, digest: str) -> None:
        less = CallbackData(Action.LESS, digest).encode()
        await chat.press(CallbackData(Action.TOLD, digest).encode())
        assert "10 activities" in chat.last
        assert less in chat.buttons
        history = next(data for data in chat.buttons if data.startswith(f"1:{Action.HISTORY}:"))
        await chat.press(less)
        (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
        # What is most frequent comes first.
        assert chat.buttons == [
            CallbackData(Action.AM_MUTE_TOKEN, self.MINTS[0]).encode(),
            CallbackData(Action.AM_MUTE_TOKEN, self.MINTS[1]).encode(),
            CallbackData(Action.AM_MUTE_WALLET, str(subscription.id)).encode(),
            CallbackData(Action.AM_BLOCK_SENDER, address("sender 0")).encode(),
            CallbackData(Action.AM_BLOCK_SENDER, address("sender 1")).encode(),
            CallbackData(Action.TOLD, digest).encode(),
        ]
        await chat.press(history)
        assert "Mine" in chat.last
        await chat.press(less, user=BORIS)
        assert "outdated" in chat.last
