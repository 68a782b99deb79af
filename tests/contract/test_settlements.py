"""Settling updates: that they are done, and what their conversations wait for, in memory and in Valkey."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import Volatile
from walletwatch.domain.admission import Arrival, Quota, SessionChange, Settlement
from walletwatch.domain.sessions import Session
from walletwatch.domain.telemetry import Instance, Report, Tally

ANNA, BORIS = 11, 12
MINUTE = timedelta(minutes=1)
ASKED = Session(ANNA, ANNA, "watch", ("30", "ü\n\x00"), datetime(2026, 11, 1, 12, 0, 0, 123456, UTC))


def arrival(update_id: int, user: int | None = ANNA) -> Arrival:
    return Arrival(update_id, user, Quota("update", 100, MINUTE), user)


def storing(session: Session | None, replaced: str | None = "", update_id: int = 1) -> Settlement:
    return Settlement(arrival(update_id), True, SessionChange(ANNA, ANNA, replaced, session))


async def read(volatile: Volatile, user: int = ANNA) -> Session | None:
    """What an update that comes now would find."""
    return await volatile.settlements.session(arrival(10**6, user))


class TestUpdates:
    async def test_what_is_done_is_settled(self, volatile: Volatile) -> None:
        assert not await volatile.settlements.settled(arrival(7))
        for _ in range(2):
            assert await volatile.settlements.settle(Settlement(arrival(7), done=True))
        assert await volatile.settlements.settled(arrival(7))
        assert not await volatile.settlements.settled(arrival(8))

    async def test_what_is_given_back_is_not(self, volatile: Volatile) -> None:
        assert await volatile.settlements.settle(Settlement(arrival(7), done=False))
        assert not await volatile.settlements.settled(arrival(7))

    async def test_one_that_nobody_sent(self, volatile: Volatile) -> None:
        assert await volatile.settlements.settle(Settlement(arrival(7, None), done=True))
        assert await volatile.settlements.settled(arrival(7, None))


class TestConversations:
    async def test_a_session_comes_back_as_it_was(self, volatile: Volatile) -> None:
        assert await volatile.settlements.settle(storing(ASKED))
        stored = await read(volatile)
        assert stored is not None
        assert stored == replace(ASKED, version=stored.version)
        assert len(stored.version) == 32
        assert await read(volatile) == stored
        assert await read(volatile, BORIS) is None

    async def test_of_many_that_begin_one_at_once_one_does(self, volatile: Volatile) -> None:
        saved = await asyncio.gather(
            *(volatile.settlements.settle(storing(ASKED, update_id=number)) for number in range(10))
        )
        assert saved.count(True) == 1

    async def test_what_another_instance_stored_is_not_overwritten(self, volatile: Volatile) -> None:
        settlements = volatile.settlements
        await settlements.settle(storing(ASKED))
        first = await read(volatile)
        assert first is not None
        assert await settlements.settle(storing(replace(ASKED, command="scan"), first.version, 2))
        second = await read(volatile)
        assert second is not None
        assert not await settlements.settle(storing(replace(ASKED, command="balance"), first.version, 3))
        assert not await settlements.settle(storing(None, first.version, 4))
        assert await read(volatile) == second
        assert await settlements.settle(storing(None, second.version, 5))
        assert await read(volatile) is None
        # What could not be stored was handled all the same.
        assert [await settlements.settled(arrival(number)) for number in (3, 4)] == [True] * 2

    async def test_what_was_ended_does_not_come_back(self, volatile: Volatile) -> None:
        await volatile.settlements.settle(storing(ASKED))
        stored = await read(volatile)
        assert stored is not None
        assert [await volatile.settlements.settle(storing(None, stored.version)) for _ in range(2)] == [
            True
        ] * 2
        assert not await volatile.settlements.settle(storing(ASKED, stored.version))
        assert await read(volatile) is None
        assert await volatile.settlements.settle(storing(ASKED))


class TestWithoutReading:
    """Commands end whatever was asked before them, without a look at it."""

    async def test_an_earlier_question_is_ended(self, volatile: Volatile) -> None:
        await volatile.settlements.settle(storing(ASKED, update_id=5))
        assert await volatile.settlements.settle(storing(None, None, 6))
        assert await read(volatile) is None
        assert await volatile.settlements.settle(storing(None, None, 7))

    async def test_an_earlier_question_is_replaced(self, volatile: Volatile) -> None:
        for number, command in ((99, "watch"), (100, "scan"), (1000, "balance")):
            assert await volatile.settlements.settle(storing(replace(ASKED, command=command), None, number))
            stored = await read(volatile)
            assert stored is not None
            assert stored.command == command

    async def test_a_later_question_stays(self, volatile: Volatile) -> None:
        await volatile.settlements.settle(storing(ASKED, update_id=100))
        stored = await read(volatile)
        assert not await volatile.settlements.settle(storing(None, None, 99))
        assert not await volatile.settlements.settle(storing(replace(ASKED, command="scan"), None, 9))
        assert await read(volatile) == stored

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=8, unique=True))
    async def test_in_whatever_order_they_are_settled_the_latest_question_waits(
        self, volatile: Volatile, numbers: list[int]
    ) -> None:
        volatile.updates += 1
        user = 10**9 + volatile.updates
        for number in numbers:
            asked = replace(ASKED, chat_id=user, user_id=user, before=(str(number),))
            change = SessionChange(user, user, None, asked)
            await volatile.settlements.settle(Settlement(arrival(number, user), True, change))
        stored = await read(volatile, user)
        assert stored is not None
        assert stored.before == (str(max(numbers)),)


async def test_a_report_goes_along(volatile: Volatile) -> None:
    now = volatile.clock.now()
    tally = Tally()
    tally.count("webhook", "UpdatesHandled", 2)
    report = Report(Instance("i", "webhook", now, now, 5, 50, None), tally)
    for update_id, done in ((1, True), (2, False)):
        await volatile.settlements.settle(Settlement(arrival(update_id), done=done), report)
    assert (await volatile.board.total()).of("UpdatesHandled") == 4
    assert [instance.id for instance in await volatile.board.instances(MINUTE)] == ["i"]
