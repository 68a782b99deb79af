from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.services.conftest import OTHER, START, WALLET, World
from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.sweep import Belongings, Shard, SweptWallet
from walletwatch.domain.wallets import AccountKind
from walletwatch.services.searching import (
    CALLS_PER_SEARCH,
    MAX_SEARCHES,
    Rotation,
    Search,
    Searching,
    searches_for,
)

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@given(st.integers(10_000, 10**6))
def test_a_round_with_its_searches_costs_at_most_what_it_may(accounts: int) -> None:
    looks = -(-accounts // 100)
    assert looks + CALLS_PER_SEARCH * searches_for(accounts) <= 0.0105 * accounts


@given(st.integers(0, 10**6))
def test_every_round_searches(accounts: int) -> None:
    assert 1 <= searches_for(accounts) <= MAX_SEARCHES


def _wallet(number: int, tokens_ago: float, stakes_ago: float) -> SweptWallet:
    return SweptWallet(
        number,
        f"wallet {number}",
        NOW - timedelta(seconds=tokens_ago),
        NOW - timedelta(seconds=stakes_ago),
        [],
    )


def _turns(*wallets: SweptWallet, limit: int) -> list[tuple[int, Belongings]]:
    rotation = Rotation()
    rotation.offer(wallets[:2])
    rotation.offer(wallets[2:])
    return [(turn.wallet.id, turn.belongings) for turn in rotation.turns(NOW, limit)]


def test_who_waited_the_longest_comes_first() -> None:
    wallets = [_wallet(1, 10, 0), _wallet(2, 30, 0), _wallet(3, 20, 0)]
    tokens = Belongings.TOKENS
    assert _turns(*wallets, limit=2) == [(2, tokens), (3, tokens)]


def test_stakes_wait_four_times_as_long() -> None:
    assert _turns(_wallet(1, 10, 39), limit=1) == [(1, Belongings.TOKENS)]
    assert _turns(_wallet(1, 10, 41), limit=1) == [(1, Belongings.STAKES)]


def test_in_time_every_wallet_is_searched_for_both() -> None:
    searched = dict.fromkeys(((number, each) for number in range(30) for each in Belongings), NOW)
    moment, counts = NOW, dict.fromkeys(Belongings, 0)
    for _ in range(400):
        moment += timedelta(seconds=15)
        rotation = Rotation()
        rotation.offer(
            SweptWallet(
                number, "", searched[number, Belongings.TOKENS], searched[number, Belongings.STAKES], []
            )
            for number in range(30)
        )
        for turn in rotation.turns(moment, 2):
            searched[turn.wallet.id, turn.belongings] = moment
            counts[turn.belongings] += 1
    # Two turns for 30 wallets, five quarters each: tokens in 19 rounds, stakes in 75.
    for (_, belongings), at in searched.items():
        assert (moment - at).total_seconds() / 15 <= (21 if belongings is Belongings.TOKENS else 80)
    assert 3 < counts[Belongings.TOKENS] / counts[Belongings.STAKES] < 5


class TestSearching:
    async def _swept(self, world: World) -> list[SweptWallet]:
        return list(await world.stores.watch.swept_wallets(Shard(0, 1), after=None, limit=100))

    async def _search(self, world: World, belongings: Belongings) -> list[SweptWallet]:
        searches = [Search(wallet, belongings) for wallet in await self._swept(world)]
        service = Searching(world.stores.watch, world.chain, world.metrics)
        return list(await service.run(searches, world.clock.now()))

    async def test_new_accounts_are_watched_from_the_wallets_start(self, world: World) -> None:
        await world.watch(1)
        world.chain.holdings[WALLET] = [TokenHolding(OTHER, AccountKind.TOKEN_2022, "mint", 1, 0, 1)]
        (found,) = await self._search(world, Belongings.TOKENS)
        assert [(each.address, each.kind, each.state) for each in found.accounts] == [
            (OTHER, AccountKind.TOKEN_2022, None)
        ]
        (wallet,) = await self._swept(world)
        accounts = await world.stores.watch.wallet_accounts(wallet.id)
        assert [account.cursor.slot for account in accounts] == [START, START]
        assert await self._search(world, Belongings.TOKENS) == []

    async def test_a_stake_account_of_two_wallets_is_watched_for_both(self, world: World) -> None:
        await world.watch(1)
        await world.watch(1, OTHER)
        world.chain.stakes = {WALLET: ["stake"], OTHER: ["stake"]}
        found = await self._search(world, Belongings.STAKES)
        assert {wallet.address for wallet in found} == {WALLET, OTHER}
        assert {account.kind for wallet in found for account in wallet.accounts} == {AccountKind.STAKE}

    async def test_a_node_that_refuses_is_counted_and_asked_again(self, world: World) -> None:
        await world.watch(1)
        world.chain.refuses_stakes = True
        world.chain.stakes[WALLET] = ["stake"]
        assert await self._search(world, Belongings.STAKES) == []
        assert world.metrics.counts["StakeSearchesFailed"] == 1
        (wallet,) = await self._swept(world)
        assert wallet.searched_stakes < world.clock.now()
        world.chain.refuses_stakes = False
        assert len(await self._search(world, Belongings.STAKES)) == 1
        (wallet,) = await self._swept(world)
        assert wallet.searched_stakes == world.clock.now()

    async def test_one_that_always_fails_does_not_block_the_others(self, world: World) -> None:
        await world.watch(1)
        await world.watch(1, OTHER)
        world.chain.fails_for = {WALLET}
        assert await self._search(world, Belongings.TOKENS) == []
        assert world.metrics.counts["TokenSearchesFailed"] == 1
        assert {wallet.searched_tokens for wallet in await self._swept(world)} == {world.clock.now()}
