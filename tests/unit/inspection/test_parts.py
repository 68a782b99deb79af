"""Parts of an inspection are read at the same time, with the help of each other, and kept for their time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from walletwatch.chain.inspection.parts import FAILED, Part, PartReader
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.risk import Facts, Unknown, UnknownReason


@dataclass(frozen=True, slots=True)
class Supply:
    raw: int


@dataclass(frozen=True, slots=True)
class Pools:
    count: int


@dataclass(frozen=True, slots=True)
class Selling:
    of_supply: int


class Reading:
    """What the parts find, and how often they were asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.supply: Supply | Unknown = Supply(7)
        self.pools: Pools | Unknown = Pools(2)
        self.fails = False
        self.clock = FakeClock()
        self.cache = FakeCache(self.clock)

    def reader(self) -> PartReader:
        def part(name: str, give: type, ttl: int, find: Callable[[Facts], object], *needs: type) -> Part:
            async def read(_subject: str, facts: Facts) -> Facts:
                self.asked[name] += 1
                if self.fails:
                    raise ChainUnavailable("down")
                await asyncio.sleep(0)
                return {give: find(facts)}

            return Part(name, (give,), timedelta(seconds=ttl), read, needs)

        parts = [
            # It is named first and needs the others: their order is of no importance.
            part("selling", Selling, 60, lambda facts: Selling(facts[Supply].raw), Supply),
            part("supply", Supply, 300, lambda _: self.supply),
            part("pools", Pools, 60, lambda _: self.pools),
        ]
        return PartReader(
            parts, cache=self.cache, clock=self.clock, metrics=FakeMetrics(), chain="x1-mainnet"
        )


@pytest.fixture
def reading() -> Reading:
    return Reading()


async def test_parts_are_read_once_and_kept_for_their_own_time(reading: Reading) -> None:
    began = reading.clock.now()
    read = await reading.reader().read("mint")
    assert read.facts == {Supply: Supply(7), Pools: Pools(2), Selling: Selling(7)}
    assert read.read_at == began
    reading.clock.advance(59)
    assert (await reading.reader().read("mint")).facts == read.facts
    assert reading.asked == {"supply": 1, "pools": 1, "selling": 1}
    reading.clock.advance(2)
    assert (await reading.reader().read("mint")).read_at == began
    assert reading.asked == {"supply": 1, "pools": 2, "selling": 2}
    reading.clock.advance(300)
    assert (await reading.reader().read("mint")).read_at == reading.clock.now()


async def test_subjects_do_not_mix(reading: Reading) -> None:
    await reading.reader().read("mint")
    reading.supply = Supply(8)
    assert (await reading.reader().read("another")).facts[Supply] == Supply(8)
    assert (await reading.reader().read("mint")).facts[Supply] == Supply(7)


async def test_what_could_not_be_had_is_asked_for_again_soon_and_what_is_refused_is_not(
    reading: Reading,
) -> None:
    reading.supply = Unknown(UnknownReason.REFUSED)
    reading.pools = Unknown(UnknownReason.UNAVAILABLE)
    with pytest.raises(AttributeError):
        # The part that needs the supply does not expect it to be unknown.
        await reading.reader().read("mint")
    reading.asked.clear()
    reading.supply, reading.pools = Supply(1), Pools(5)
    reading.clock.advance(FAILED.total_seconds() + 1)
    with pytest.raises(AttributeError):
        await reading.reader().read("mint")
    assert reading.asked == {"selling": 1, "pools": 1}


async def test_a_part_that_raises_is_not_kept(reading: Reading) -> None:
    reading.fails = True
    with pytest.raises(ChainUnavailable):
        await reading.reader().read("mint")
    reading.fails = False
    assert (await reading.reader().read("mint")).facts[Pools] == Pools(2)


async def test_without_the_cache_it_is_read_each_time(reading: Reading) -> None:
    reading.cache.outage.down = True
    for _ in range(2):
        assert (await reading.reader().read("mint")).facts[Selling] == Selling(7)
    assert reading.asked["supply"] == 2


async def test_what_another_version_kept_is_read_anew(reading: Reading) -> None:
    await reading.reader().read("mint")
    for key, (_, end) in list(reading.cache.values.items()):
        reading.cache.values[key] = (b'{"at":"2026-11-01T00:00:00Z","facts":{"Supply":{"old":1}}}', end)
    assert (await reading.reader().read("mint")).facts == {
        Supply: Supply(7), Pools: Pools(2), Selling: Selling(7),
    }  # fmt: skip
