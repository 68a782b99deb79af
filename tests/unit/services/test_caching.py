"""Reading through the cache: one load for all who ask, whatever fails meanwhile."""

import asyncio
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.loop import VirtualLoop
from tests.fakes.metrics import FakeMetrics
from walletwatch.domain.caching import CacheStats, escaped
from walletwatch.domain.chain import TokenHolding, WalletBalance
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.wallets import AccountKind
from walletwatch.services.balances import Balances
from walletwatch.services.caching import LOCK_FOR, WAIT_SECONDS, Cached
from walletwatch.services.transactions import Transactions

TTL = timedelta(seconds=10)
STALE = timedelta(seconds=50)


class LoopClock(FakeClock):
    """The time of the event loop, so that waiting lets the values of a cache grow old."""

    def now(self) -> Any:
        return self.moment + timedelta(seconds=asyncio.get_running_loop().time())


@dataclass
class World:
    """Instances that share a cache, and what they load."""

    clock: FakeClock = field(default_factory=LoopClock)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    loads: list[Sequence[str]] = field(default_factory=list)
    seconds: float = 0.1
    failures: int = 0
    cache: FakeCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = FakeCache(self.clock)

    def instance(self, *, stale_for: timedelta = timedelta(0)) -> Cached[int]:
        decode = msgspec.json.Decoder(int).decode
        return Cached(self.cache, self.metrics, decode=decode, ttl=TTL, stale_for=stale_for)

    async def load(self) -> int:
        return (await self.load_many([""]))[""]

    async def load_many(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.loads.append(keys)
        number = len(self.loads)
        await asyncio.sleep(self.seconds)
        if self.failures:
            self.failures -= 1
            raise ChainUnavailable("down")
        return {key: number for key in keys if key != "gone"}


def on_virtual_time(story: Callable[[World], Any]) -> World:
    world = World()
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(story(world))
    return world


def test_in_a_process_all_who_ask_share_one_load() -> None:
    async def story(world: World) -> None:
        instance = world.instance()
        asked = (instance.get_or_load("key", world.load) for _ in range(100))
        assert await asyncio.gather(*asked) == [1] * 100
        assert await instance.get_or_load("key", world.load) == 1

    assert len(on_virtual_time(story).loads) == 1


def test_between_instances_one_loads_and_the_others_wait_for_it() -> None:
    async def story(world: World) -> None:
        asked = (world.instance().get_or_load("key", world.load) for _ in range(20))
        assert await asyncio.gather(*asked) == [1] * 20
        assert world.cache.stats() == CacheStats(hits=19, misses=1)

    assert len(on_virtual_time(story).loads) == 1


def test_while_one_loads_anew_the_others_have_the_stale_value_at_once() -> None:
    async def story(world: World) -> None:
        instances = [world.instance(stale_for=STALE) for _ in range(5)]
        assert await instances[0].get_or_load("key", world.load) == 1
        await asyncio.sleep(TTL.total_seconds() + 1)
        loop = asyncio.get_running_loop()
        started = loop.time()
        first = asyncio.create_task(instances[0].get_or_load("key", world.load))
        await asyncio.sleep(0.01)
        others = await asyncio.gather(*(each.get_or_load("key", world.load) for each in instances[1:]))
        assert others == [1] * 4
        assert loop.time() - started < world.seconds
        assert await first == 2
        assert await instances[1].get_or_load("key", world.load) == 2

    assert len(on_virtual_time(story).loads) == 2


def test_a_loader_that_was_killed_is_waited_for_no_longer_than_bearable() -> None:
    async def story(world: World) -> None:
        await world.cache.look(["key"], holder="killed", lock_for=LOCK_FOR, stale_for=timedelta(0))
        loop = asyncio.get_running_loop()
        started = loop.time()
        assert await world.instance().get_or_load("key", world.load) == 1
        assert WAIT_SECONDS <= loop.time() - started < WAIT_SECONDS + 0.3
        assert world.metrics.counts["CacheWaitsInVain"] == 1
        # It was kept all the same.
        assert await world.instance().get_or_load("key", world.load) == 1

    assert len(on_virtual_time(story).loads) == 1


def test_once_the_lock_of_a_killed_loader_ends_one_loads() -> None:
    async def story(world: World) -> None:
        await world.cache.look(["key"], holder="killed", lock_for=LOCK_FOR, stale_for=timedelta(0))
        await asyncio.sleep(LOCK_FOR.total_seconds() - 1)
        asked = (world.instance().get_or_load("key", world.load) for _ in range(10))
        assert await asyncio.gather(*asked) == [1] * 10

    assert len(on_virtual_time(story).loads) == 1


def test_an_error_goes_to_all_who_waited_and_is_not_kept() -> None:
    async def story(world: World) -> None:
        world.failures = 1
        instance = world.instance()
        asked = (instance.get_or_load("key", world.load) for _ in range(5))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(answer) for answer in answers] == [ChainUnavailable] * 5
        assert world.cache.values == {}
        assert await instance.get_or_load("key", world.load) == 2

    assert len(on_virtual_time(story).loads) == 2


