from datetime import timedelta

import pytest

from tests.fakes.leases import FakeLeases
from tests.unit.services.conftest import OTHER, WALLET, World
from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.errors import QueueUnavailable
from walletwatch.domain.wallets import AccountKind
from walletwatch.services.sweeping import Sweeping

INTERVAL = timedelta(seconds=15)


def _sweeping(world: World, leases: FakeLeases | None = None) -> Sweeping:
    return Sweeping(
        watch=world.stores.watch,
        chain=world.chain,
        queues=world.queues,
        leases=leases or FakeLeases(world.clock),
        clock=world.clock,
        metrics=world.metrics,
        interval=INTERVAL,
    )


async def _settled(world: World) -> Sweeping:
    """A sweep whose first look at everything is done."""
    sweeping = _sweeping(world)
    await sweeping.round()
    world.queues.checks.clear()
    return sweeping


async def test_a_change_is_reported_once_with_where_it_was_seen(world: World) -> None:
    await world.watch(1)
    sweeping = await _settled(world)
    seen_at = world.chain.current_slot
    world.pay("a", WALLET)
    assert await sweeping.round() == 1
    assert await sweeping.round() == 0
    (check,) = world.queues.checks
    (hint,) = check.hints
    assert (check.wallet, hint.address) == (WALLET, WALLET)
    assert (hint.slot, hint.since_slot) == (world.chain.current_slot, seen_at)


async def test_a_change_that_could_not_be_queued_is_seen_again(world: World) -> None:
    await world.watch(1)
    sweeping = await _settled(world)
    world.pay("a", WALLET)
    world.queues.down = True
    with pytest.raises(QueueUnavailable):
        await sweeping.round()
    world.queues.down = False
    assert await sweeping.round() == 1


async def test_a_new_token_account_is_found_and_reported_in_the_same_round(world: World) -> None:
    await world.watch(1)
    sweeping = await _settled(world)
    world.chain.holdings[WALLET] = [TokenHolding(OTHER, AccountKind.TOKEN_2022, "mint", 1, 0, 1)]
    assert await sweeping.round() == 1
    (check,) = world.queues.checks
    assert [hint.address for hint in check.hints] == [OTHER]


async def test_a_hundred_accounts_are_one_call(world: World) -> None:
    for chat in range(1, 4):
        await world.watch(chat)
    await _settled(world)
    assert world.chain.calls.count("observe") == 1


async def test_progress_is_written_after_a_whole_round_only(world: World) -> None:
    await world.watch(1)
    sweeping = _sweeping(world)
    world.chain.down = True
    assert await world.stores.subscriptions.progress() is None
    await sweeping._guarded_round()
    assert await world.stores.subscriptions.progress() is None
    world.chain.down = False
    await sweeping.round()
    progress = await world.stores.subscriptions.progress()
    assert progress is not None
    assert progress.slot == world.chain.current_slot


async def test_rounds_follow_the_interval_until_the_time_is_up(world: World) -> None:
    await world.watch(1)
    started = world.clock.now()

    def remaining() -> float:
        return 60.0 - (world.clock.now() - started).total_seconds()

    assert await _sweeping(world).run(remaining=remaining) == 4


async def test_a_round_that_fails_is_not_the_last(world: World) -> None:
    await world.watch(1)
    world.chain.down = True
    started = world.clock.now()

    def remaining() -> float:
        elapsed = (world.clock.now() - started).total_seconds()
        world.chain.down = elapsed < 20
        return 60.0 - elapsed

    await _sweeping(world).run(remaining=remaining)
    assert world.metrics.counts["SweepRoundsFailed"] == 2
    assert await world.stores.subscriptions.progress() is not None


async def test_it_hands_over_to_an_invocation_that_waits(world: World) -> None:
    await world.watch(1)
    leases = FakeLeases(world.clock)
    sweeping = _sweeping(world, leases)
    lease = await leases.acquire("other", timedelta(seconds=20), patience=timedelta())
    assert lease is not None

    class Wanted:
        token = 1
        released = False

        async def renew(self) -> bool:
            return True

        async def wanted(self) -> bool:
            return True

        async def release(self) -> None:
            self.released = True

    wanted = Wanted()
    rounds, ended = await sweeping._hold(wanted, lambda: 60.0)
    assert (rounds, ended, wanted.released) == (1, True, True)
