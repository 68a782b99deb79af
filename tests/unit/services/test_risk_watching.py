"""Who watches a wallet hears that its risk got worse, once, and only of what can be compared."""

from dataclasses import replace

import pytest

from tests.fakes.cache import FakeCache
from tests.fakes.inspection import FakeInspector, FakeJudge
from tests.fakes.metrics import FakeMetrics
from tests.fakes.risks import FakeRisks
from tests.unit.services.conftest import OTHER, WALLET, TextRenderer, World
from walletwatch.domain.chats import ChatSettings
from walletwatch.domain.errors import ChainUnavailable, QueueUnavailable
from walletwatch.domain.risk import UnknownReason
from walletwatch.domain.risk_watch import LOOK_AFTER
from walletwatch.domain.work import RiskCheck
from walletwatch.services.risk_watching import RiskWatching
from walletwatch.services.scan_memory import ScanMemory
from walletwatch.services.scanning import ScanReports


class Risks:
    """The scan function, of a world in memory."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.inspector, self.judge = FakeInspector(world.clock), FakeJudge()
        self.known = FakeRisks()
        memory = ScanMemory(FakeCache(world.clock), FakeMetrics(), world.clock, chain="test")
        self.service = RiskWatching(
            ScanReports(self.inspector, self.judge, memory, world.clock),
            watch=world.stores.watch,
            subscriptions=world.stores.subscriptions,
            risks=self.known,
            ledger=world.stores.ledger,
            queues=world.queues,
            renderer=TextRenderer(),
            alerting=world.alerting,
            clock=world.clock,
        )

    async def look(self, score: int, cause: str = "a") -> None:
        # What was remembered of the look before is no longer fresh.
        self.world.clock.advance(LOOK_AFTER.total_seconds())
        self.judge.score = score
        await self.service.run(RiskCheck(WALLET, cause))


@pytest.fixture
async def risks(world: World) -> Risks:
    await world.watch(1)
    return Risks(world)


async def test_the_first_look_is_what_later_ones_are_compared_with(risks: Risks) -> None:
    await risks.look(70)
    assert risks.world.told() == []
    (known,) = risks.known.known.values()
    assert (known.score, known.level) == (70, 3)


async def test_all_who_watch_hear_of_it_once(risks: Risks) -> None:
    await risks.world.watch(2)
    await risks.look(5)
    await risks.look(45, "b")
    assert sorted(risks.world.told()) == [(1, "worse 5 45 en"), (2, "worse 5 45 en")]
    await risks.look(45, "b")
    await risks.look(45, "c")
    await risks.look(20, "d")
    assert len(risks.world.told()) == 2


async def test_a_forum_hears_of_it_in_its_topic(risks: Risks) -> None:
    await risks.world.stores.subscriptions.change_settings(1, ChatSettings(topic=7))
    await risks.look(5)
    await risks.look(45, "b")
    assert [told.topic for told in risks.world.queues.notifications] == [7]


@pytest.mark.parametrize(("before", "now"), [(39, 41), (45, 58), (60, 20), (0, 19)])
async def test_a_step_over_an_edge_or_within_a_level_is_no_news(risks: Risks, before: int, now: int) -> None:
    await risks.look(before)
    await risks.look(now, "b")
    assert risks.world.told() == []


async def test_what_was_only_not_seen_for_a_while_is_no_news(risks: Risks) -> None:
    risks.judge.unknown = {"contacts": UnknownReason.UNAVAILABLE}
    await risks.look(0)
    assert risks.known.known == {}
    risks.judge.unknown = {}
    await risks.look(45, "b")
    risks.judge.unknown = {"contacts": UnknownReason.UNAVAILABLE}
    await risks.look(0, "c")
    risks.judge.unknown = {}
    await risks.look(45, "d")
    assert risks.world.told() == []
    # What is worse is so, whatever else was not seen.
    risks.judge.unknown = {"contacts": UnknownReason.UNAVAILABLE}
    await risks.look(90, "e")
    assert risks.world.told() == [(1, "worse 45 90 en")]


async def test_scores_of_other_rules_do_not_compare(risks: Risks) -> None:
    await risks.look(5)
    ((wallet, known),) = risks.known.known.items()
    risks.known.known[wallet] = replace(known, rules=known.rules - 1)
    await risks.look(90, "b")
    assert risks.world.told() == []


async def test_whoever_does_not_want_to_hear_does_not(risks: Risks) -> None:
    await risks.world.stores.subscriptions.change_settings(1, ChatSettings(risk=False))
    await risks.look(5)
    await risks.look(90, "b")
    assert risks.world.told() == []


async def test_what_could_not_be_told_is_compared_again(risks: Risks) -> None:
    await risks.look(5)
    risks.world.queues.down = True
    with pytest.raises(QueueUnavailable):
        await risks.look(90, "b")
    risks.world.queues.down = False
    risks.inspector.down = True
    with pytest.raises(ChainUnavailable):
        await risks.look(90, "b")
    risks.inspector.down = False
    await risks.look(90, "b")
    assert risks.world.told() == [(1, "worse 5 90 en")]


async def test_nobody_looks_at_what_nobody_watches(risks: Risks) -> None:
    await risks.service.run(RiskCheck(OTHER, "a"))
    assert risks.inspector.asked == []
