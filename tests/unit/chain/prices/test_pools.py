from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pool_accounts import MODERN, PROGRAM, MadePool, address
from tests.unit.chain.prices.conftest import DOLLAR, TOKEN, WHOLE, World, native_pool, token_pool
from walletwatch.chain.prices.directory import POOLS_PER_PAIR
from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import PriceSource
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, Exchange

close = Decimal("1e-40")


async def usd(world: World, asset: str) -> Decimal | None:
    price = (await world.instance().prices([asset])).get(asset)
    return None if price is None else price.usd


def same(actual: Decimal | None, expected: Fraction | str) -> bool:
    return actual is not None and abs(Fraction(actual) / Fraction(expected) - 1) < close


class TestPrices:
    async def test_the_native_token_by_its_pool_with_the_stable_one(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500))
        prices = await world.instance().prices([NATIVE, WRAPPED_NATIVE_MINT])
        native, wrapped = prices[NATIVE], prices[WRAPPED_NATIVE_MINT]
        assert same(native.usd, "0.35")
        assert native.liquidity_usd is not None
        assert same(native.liquidity_usd, "7000")
        assert (native.asset, native.at, native.source) == (NATIVE, world.clock.now(), PriceSource.POOLS)
        assert wrapped == replace(native, asset=WRAPPED_NATIVE_MINT)

    async def test_a_token_by_its_pool_with_the_stable_one(self, world: World) -> None:
        world.put(token_pool(TOKEN, 40_000, DOLLAR, 1_000))
        assert same(await usd(world, TOKEN), "0.025")
        assert await usd(world, NATIVE) is None

    async def test_a_token_by_its_pool_with_the_native_one(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500), token_pool(TOKEN, 500, WRAPPED_NATIVE_MINT, 4_000))
        assert same(await usd(world, TOKEN), "2.8")

    async def test_both_kinds_of_pools_count_by_their_liquidity(self, world: World) -> None:
        world.put(
            native_pool(10_000, 5_000),
            token_pool(TOKEN, 10_000, WRAPPED_NATIVE_MINT, 20_000),
            token_pool(TOKEN, 10_000, DOLLAR, 11_000),
        )
        found = await usd(world, TOKEN)
        assert found is not None
        assert Decimal("1.05") < found < Decimal("1.052")

    async def test_a_stable_token_is_a_dollar_and_nobody_is_asked(self, world: World) -> None:
        (price,) = (await world.instance().prices([DOLLAR])).values()
        assert (price.usd, price.source, price.liquidity_usd) == (Decimal(1), PriceSource.PEG, None)
        assert world.chain.calls == []

    async def test_a_token_without_a_pool_costs_no_reading(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500))
        instance = world.instance()
        assert await instance.prices([address("spam")]) == {}
        assert "accounts" not in world.chain.calls
        assert await instance.prices([]) == {}

    async def test_a_token_without_a_way_to_a_dollar_has_no_price(self, world: World) -> None:
        world.put(token_pool(TOKEN, 500, WRAPPED_NATIVE_MINT, 4_000))
        assert await usd(world, TOKEN) is None

    async def test_fees_that_are_owed_are_not_traded(self, world: World) -> None:
        owed = {"protocol_fees": (1_000 * WHOLE, 0), "fund_fees": (1_000 * WHOLE, 0)}
        world.put(native_pool(12_000, 3_500, creator_fees=(0, 500 * 10**6), **owed))
        assert same(await usd(world, NATIVE), "0.3")

    async def test_many_tokens_are_read_33_pools_a_call(self, world: World) -> None:
        tokens = [address(f"token {number}") for number in range(70)]
        world.put(
            native_pool(10_000, 3_500),
            *(token_pool(token, 500, WRAPPED_NATIVE_MINT, 4_000) for token in tokens),
        )
        prices = await world.instance().prices(tokens)
        assert prices.keys() == set(tokens)
        assert world.chain.calls.count("accounts") == 3

    @given(
        native=st.integers(2**40, 2**63),
        dollars=st.integers(10**9, 2**63),
        tokens=st.integers(2**30, 2**63),
        between=st.integers(2**40, 2**63),
        fees=st.tuples(*[st.integers(0, 2**29)] * 4),
    )
    async def test_a_price_is_that_of_the_reserves(
        self, native: int, dollars: int, tokens: int, between: int, fees: tuple[int, int, int, int]
    ) -> None:
        world = World()
        mints = (WRAPPED_NATIVE_MINT, DOLLAR)
        world.put(
            MadePool(mints, (native, dollars), protocol_fees=fees[:2], fund_fees=fees[2:]),
            MadePool((TOKEN, WRAPPED_NATIVE_MINT), (tokens, between), (4, 9), fund_fees=fees[:2]),
        )
        native_left = Fraction(native - fees[0] - fees[2], 10**9)
        dollars_left = Fraction(dollars - fees[1] - fees[3], 10**6)
        tokens_left, between_left = Fraction(tokens - fees[0], 10**4), Fraction(between - fees[1], 10**9)
        if dollars_left < 501 or between_left * dollars_left / native_left < 501:
            return
        expected = between_left / tokens_left * dollars_left / native_left
        assert same(await usd(world, TOKEN), expected)


