"""Alerts under quiet hours, digests and snoozes that change all the time: none is lost, doubled or late."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.unit.services.conftest import contact
from walletwatch.domain.alert_rules.firing import Attempt, PendingAlert, plan_firings, say
from walletwatch.domain.alert_rules.rule import AlertKind, NewRule, Rule, Terms
from walletwatch.domain.chats import Chat
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.quiet import Pace, QuietHours
from walletwatch.services.preferring import Preferring

CHAT = 1
QUIET = (None, QuietHours(22 * 60, 7 * 60), QuietHours(0, 23 * 60), QuietHours(60, 120, (1, 3)))

STEPS = st.tuples(
    st.sampled_from((20, 60, 300, 1800, 3600)),
    st.one_of(
        st.tuples(st.just("fire"), st.booleans()),
        st.tuples(st.just("snooze"), st.sampled_from((10, 90, 600))),
        st.tuples(st.just("wake"), st.none()),
        st.tuples(st.just("quiet"), st.sampled_from(QUIET)),
        st.tuples(st.just("pace"), st.sampled_from(Pace)),
    ),
)


class Person:
    """One chat with two alerts, of which one is urgent."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.stores = FakeStores(self.clock)
        self.preferring = Preferring(
            self.stores.subscriptions, self.stores.preferences, FakeQueues(), self.clock
        )
        self.fired: dict[str, bool] = {}
        self.told: list[str] = []

    async def begin(self) -> None:
        self.chat: Chat = await self.stores.subscriptions.remember(contact(CHAT))
        self.rules: dict[bool, Rule] = {}
        for urgent in (False, True):
            rule = NewRule(kind=AlertKind.APPROVAL, terms=Terms(points=1 + urgent), urgent=urgent)
            added = await self.stores.rules.add(CHAT, rule, limit=2)
            assert added is not None
            self.rules[urgent] = added

    async def look(self, seconds: int) -> None:
        """Time passes, and what was held until then is told."""
        self.clock.advance(seconds)
        self._tell(await self.stores.alerts.close_due(self._now, 100))
        timing = self.chat.settings.timing
        for occasion in self.fired.keys() - set(self.told):
            held = timing.urgent_until if self.fired[occasion] else timing.held_until
            assert held(self._now) is not None

    async def act(self, what: str, how: object) -> None:
        match what, how:
            case "fire", bool():
                await self._fire(urgent=how)
            case "snooze", int():
                self.chat = await self.preferring.snooze(self.chat, timedelta(minutes=how))
            case "quiet", QuietHours() | None:
                self.chat = await self.preferring.be_quiet(self.chat, how)
            case "pace", Pace():
                self.chat = await self.preferring.pace(self.chat, how, 9)
            case _:
                self.chat = await self.preferring.wake(self.chat)

    async def _fire(self, *, urgent: bool) -> None:
        occasion = str(len(self.fired))
        self.fired[occasion] = urgent
        firing = say(self.rules[urgent], occasion, self._now, {})
        plan = partial(plan_firings, now=self._now)
        self._tell(await self.stores.alerts.fire([Attempt(self.rules[urgent].id, self.chat, firing)], plan))

    def _tell(self, pending: Sequence[PendingAlert]) -> None:
        timing = self.chat.settings.timing
        for alert in pending:
            self.told += [firing.occasion for firing in alert.firings]
            if any(firing.urgent for firing in alert.firings):
                assert timing.urgent_until(self._now) is None
            self.stores.tables.deliveries[alert.key].status = DeliveryStatus.SENT

    @property
    def _now(self) -> datetime:
        return self.clock.now()


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, min_size=30, max_size=60))
def test_whatever_is_changed_each_is_told_once_and_none_is_held_for_nothing(
    steps: list[tuple[int, tuple[str, object]]],
) -> None:
    async def live() -> None:
        person = Person()
        await person.begin()
        for seconds, (what, how) in steps:
            await person.look(seconds)
            await person.act(what, how)
        for what, how in (("quiet", None), ("pace", Pace.NOW), ("wake", None)):
            await person.act(what, how)
        await person.look(1)
        assert sorted(person.told) == sorted(person.fired)

    asyncio.run(live())
