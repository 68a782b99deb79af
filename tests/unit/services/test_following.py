"""Following the blocks: in order, from parent to child, and nothing left out by anything that may happen."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.following import FakeBlocks, FakeFeed
from tests.fakes.leases import FakeLeases
from tests.unit.services.conftest import OTHER, START, WALLET, World
from walletwatch.domain.chain import Position
from walletwatch.domain.errors import FencedOff, MalformedTransaction
from walletwatch.domain.work import BalanceCheck, CheckReason
from walletwatch.services.block_follower import TRANSACTIONS_PER_CHECK, BlockFollower
from walletwatch.services.following import LEASE_NAME, LEASE_TTL, Following


def transaction(signature: str, *wallets: str, failed: bool = False) -> dict[str, Any]:
    return {
        "transaction": {"signatures": [signature]},
        "meta": {"err": "InsufficientFunds" if failed else None},
        "wallets": wallets,
    }


def concerned(result: Any) -> frozenset[str]:
    if result.get("garbage"):
        raise MalformedTransaction("no transaction")
    return frozenset(result["wallets"])


@dataclass
class Followed:
    world: World
    blocks: FakeBlocks = field(default_factory=FakeBlocks)
    feed: FakeFeed = field(init=False)
    leases: FakeLeases = field(init=False)

    def __post_init__(self) -> None:
        self.feed = FakeFeed(self.world.clock)
        self.leases = FakeLeases(self.world.clock)

    def follower(self, token: int = 1) -> BlockFollower:
        return BlockFollower(
            token,
            store=self.world.stores.follow,
            blocks=self.blocks,
            feed=self.feed,
            transactions=self.world.transactions,
            concerned=concerned,
            queues=self.world.queues,
            clock=self.world.clock,
            metrics=self.world.metrics,
        )

    async def started(self, token: int = 1) -> BlockFollower:
        follower = self.follower(token)
        await follower.start()
        return follower

    def told(self) -> list[tuple[str, str]]:
        return [
            (check.wallet, info.signature)
            for check in self.world.queues.checks
            for info in check.transactions
        ]

    def gaps(self) -> list[BalanceCheck]:
        return [check for check in self.world.queues.checks if check.reason is CheckReason.GAP]


@pytest.fixture
async def chain(world: World) -> Followed:
    await world.watch(1)
    followed = Followed(world)
    followed.blocks.add(START)
    return followed


async def test_the_first_follower_begins_with_the_newest_block_and_has_all_wallets_looked_at(
    chain: Followed,
) -> None:
    follower = await chain.started()
    assert follower.slot == START
    assert chain.gaps() == [BalanceCheck(WALLET, CheckReason.GAP)]
    assert await chain.world.stores.follow.reached() == START


async def test_announced_blocks_are_matched_with_one_call_each(chain: Followed) -> None:
    follower = await chain.started()
    chain.blocks.asked.clear()
    chain.feed.announce(START + 1, START)
    for slot in range(START + 1, START + 6):
        chain.blocks.add(slot, transaction(f"s{slot}", WALLET), transaction(f"o{slot}", OTHER))
        chain.feed.announce(slot + 1, slot)
        await follower.step()
    assert chain.told() == [(WALLET, f"s{slot}") for slot in range(START + 1, START + 6)]
    assert chain.blocks.asked == list(range(START + 1, START + 6))
    assert chain.blocks.questions == 0


async def test_a_silent_feed_only_makes_the_follower_ask(chain: Followed) -> None:
    follower = await chain.started()
    for slot in range(START + 1, START + 200, 3):
        chain.blocks.add(slot, transaction(f"s{slot}", WALLET))
    while follower.slot < max(chain.blocks.blocks):
        await follower.step()
    assert [signature for _, signature in chain.told()] == [f"s{n}" for n in range(START + 1, START + 200, 3)]
    assert chain.blocks.questions == 2


async def test_a_block_that_nobody_has_is_not_asked_for_without_a_pause(chain: Followed) -> None:
    follower = await chain.started()
    chain.blocks.add(START + 1)
    chain.blocks.lost = {START + 1}
    chain.world.clock.slept.clear()
    for _ in range(3):
        await follower.step()
    assert len(chain.world.clock.slept) >= 3
    chain.blocks.add(START + 2, transaction("s", WALLET))
    await follower.step()
    assert chain.told() == [(WALLET, "s")]


async def test_the_transactions_are_shared_before_they_are_asked_to_be_told(chain: Followed) -> None:
    follower = await chain.started()
    chain.blocks.add(START + 1, transaction("s", WALLET))
    await follower.step()
    assert (await chain.world.transactions.read(["s"]))["s"]["wallets"] == [WALLET]
    assert "transactions" not in chain.world.chain.calls


async def test_a_cache_that_is_down_stops_nothing(chain: Followed) -> None:
    follower = await chain.started()
    chain.world.cache.outage.down = True
    chain.blocks.add(START + 1, transaction("s", WALLET))
    await follower.step()
    assert chain.told() == [(WALLET, "s")]


async def test_the_position_moves_only_after_the_checks_are_queued(chain: Followed) -> None:
    follower = await chain.started()
    chain.blocks.add(START + 1, transaction("s", WALLET))
    chain.world.queues.down = True
    with pytest.raises(Exception, match="queues are down"):
        await follower.step()
    assert follower.slot == START
    chain.world.queues.down = False
    await follower.step()
    assert chain.told() == [(WALLET, "s")]


async def test_the_next_holder_goes_on_where_the_last_one_was_killed(chain: Followed) -> None:
    await chain.started(1)
    chain.blocks.add(START + 1, transaction("a", WALLET))
    chain.blocks.add(START + 4, transaction("b", WALLET))
    follower = await chain.started(2)
    await follower.step()
    assert chain.told() == [(WALLET, "a"), (WALLET, "b")]
    assert len(chain.gaps()) == 1


async def test_a_holder_that_lost_its_lease_writes_nothing_more(chain: Followed) -> None:
    old = await chain.started(1)
    new = await chain.started(2)
    chain.blocks.add(START + 1, transaction("s", WALLET))
    with pytest.raises(FencedOff):
        await old.step()
    assert chain.told() == []
    await new.step()
    assert chain.told() == [(WALLET, "s")]
    with pytest.raises(FencedOff):
        await chain.world.stores.follow.take(1)


async def test_a_wallet_is_matched_from_the_block_on_after_which_it_was_added(chain: Followed) -> None:
    follower = await chain.started()
    chain.blocks.add(START + 1, transaction("before", OTHER))
    await follower.step()
    await chain.world.watch(2, OTHER, slot=START + 1)
    chain.blocks.add(START + 2, transaction("after", OTHER))
    await follower.step()
    assert chain.told() == [(OTHER, "after")]


async def test_a_skipped_slot_is_passed_over_and_an_untrue_one_is_found_by_its_child(chain: Followed) -> None:
    follower = await chain.started()
    chain.blocks.add(START + 1, transaction("a", WALLET))
    chain.blocks.add(START + 2, transaction("b", WALLET))
    # The feed knows nothing of START + 1, although it is the parent of START + 2.
    chain.feed.announce(START + 2, START)
    chain.feed.announce(START + 3, START + 2)
    await follower.step()
    assert chain.told() == [(WALLET, "a"), (WALLET, "b")]


async def test_blocks_that_are_gone_for_good_are_made_up_for_by_histories(chain: Followed) -> None:
    follower = await chain.started()
    for slot in range(START + 1, START + 4):
        chain.blocks.add(slot, transaction(f"s{slot}", WALLET))
    chain.blocks.lost = {START + 1, START + 2}
    await follower.step()
    assert chain.told() == [(WALLET, f"s{START + 3}")]
    (_, gap) = chain.gaps()
    assert gap.wallet == WALLET
    assert gap.since_slot is not None
    assert gap.since_slot <= START
    assert chain.world.metrics.counts["GapsLookedUp"] == 1
    await follower.step()
    assert len(chain.gaps()) == 2


async def test_a_block_on_a_fork_is_followed_by_all_that_replaced_it(chain: Followed) -> None:
    follower = await chain.started()
    chain.blocks.add(START + 1, transaction("common", WALLET))
    chain.blocks.add(START + 2, transaction("given up", WALLET))
    await follower.step()
    chain.blocks.add(START + 3, transaction("instead", WALLET), parent=START + 1, fork="'")
    chain.blocks.add(START + 4, transaction("then", WALLET), parent=START + 3)
    await follower.step()
    assert [signature for _, signature in chain.told()] == ["common", "given up", "instead", "then"]
    assert chain.world.metrics.counts["ForksSeen"] == 1


async def test_a_replaced_block_of_the_same_slot_is_noticed_after_a_restart(chain: Followed) -> None:
    follower = await chain.started(1)
    chain.blocks.add(START + 1, transaction("given up", WALLET))
    await follower.step()
    chain.blocks.add(START + 1, transaction("instead", WALLET), fork="'")
    chain.blocks.add(START + 2, transaction("then", WALLET))
    follower = await chain.started(2)
    await follower.step()
    assert "instead" in [signature for _, signature in chain.told()]
    assert follower.slot == START + 2


async def test_a_block_that_is_not_confirmed_yet_makes_the_follower_keep_its_distance(
    chain: Followed,
) -> None:
    follower = await chain.started()
    chain.feed.announce(START + 1, START)
    chain.blocks.add(START + 1, transaction("a", WALLET))
    chain.blocks.confirmed = START
    chain.feed.announce(START + 2, START + 1)
    await follower.step()
    assert chain.told() == []
    chain.blocks.add(START + 2)
    chain.blocks.confirmed = START + 1
    chain.feed.announce(START + 3, START + 2)
    await follower.step()
    assert chain.told() == [(WALLET, "a")]
    assert chain.world.metrics.counts["BlocksAskedTooEarly"] == 1


async def test_an_unreadable_transaction_is_told_to_whoever_it_names(chain: Followed) -> None:
    follower = await chain.started()
    odd = {**transaction("odd"), "garbage": True, "somewhere": [{"deep": WALLET}]}
    chain.blocks.add(START + 1, odd, {"garbage": True, "names": WALLET}, transaction("fine", WALLET))
    await follower.step()
    assert chain.told() == [(WALLET, "odd"), (WALLET, "fine")]


async def test_a_flood_in_one_block_is_cut_into_messages_and_nothing_is_lost(chain: Followed) -> None:
    follower = await chain.started()
    many = [transaction(f"s{n}", WALLET, failed=n % 2 == 0) for n in range(2 * TRANSACTIONS_PER_CHECK + 1)]
    chain.blocks.add(START + 1, *many)
    await follower.step()
    assert [signature for _, signature in chain.told()] == [f"s{n}" for n in range(len(many))]
    assert len([check for check in chain.world.queues.checks if check.transactions]) == 3


def _following(chain: Followed) -> Following:
    return Following(
        follower=chain.follower, leases=chain.leases, clock=chain.world.clock, metrics=chain.world.metrics
    )


def _for_seconds(chain: Followed, seconds: float) -> Any:
    end = chain.world.clock.now() + timedelta(seconds=seconds)

    def remaining() -> float:
        return (end - chain.world.clock.now()).total_seconds()

    return remaining


async def test_an_invocation_follows_until_its_time_is_up_and_releases_its_lease(chain: Followed) -> None:
    for slot in range(START + 1, START + 11):
        chain.blocks.add(slot, transaction(f"s{slot}", WALLET))
    assert await _following(chain).run(remaining=_for_seconds(chain, 30)) == 1
    chain.blocks.add(START + 20)
    assert await _following(chain).run(remaining=_for_seconds(chain, 30)) == 1
    assert await chain.leases.acquire(LEASE_NAME, LEASE_TTL, patience=timedelta(0)) is not None


async def test_an_invocation_survives_a_chain_and_a_store_that_fail(
    chain: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.blocks.down = True
    failures = 0
    sleep = chain.world.clock.sleep

    async def counted(seconds: float) -> None:
        nonlocal failures
        failures += 1
        if failures == 3:
            chain.blocks.down = False
            chain.world.stores.outage.down = True
        if failures == 6:
            chain.world.stores.outage.down = False
        await sleep(seconds)

    monkeypatch.setattr(chain.world.clock, "sleep", counted)
    assert await _following(chain).run(remaining=_for_seconds(chain, 30)) == 1
    assert chain.world.metrics.counts["FollowingFailed"] >= 5


async def test_whoever_waits_for_the_lease_gets_it_between_two_blocks(chain: Followed) -> None:
    lease = await chain.leases.acquire(LEASE_NAME, LEASE_TTL, patience=timedelta(0))
    assert lease is not None
    assert await _following(chain).run(remaining=_for_seconds(chain, 8)) == 0
    assert await chain.world.stores.follow.reached() is None
    running = asyncio.create_task(_following(chain).run(remaining=_for_seconds(chain, 300)))
    await lease.release()
    await asyncio.wait_for(chain.feed.asked.wait(), 1)
    waiting = await chain.leases.acquire(LEASE_NAME, LEASE_TTL, patience=timedelta(seconds=100))
    assert waiting is not None
    assert await running == 1
    assert await chain.world.stores.follow.take(waiting.token) == Position(START, f"hash-{START}")