class TestManipulation:
    async def test_a_thin_pool_sets_no_price(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500), token_pool(TOKEN, 1, WRAPPED_NATIVE_MINT, 1_000))
        assert await usd(world, TOKEN) is None

    async def test_a_thin_pool_pushed_beyond_the_deep_one_changes_nothing(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500), token_pool(TOKEN, 10_000, DOLLAR, 10_000))
        honest = await usd(world, TOKEN)
        # A hundredth of the deep pool, after somebody bought almost all of its tokens for 50,000 dollars.
        world.put(token_pool(TOKEN, 1, DOLLAR, 50_000, lp_supply=10**12))
        world.clock.advance(3600)
        assert await usd(world, TOKEN) == honest

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": 4},
            {"open_time": 2**40},
            {"vault_mints": (DOLLAR, DOLLAR)},
            {"vault_states": (1, 2)},
            {"vault_program": PROGRAM},
        ],
    )
    async def test_a_pool_that_does_not_trade_is_not_listened_to(
        self, world: World, changes: dict[str, Any]
    ) -> None:
        world.put(native_pool(10_000, 3_500), native_pool(10**6, 10**9, **changes))
        assert same(await usd(world, NATIVE), "0.35")

    async def test_a_vault_that_is_gone_takes_its_pool_along(self, world: World) -> None:
        pool = native_pool(10_000, 3_500)
        world.put(pool)
        del world.chain.data[pool.vaults[1]]
        assert await usd(world, NATIVE) is None

    async def test_an_account_that_is_no_pool_any_more_is_not_listened_to(self, world: World) -> None:
        pool = native_pool(10_000, 3_500)
        world.put(pool)
        instance = world.instance()
        await instance.prices([NATIVE])
        world.put(replace(pool, program=MODERN))
        assert await instance.prices([NATIVE]) == {}

    async def test_empty_pools_in_numbers_do_not_hide_the_deep_one(self, world: World) -> None:
        world.put(
            *(native_pool(1, 10**6, lp_supply=number) for number in range(100)),
            native_pool(10_000, 3_500, lp_supply=10**10),
            *(native_pool(1, 10**6, lp_supply=number) for number in range(100)),
        )
        instance = world.instance()
        await instance.prices([NATIVE])
        assert world.chain.calls.count("accounts") == 1
        pools = await instance._directory.pools()
        assert len(pools) == POOLS_PER_PAIR
        assert pools[0].lp_supply == 10**10


class TestDiscovery:
    async def test_it_is_asked_once_an_hour(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500))
        instance = world.instance()
        await instance.prices([NATIVE])
        calls = world.chain.calls.count("program_accounts")
        world.clock.advance(3599)
        await instance.prices([NATIVE])
        assert world.chain.calls.count("program_accounts") == calls
        world.put(token_pool(TOKEN, 40_000, DOLLAR, 1_000))
        assert await instance.prices([TOKEN]) == {}
        world.clock.advance(1)
        assert TOKEN in await instance.prices([TOKEN])
        assert world.chain.calls.count("program_accounts") == 2 * calls

    async def test_instances_share_what_one_found(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500))
        await world.instance().prices([NATIVE])
        calls = world.chain.calls.count("program_accounts")
        world.clock.advance(3000)
        second = world.instance()
        assert same((await second.prices([NATIVE]))[NATIVE].usd, "0.35")
        assert world.chain.calls.count("program_accounts") == calls
        # What was shared is as old as it was.
        world.clock.advance(601)
        await second.prices([NATIVE])
        assert world.chain.calls.count("program_accounts") == 2 * calls

    async def test_it_needs_no_cache(self, world: World) -> None:
        world.cache.outage.down = True
        world.put(native_pool(10_000, 3_500))
        assert same(await usd(world, NATIVE), "0.35")

    async def test_what_an_older_release_shared_is_not_read(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500))
        await world.instance().prices([NATIVE])
        for key, (_, end) in world.cache.values.items():
            world.cache.values[key] = b'{"at": 7}', end
        assert same(await usd(world, NATIVE), "0.35")

    async def test_a_provider_that_refuses_leaves_the_pools_of_the_profile(self, world: World) -> None:
        deep = native_pool(10_000, 3_500)
        foreign = native_pool(10**6, 10**9, program=MODERN)
        world.put(deep, foreign, token_pool(TOKEN, 40_000, DOLLAR, 1_000))
        world.chain.lists_programs = False
        named = (deep.address, foreign.address, address("nothing there"))
        world.exchange = Exchange(PROGRAM, frozenset({DOLLAR}), named)
        instance = world.instance()
        prices = await instance.prices([NATIVE, TOKEN])
        assert prices.keys() == {NATIVE}
        assert same(prices[NATIVE].usd, "0.35")
        assert world.metrics.counts["PoolDiscoveryFailures"] == 1
        world.chain.lists_programs = True
        world.clock.advance(3599)
        assert TOKEN not in await instance.prices([TOKEN])
        world.clock.advance(1)
        assert TOKEN in await instance.prices([TOKEN])

    async def test_without_a_list_and_without_named_pools_nobody_can_be_asked(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500))
        world.chain.lists_programs = False
        with pytest.raises(PriceUnavailable):
            await world.instance().prices([NATIVE])

    async def test_a_chain_that_is_down_is_no_price_of_nothing(self, world: World) -> None:
        deep = native_pool(10_000, 3_500)
        world.put(deep)
        world.exchange = Exchange(PROGRAM, frozenset({DOLLAR}), (deep.address,))
        instance = world.instance()
        world.chain.down = True
        with pytest.raises(PriceUnavailable):
            await instance.prices([NATIVE])
        world.chain.down = False
        assert same((await instance.prices([NATIVE]))[NATIVE].usd, "0.35")

    async def test_a_list_outlives_the_outage_of_its_source(self, world: World) -> None:
        world.put(native_pool(10_000, 3_500))
        instance = world.instance()
        await instance.prices([NATIVE])
        world.clock.advance(3600)
        world.chain.lists_programs = False
        assert same((await instance.prices([NATIVE]))[NATIVE].usd, "0.35")