def test_another_instance_loads_itself_where_the_first_failed() -> None:
    async def story(world: World) -> None:
        world.failures = 1
        first, second = (
            asyncio.create_task(world.instance().get_or_load("key", world.load)) for _ in range(2)
        )
        answers = await asyncio.gather(first, second, return_exceptions=True)
        assert sorted(map(str, answers)) == ["2", "down"]

    assert len(on_virtual_time(story).loads) == 2


def test_whoever_gives_up_does_not_take_the_load_from_the_others() -> None:
    async def story(world: World) -> None:
        instance = world.instance()
        impatient, patient = (asyncio.create_task(instance.get_or_load("key", world.load)) for _ in range(2))
        await asyncio.sleep(0.01)
        impatient.cancel()
        assert await patient == 1
        assert impatient.cancelled()

    assert len(on_virtual_time(story).loads) == 1


def test_a_load_that_nobody_waits_for_ends_and_gives_up_its_lock() -> None:
    async def story(world: World) -> None:
        instance = world.instance()
        world.seconds = 3600
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await instance.get_or_load("key", world.load)
        world.seconds = 0
        # At once: neither the flight nor the lock is left.
        assert await instance.get_or_load("key", world.load) == 2
        assert world.metrics.counts["CacheWaitsInVain"] == 0

    on_virtual_time(story)


def test_without_the_cache_a_process_still_loads_once() -> None:
    async def story(world: World) -> None:
        world.cache.outage.down = True
        instance = world.instance()
        for expected in (1, 2):
            asked = (instance.get_or_load("key", world.load) for _ in range(10))
            assert await asyncio.gather(*asked) == [expected] * 10
        assert world.metrics.counts["CacheFailures"] == 2
        assert world.cache.stats() == CacheStats(hits=0, misses=2)

    on_virtual_time(story)


def test_a_cache_that_fails_after_the_load_costs_nothing_but_the_next_load() -> None:
    async def story(world: World) -> None:
        async def load() -> int:
            world.cache.outage.down = True
            return 7

        assert await world.instance().get_or_load("key", load) == 7

    on_virtual_time(story)


def test_what_nobody_can_read_is_loaded_anew_and_replaced() -> None:
    async def story(world: World) -> None:
        for value in (b"", b"\xff\x00", b'{"a": 1}', b"[" * 10_000):
            await world.cache.set("key", value, TTL)
            number = await world.instance().get_or_load("key", world.load)
            assert await world.instance().get_or_load("key", world.load) == number == len(world.loads)
        assert world.metrics.counts["CacheUnreadable"] == 4

    on_virtual_time(story)


def test_of_many_only_what_is_missing_is_loaded_and_what_is_gone_is_forgotten() -> None:
    async def story(world: World) -> None:
        instance = world.instance(stale_for=STALE)
        await world.cache.set("gone", b"9", STALE)
        assert await instance.get_or_load_many(["a", "b"], world.load_many) == {"a": 1, "b": 1}
        assert await instance.get_or_load_many(["b", "c", "gone", "c"], world.load_many) == {"b": 1, "c": 2}
        assert world.loads == [["a", "b"], ["c", "gone"]]
        assert "gone" not in world.cache.values
        assert await instance.get_or_load_many([], world.load_many) == {}

    on_virtual_time(story)


def test_overlapping_questions_share_what_they_have_in_common() -> None:
    async def story(world: World) -> None:
        instance = world.instance()
        first, second = await asyncio.gather(
            instance.get_or_load_many(["a", "b"], world.load_many),
            instance.get_or_load_many(["b", "c"], world.load_many),
        )
        assert (first, second) == ({"a": 1, "b": 1}, {"b": 1, "c": 2})
        assert world.loads == [["a", "b"], ["c"]]

    on_virtual_time(story)


