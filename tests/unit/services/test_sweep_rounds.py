import pytest

from tests.progress import progress_of
from tests.unit.services.conftest import OTHER, WALLET, World
from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.errors import ChainUnavailable, QueueUnavailable
from walletwatch.domain.sweep import Shard, bucket_of
from walletwatch.domain.wallets import AccountKind
from walletwatch.services import sweep_rounds
from walletwatch.services.sweep_rounds import SweepRounds

ALL = Shard(0, 1)


def _rounds(world: World) -> SweepRounds:
    return SweepRounds(
        watch=world.stores.watch,
        chain=world.chain,
        queues=world.queues,
        clock=world.clock,
        metrics=world.metrics,
    )


async def _settled(world: World) -> SweepRounds:
    """Rounds of which the first, that sees everything anew, is over."""
    rounds = _rounds(world)
    await rounds.run(ALL)
    world.queues.checks.clear()
    return rounds


def _checked(world: World) -> list[tuple[str, list[str]]]:
    return [(check.wallet, [hint.address for hint in check.hints]) for check in world.queues.checks]


async def test_a_change_is_reported_once_with_where_it_was_seen(world: World) -> None:
    await world.watch(1)
    rounds = await _settled(world)
    seen_at = world.chain.current_slot
    world.pay("a", WALLET)
    assert await rounds.run(ALL) == 1
    await rounds.run(ALL)
    (check,) = world.queues.checks
    (hint,) = check.hints
    assert (check.wallet, hint.address) == (WALLET, WALLET)
    assert (hint.slot, hint.since_slot) == (world.chain.current_slot, seen_at)


async def test_a_wallet_is_checked_once_for_all_its_accounts(world: World) -> None:
    await world.watch(1)
    world.chain.holdings[WALLET] = [TokenHolding(OTHER, AccountKind.TOKEN, "mint", 1, 0, 1)]
    world.chain.stakes[WALLET] = ["stake"]
    rounds = await _settled(world)
    world.pay("a", WALLET, accounts=(WALLET, OTHER, "stake"))
    await rounds.run(ALL)
    ((wallet, hints),) = _checked(world)
    assert (wallet, sorted(hints)) == (WALLET, sorted([WALLET, OTHER, "stake"]))


async def test_an_account_of_two_wallets_is_looked_at_once_and_told_to_both(world: World) -> None:
    await world.watch(1)
    await world.watch(1, OTHER)
    world.chain.stakes = {WALLET: ["stake"], OTHER: ["stake"]}
    rounds = await _settled(world)
    world.pay("a", WALLET, accounts=("stake",))
    await rounds.run(ALL)
    assert sorted(_checked(world)) == sorted([(WALLET, ["stake"]), (OTHER, ["stake"])])


async def test_a_change_that_could_not_be_queued_is_seen_again(world: World) -> None:
    await world.watch(1)
    rounds = await _settled(world)
    world.pay("a", WALLET)
    world.queues.down = True
    with pytest.raises(QueueUnavailable):
        await rounds.run(ALL)
    world.queues.down = False
    await rounds.run(ALL)
    assert _checked(world) == [(WALLET, [WALLET])]


async def test_a_new_account_is_found_and_reported_in_the_same_round(world: World) -> None:
    await world.watch(1)
    rounds = await _settled(world)
    world.chain.holdings[WALLET] = [TokenHolding(OTHER, AccountKind.TOKEN_2022, "mint", 1, 0, 1)]
    world.chain.stakes[WALLET] = ["stake"]
    await rounds.run(ALL)
    assert [(wallet, sorted(hints)) for wallet, hints in _checked(world)] == [(WALLET, [OTHER, "stake"])]


async def test_a_node_that_refuses_to_search_stakes_holds_nothing_up(world: World) -> None:
    await world.watch(1)
    world.chain.refuses_stakes = True
    rounds = await _settled(world)
    world.pay("a", WALLET)
    await rounds.run(ALL)
    assert _checked(world) == [(WALLET, [WALLET])]
    assert world.metrics.counts["StakeSearchesFailed"] == 2


async def test_progress_is_written_after_a_whole_round_only(world: World) -> None:
    await world.watch(1)
    rounds = _rounds(world)
    world.chain.down = True
    with pytest.raises(ChainUnavailable):
        await rounds.run(ALL)
    assert await progress_of(world.stores.subscriptions) is None
    world.chain.down = False
    await rounds.run(ALL)
    progress = await progress_of(world.stores.subscriptions)
    assert progress is not None
    assert progress.slot == world.chain.current_slot


class TestManyPages:
    WALLETS = tuple(f"wallet {number:02}" for number in range(20))

    @pytest.fixture(autouse=True)
    def small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sweep_rounds, "PAGE_WALLETS", 3)

    async def _watched(self, world: World) -> SweepRounds:
        for wallet in self.WALLETS:
            await world.watch(1, wallet)
        return await _settled(world)

    async def test_all_of_a_shard_are_looked_at_and_no_others(self, world: World) -> None:
        rounds = await self._watched(world)
        await world.stores.watch.reshard(1, 2)
        world.pay("a", *self.WALLETS)
        half = Shard(1, 2)
        mine = [wallet for wallet in self.WALLETS if bucket_of(wallet) in half.buckets]
        assert await rounds.run(half) == len(mine)
        assert sorted(wallet for wallet, _ in _checked(world)) == sorted(mine)
        first, second = await world.stores.watch.shards()
        assert first is not None
        assert second is not None
        assert first.slot < second.slot == world.chain.current_slot

    async def test_a_page_that_fails_keeps_the_others_from_nothing(self, world: World) -> None:
        rounds = await self._watched(world)
        before = await world.stores.watch.shards()
        world.pay("a", *self.WALLETS)
        world.chain.fails_for = {self.WALLETS[7]}
        with pytest.raises(ChainUnavailable):
            await rounds.run(ALL)
        assert len(world.queues.checks) == len(self.WALLETS) - 3
        assert await world.stores.watch.shards() == before
        world.chain.fails_for = set()
        await rounds.run(ALL)
        assert sorted(wallet for wallet, _ in _checked(world)) == sorted(self.WALLETS)

    async def test_a_chain_that_is_down_is_not_asked_for_every_page(self, world: World) -> None:
        rounds = await self._watched(world)
        world.chain.down = True
        world.chain.calls.clear()
        with pytest.raises(ChainUnavailable):
            await rounds.run(ALL)
        assert 3 <= world.chain.calls.count("observe") <= 6
