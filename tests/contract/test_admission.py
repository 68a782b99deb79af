"""Letting updates in and settling them: claims, quotas and conversations, in memory and in Valkey."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import Volatile
from walletwatch.domain.admission import Admitted, Arrival, Claim, Quota, SessionChange, Settlement
from walletwatch.domain.sessions import Session
from walletwatch.domain.telemetry import Instance, Report, Tally

ANNA, BORIS = 11, 12
MINUTE = timedelta(minutes=1)
ASKED = Session(ANNA, ANNA, "watch", ("30", "ü\n\x00"), datetime(2026, 11, 1, 12, 0, 0, 123456, UTC))


def arrival(
    update_id: int, user: int | None = ANNA, *, limit: int = 100, counted_as: str = "update"
) -> Arrival:
    return Arrival(update_id, user, Quota(counted_as, limit, MINUTE), user)


def storing(session: Session | None, replaced: str = "", update_id: int = 1) -> Settlement:
    return Settlement(arrival(update_id), True, SessionChange(ANNA, ANNA, replaced, session))


async def read(volatile: Volatile, user: int = ANNA) -> Session | None:
    """What an update that comes now would find."""
    volatile.updates += 1
    admitted = await volatile.admission.admit(arrival(10**6 + volatile.updates, user))
    assert admitted.session_known
    return admitted.session


class TestClaims:
    async def test_an_update_is_taken_once(self, volatile: Volatile) -> None:
        claims = [(await volatile.admission.admit(arrival(7))).claim for _ in range(3)]
        assert claims == [Claim.TAKEN, Claim.IN_PROGRESS, Claim.IN_PROGRESS]
        assert (await volatile.admission.admit(arrival(8))).claim is Claim.TAKEN

    async def test_at_once_one_gets_it(self, volatile: Volatile) -> None:
        answers = await asyncio.gather(*(volatile.admission.admit(arrival(7)) for _ in range(10)))
        assert [answer.claim for answer in answers].count(Claim.TAKEN) == 1

    async def test_what_is_done_stays_done(self, volatile: Volatile) -> None:
        await volatile.admission.admit(arrival(7))
        assert await volatile.admission.settle(Settlement(arrival(7), done=True))
        assert [await volatile.admission.admit(arrival(7)) for _ in range(2)] == [Admitted(Claim.DONE)] * 2

    async def test_given_back_it_can_be_taken_again(self, volatile: Volatile) -> None:
        await volatile.admission.admit(arrival(7))
        for update_id in (7, 8):
            await volatile.admission.settle(Settlement(arrival(update_id), done=False))
        claims = [(await volatile.admission.admit(arrival(7))).claim for _ in range(2)]
        assert claims == [Claim.TAKEN, Claim.IN_PROGRESS]

    async def test_one_that_nobody_sent_has_no_conversation(self, volatile: Volatile) -> None:
        assert await volatile.admission.admit(arrival(7, None)) == Admitted(Claim.TAKEN)
        await volatile.admission.settle(Settlement(arrival(7, None), done=True))
        assert await volatile.admission.admit(arrival(7, None)) == Admitted(Claim.DONE)

    async def test_a_group_has_none_either(self, volatile: Volatile) -> None:
        answer = await volatile.admission.admit(replace(arrival(7), chat_id=None))
        assert answer == Admitted(Claim.TAKEN)


class TestQuotas:
    async def test_one_too_many_is_done_and_others_are_not_concerned(self, volatile: Volatile) -> None:
        answers = [await volatile.admission.admit(arrival(number, limit=3)) for number in range(5)]
        assert [answer.allowed for answer in answers] == [True, True, True, False, False]
        assert answers[-1] == Admitted(Claim.TAKEN, allowed=False)
        assert (await volatile.admission.admit(arrival(4, limit=3))).claim is Claim.DONE
        assert (await volatile.admission.admit(arrival(5, BORIS, limit=3))).allowed
        assert (await volatile.admission.admit(arrival(6, limit=3, counted_as="update:5"))).allowed

    async def test_one_that_comes_again_counts_once(self, volatile: Volatile) -> None:
        for _ in range(5):
            assert (await volatile.admission.admit(arrival(1, limit=2))).allowed
            await volatile.admission.settle(Settlement(arrival(1), done=False))
        assert (await volatile.admission.admit(arrival(2, limit=2))).allowed
        assert (await volatile.admission.admit(arrival(1, limit=2))).allowed
        assert not (await volatile.admission.admit(arrival(3, limit=2))).allowed

    async def test_a_window_ends(self, volatile: Volatile) -> None:
        quota = Quota("update", 1, timedelta(seconds=0.2))
        allowed = [
            (await volatile.admission.admit(Arrival(number, ANNA, quota))).allowed for number in range(2)
        ]
        await volatile.elapse(0.3)
        allowed.append((await volatile.admission.admit(Arrival(3, ANNA, quota))).allowed)
        assert allowed == [True, False, True]

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=20), st.integers(1, 4))
    async def test_of_any_deliveries_so_many_different_ones_are_handled(
        self, volatile: Volatile, deliveries: list[tuple[int, bool]], limit: int
    ) -> None:
        volatile.updates += 1
        base, user = volatile.updates * 1000, 10**9 + volatile.updates
        handled: set[int] = set()
        for number, done in deliveries:
            each = arrival(base + number, user, limit=limit)
            admitted = await volatile.admission.admit(each)
            if admitted.claim is not Claim.TAKEN:
                continue
            if admitted.allowed:
                handled.add(number)
                await volatile.admission.settle(Settlement(each, done=done))
        assert len(handled) == min(limit, len({number for number, _ in deliveries}))


class TestConversations:
    async def test_a_session_comes_back_as_it_was(self, volatile: Volatile) -> None:
        assert await volatile.admission.settle(storing(ASKED))
        stored = await read(volatile)
        assert stored is not None
        assert stored == replace(ASKED, version=stored.version)
        assert len(stored.version) == 32
        assert await read(volatile) == stored
        assert await read(volatile, BORIS) is None

    async def test_of_many_that_begin_one_at_once_one_does(self, volatile: Volatile) -> None:
        saved = await asyncio.gather(
            *(volatile.admission.settle(storing(ASKED, update_id=number)) for number in range(10))
        )
        assert saved.count(True) == 1

    async def test_what_another_instance_stored_is_not_overwritten(self, volatile: Volatile) -> None:
        admission = volatile.admission
        await admission.settle(storing(ASKED))
        first = await read(volatile)
        assert first is not None
        assert await admission.settle(storing(replace(ASKED, command="scan"), first.version))
        second = await read(volatile)
        assert second is not None
        assert not await admission.settle(storing(replace(ASKED, command="balance"), first.version, 3))
        assert not await admission.settle(storing(None, first.version, 4))
        assert await read(volatile) == second
        assert await admission.settle(storing(None, second.version))
        assert await read(volatile) is None
        # What could not be stored was handled all the same.
        assert [(await admission.admit(arrival(number))).claim for number in (3, 4)] == [Claim.DONE] * 2

    async def test_what_was_ended_does_not_come_back(self, volatile: Volatile) -> None:
        await volatile.admission.settle(storing(ASKED))
        stored = await read(volatile)
        assert stored is not None
        assert [await volatile.admission.settle(storing(None, stored.version)) for _ in range(2)] == [
            True
        ] * 2
        assert not await volatile.admission.settle(storing(ASKED, stored.version))
        assert await read(volatile) is None
        assert await volatile.admission.settle(storing(ASKED))

    async def test_one_too_many_does_not_read_it(self, volatile: Volatile) -> None:
        await volatile.admission.settle(storing(ASKED))
        assert (await volatile.admission.admit(arrival(1000, limit=0))).session is None


async def test_a_report_goes_along(volatile: Volatile) -> None:
    now = volatile.clock.now()
    tally = Tally()
    tally.count("webhook", "UpdatesHandled", 2)
    report = Report(Instance("i", "webhook", now, now, 5, 50, None), tally)
    for update_id in (1, 2):
        await volatile.admission.settle(Settlement(arrival(update_id), done=True), report)
    assert (await volatile.board.total()).of("UpdatesHandled") == 4
    assert [instance.id for instance in await volatile.board.instances(MINUTE)] == ["i"]