@settings(max_examples=60, deadline=None)
@given(
    asked=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.lists(st.sampled_from("abcd"), max_size=4),
            st.floats(0, 30),
            st.none() | st.floats(0.001, 3),
        ),
        max_size=25,
    ),
    failures=st.integers(0, 3),
    outages=st.lists(st.floats(0, 30), max_size=3),
    seconds=st.floats(0, 4),
)
def test_whatever_happens_an_answer_is_one_that_was_loaded_and_no_older_than_promised(
    asked: list[tuple[int, list[str], float, float | None]],
    failures: int,
    outages: list[float],
    seconds: float,
) -> None:
    async def story(world: World) -> None:
        loop = asyncio.get_running_loop()
        world.failures, world.seconds = failures, seconds
        instances = [world.instance() for _ in range(4)]
        loaded_at: dict[int, float] = {}

        async def load(keys: Sequence[str]) -> Mapping[str, int]:
            values = await world.load_many(keys)
            loaded_at.update(dict.fromkeys(values.values(), loop.time()))
            return values

        async def ask(instance: int, keys: list[str], at: float, patience: float | None) -> None:
            await asyncio.sleep(at)
            try:
                async with asyncio.timeout(patience):
                    found = await instances[instance].get_or_load_many(keys, load)
            except (ChainUnavailable, TimeoutError):
                return
            assert found.keys() == set(keys)
            # What is found as it ends takes the wait of its own question longer at most.
            oldest = loop.time() - TTL.total_seconds() - WAIT_SECONDS - 2 * seconds - 1
            assert all(loaded_at[number] >= oldest for number in found.values())

        async def disturb(at: float) -> None:
            await asyncio.sleep(at)
            world.cache.outage.down = True
            await asyncio.sleep(2)
            world.cache.outage.down = False

        await asyncio.gather(*(ask(*each) for each in asked), *(disturb(at) for at in outages))
        assert all(not instance._flights for instance in instances)

    on_virtual_time(story)


ADDRESSES = st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=32, max_size=44)
AMOUNTS = st.integers(0, 2**64 - 1)
HOLDINGS = st.builds(
    TokenHolding,
    ADDRESSES,
    st.sampled_from(AccountKind),
    ADDRESSES,
    AMOUNTS,
    st.integers(0, 255),
    AMOUNTS,
    frozen=st.booleans(),
    delegate=st.none() | ADDRESSES,
    delegated_amount=AMOUNTS,
)
BALANCES = st.builds(WalletBalance, ADDRESSES, AMOUNTS, AMOUNTS, st.lists(HOLDINGS, max_size=4).map(tuple))


class Facts(FakeChain):
    """A chain that answers with these."""

    def __init__(self, balance: WalletBalance) -> None:
        super().__init__()
        self._balance = balance

    async def wallet_balance(self, address: str) -> WalletBalance:
        self._answer("wallet_balance")
        return self._balance


class TestWhatIsKept:
    @settings(max_examples=50, deadline=None)
    @given(BALANCES)
    async def test_a_balance_comes_back_exactly(self, balance: WalletBalance) -> None:
        chain, cache = Facts(balance), FakeCache(FakeClock())
        answers = [await Balances(chain, cache, FakeMetrics()).balance(balance.address) for _ in range(2)]
        assert answers == [balance, balance]
        assert chain.calls == ["wallet_balance"]

    @pytest.mark.parametrize("value", [b"", b"garbage", zlib.compress(b"{"), zlib.compress(b"\xff")])
    async def test_a_shared_transaction_that_is_damaged_is_read_anew(self, value: bytes) -> None:
        chain, cache, metrics = FakeChain(), FakeCache(FakeClock()), FakeMetrics()
        chain.land("sig", {"slot": 1})
        await cache.set("transaction:sig", value, TTL)
        transactions = Transactions(chain, cache, metrics)
        assert await transactions.read(["sig"]) == {"sig": {"slot": 1}}
        assert metrics.counts["CacheUnreadable"] == 1
        await transactions.read(["sig"])
        assert chain.calls == ["transactions"]


@given(st.text())
def test_an_escaped_text_matches_nothing_but_itself(text: str) -> None:
    async def story(world: World) -> None:
        for key in (text, text + "x", "x" + text, "other"):
            await world.cache.set(key, b"1", TTL)
        assert await world.cache.clear(escaped(text)) == 1
        assert await world.cache.get(text) is None

    if text != "other":
        on_virtual_time(story)
