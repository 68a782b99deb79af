"""What scans said is given back as it was said."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from walletwatch.domain.connections import Connections, Edge, Node, Tie
from walletwatch.domain.risk import Evidence, Finding, Level, Nature, UnknownReason, Verdict, Weighed
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.work import SubjectKind
from walletwatch.services.scan_memory import KEPT_FOR, ScanMemory

MINT = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"

GRAPH = Connections(
    MINT,
    (Node(MINT, 0, None), Node("other", 1, "a list")),
    (Edge(Tie.TRADED_ALIKE, MINT, "other", 5, 1, ("coin",), "signature", 7),),
    3,
    complete=False,
    unknown=UnknownReason.TOO_MUCH,
)


class World:
    """A memory over a cache."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.cache = FakeCache(self.clock)
        self.metrics = FakeMetrics()
        self.memory = self.on("test")

    def on(self, chain: str) -> ScanMemory:
        return ScanMemory(self.cache, self.metrics, self.clock, chain=chain)

    def report(self) -> ScanReport:
        # A name that looks like a number is none.
        finding = Finding(
            "transfer_fee",
            (Evidence(MINT, "transfer_fee", "<b>99</b>", 7), Evidence(MINT, "listed", "x", None)),
            {"name": "1.50", "percent": Decimal("99.5"), "count": 3},
            Decimal("0.25"),
            "approved_on",
        )
        verdict = Verdict(
            61,
            Level.DANGER,
            87,
            (Weighed(finding, Nature.EVIDENCE, Decimal("12.5")),),
            {"holders": UnknownReason.REFUSED},
            4,
        )
        identity = TokenIdentity(MINT, 6, "TOLL", "Toll", None, IdentitySource.METAPLEX)
        now = self.clock.now()
        return ScanReport(
            MINT, SubjectKind.TOKEN, identity, verdict, True, now, now + timedelta(minutes=5), now, GRAPH
        )


async def test_what_is_recalled_is_what_was_remembered() -> None:
    world = World()
    report = world.report()
    assert await world.memory.recall(MINT) is None
    await world.memory.remember(report)
    assert await world.memory.recall(MINT) == report
    world.clock.advance(299)
    later = await world.memory.recall(MINT)
    assert later == replace(report, asked_at=world.clock.now())
    assert later is not None
    assert (later.age_seconds, later.is_fresh) == (299, True)
    world.clock.advance(1)
    old = await world.memory.recall(MINT)
    assert old is not None
    assert not old.is_fresh


async def test_it_ends_and_chains_are_apart() -> None:
    world = World()
    await world.memory.remember(world.report())
    assert await world.on("other").recall(MINT) is None
    world.clock.advance(KEPT_FOR.total_seconds() + 1)
    assert await world.memory.recall(MINT) is None


async def test_without_the_cache_nothing_is_known_and_nothing_fails() -> None:
    world = World()
    world.cache.outage.down = True
    await world.memory.remember(world.report())
    assert await world.memory.recall(MINT) is None
    assert world.metrics.counts["CacheFailures"] >= 2
