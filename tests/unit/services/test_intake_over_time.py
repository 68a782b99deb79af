"""Whatever goes away and whoever is killed: no update is lost, and none is answered twice."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.claims import FakeUpdateClaims
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.settlements import FakeSettlements
from tests.fakes.stores import FakeStores
from walletwatch.domain.admission import Knock, SessionChange
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.services.admitting import Admitting
from walletwatch.services.intake import Enter, Intake, UpdateIntake

LAPSE_SECONDS = 31
INSTANCES = 2


class Killed(BaseException):
    """The environment is gone."""


class Deliveries(RuleBasedStateMachine):
    """Telegram delivers an update until it is told that it was taken, to whichever instance."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.claims = FakeUpdateClaims(FakeStores(self.clock))
        self.settlements = FakeSettlements(self.clock)
        self.metrics = FakeMetrics()
        self.intakes = [self._instance() for _ in range(INSTANCES)]
        self.numbers = count(1)
        self.pending: list[int] = []
        self.answered: Counter[int] = Counter()
        self.may_repeat: Counter[int] = Counter()
        self.fate = "well"

    def _instance(self) -> UpdateIntake:
        admitting = Admitting(self.claims, self.settlements, self.metrics)
        return UpdateIntake(
            admitting=admitting, handle=self._handle, metrics=self.metrics, updates_per_minute=10**6
        )

    async def _handle(self, update: Mapping[str, Any], enter: Enter) -> SessionChange | None:
        if await enter(Knock(recalls=update["update_id"] % 2 == 0)) is None:
            return None
        if self.fate == "killed":
            raise Killed
        if self.fate == "fault":
            raise StoreUnavailable("a fault of ours")
        self.answered[update["update_id"]] += 1
        return None

    async def _deliver(self, update_id: int, instance: int) -> bool:
        """Whether the instance said that it was taken."""
        person = {"from": {"id": 1}, "chat": {"id": 1, "type": "private"}}
        visit = self.intakes[instance].visit({"update_id": update_id, "message": person})
        try:
            outcome = await visit.take()
        except Killed:
            return False
        except StoreUnavailable:
            if visit.is_due:
                await visit.close(None)
            return False
        if self.fate == "killed after the answer":
            self.may_repeat[update_id] += outcome is Intake.HANDLED
            return False
        if visit.is_due:
            await visit.close(None)
            if self.settlements.outage.down and self.claims.outage.down:
                self.may_repeat[update_id] += 1
        return True

    @rule(
        fate=st.sampled_from(["well", "well", "fault", "killed", "killed after the answer"]),
        instance=st.integers(0, INSTANCES - 1),
        lost=st.booleans(),
        data=st.data(),
    )
    def deliver(self, fate: str, instance: int, lost: bool, data: st.DataObject) -> None:
        """Telegram delivers a new update, or one that it was not told of."""
        new = len(self.pending) < 3 and data.draw(st.booleans(), label="new")
        if new or not self.pending:
            self.pending.append(next(self.numbers))
        update_id = self.pending[-1] if new else data.draw(st.sampled_from(self.pending), label="update")
        self.fate = fate
        if _run(self._deliver(update_id, instance)) and not lost:
            self.pending.remove(update_id)

    @rule(which=st.sampled_from(["claims", "settlements"]), down=st.booleans())
    def store(self, which: str, down: bool) -> None:
        """A store goes away or comes back."""
        (self.claims if which == "claims" else self.settlements).outage.down = down

    @rule(seconds=st.sampled_from([1, LAPSE_SECONDS]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    @invariant()
    def none_is_answered_twice(self) -> None:
        """But those whose end nobody could store."""
        assert all(times <= 1 + self.may_repeat[update] for update, times in self.answered.items())

    def teardown(self) -> None:
        """In the end everything is there again, and Telegram has nothing left to deliver."""
        self.claims.outage.down = self.settlements.outage.down = False
        self.fate = "well"
        self.clock.advance(LAPSE_SECONDS)
        for update_id in list(self.pending):
            assert _run(self._deliver(update_id, 0))
        assert all(self.answered[update_id] for update_id in range(1, next(self.numbers)))
        self.none_is_answered_twice()


def _run[T](work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


Deliveries.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestDeliveries = Deliveries.TestCase
