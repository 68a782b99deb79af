"""Pools as the chain has them, and the deeds of those who made the tokens in them."""

from dataclasses import replace

import pytest

from tests.fakes.chain import FakeChain
from tests.pool_accounts import PROGRAM, MadePool, address
from tests.unit.services.pool_world import MAKER, PoolWorld, lp_of
from walletwatch.chain.inspection.origin import read_origin
from walletwatch.chain.inspection.people import TokenPeople, WalletPeople
from walletwatch.chain.inspection.pool_makers import PoolMakers
from walletwatch.domain.errors import ChainRefused
from walletwatch.domain.inspection.creator import Deployments, TokenOrigin
from walletwatch.domain.pools import PoolSeen
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile
from walletwatch.domain.risk import Unknown, UnknownReason

PROFILE = ChainProfile("test", "XNT", None)
POOL = MadePool((WRAPPED_NATIVE_MINT, address("token")), (5, 7), decimals=(9, 6), lp_supply=2**64 - 1)
SEEN = PoolSeen(
    POOL.address,
    POOL.creator,
    POOL.mints,
    POOL.vaults,
    POOL.lp_mint,
    POOL.lp_supply,
    (5, 7),
    (9, 6),
    77,
)


async def read(*pools: MadePool, without: str | None = None) -> list[PoolSeen]:
    chain = FakeChain(data={key: each for pool in pools for key, each in pool.accounts().items()})
    chain.data.pop(without or "", None)
    found = await PoolMakers(chain, PROGRAM).read([*(pool.address for pool in pools), address("nothing")])
    assert chain.calls == ["accounts", "accounts"]
    return list(found)


async def test_a_pool_is_read_from_its_account_and_vaults() -> None:
    assert await read(POOL) == [SEEN]
    assert await read(POOL, without=POOL.vaults[1]) == [replace(SEEN, reserves=(5, 0))]


@pytest.mark.parametrize(
    "strange", [replace(POOL, program=address("fork")), replace(POOL, vault_program=address("no tokens"))]
)
async def test_what_is_no_pool_of_the_exchange_is_left_out(strange: MadePool) -> None:
    assert await read(strange) == []


async def test_all_pools_are_listed_without_their_bytes() -> None:
    stranger = replace(POOL, address=address("another"), program=address("fork"))
    chain = FakeChain(data=POOL.accounts() | stranger.accounts())
    assert await PoolMakers(chain, PROGRAM).listed() == [POOL.address]
    chain.lists_programs = False
    with pytest.raises(ChainRefused):
        await PoolMakers(chain, PROGRAM).listed()


@pytest.mark.parametrize(
    ("lp_supply", "reserves", "most", "drained"),
    [
        (1000, (10**9, 1), 0, False),
        (100, (10**9, 1), 0, True),
        (1000, (10**9 - 1, 1), 0, True),
        (1000, (10**9, 0), 0, True),
        (1000, (10**9, 1), 1999, False),
        (1000, (10**9, 1), 2000, True),
    ],
)
def test_when_liquidity_is_gone(lp_supply: int, reserves: tuple[int, int], most: int, drained: bool) -> None:
    pool = replace(SEEN, lp_supply=lp_supply, reserves=reserves)
    assert pool.is_drained({WRAPPED_NATIVE_MINT}, most) is drained


class TestDeeds:
    async def test_only_of_tokens_that_he_certainly_made(self) -> None:
        world = PoolWorld()
        own, foreign = world.rug("own"), world.rug("foreign", address("somebody"))
        makers = PoolMakers(world.lives.chain, PROGRAM)
        found = await makers.deeds(
            MAKER, [own, foreign], {address("a"): lp_of(own), address("b"): lp_of(foreign)}
        )
        assert not isinstance(found, Unknown)
        (token,) = found
        assert (token.mint, len(token.additions), len(token.removals)) == (own, 1, 1)
        assert token.made.at is not None
        assert await makers.deeds(address("nobody"), [own], {address("a"): lp_of(own)}) == ()

    async def test_a_node_that_fails_says_nothing(self) -> None:
        world = PoolWorld()
        own = world.rug("own")
        world.lives.chain.down = True
        found = await PoolMakers(world.lives.chain, PROGRAM).deeds(MAKER, [own], {address("a"): lp_of(own)})
        assert found == Unknown(UnknownReason.UNAVAILABLE)


class TestMemory:
    """What scans of a maker are told of remembered pools."""

    async def test_a_token_and_a_wallet_know_of_their_makers_pools(self) -> None:
        world = PoolWorld()
        mint = world.rug("own")
        await world.refresh()
        people = TokenPeople(world.lives.chain, PROFILE, world.store)
        facts = await people.creator(mint, {TokenOrigin: await read_origin(world.lives.chain, mint)})
        made = facts[Deployments]
        assert [each.drained for each in made.pools] == [True]
        assert made.pools[0].mints[1] == mint
        wallet = WalletPeople(world.lives.chain, PROFILE, world.store)
        assert (await wallet.read(MAKER, (), whole=True))[Deployments].pools == made.pools
        world.store.outage.down = True
        found = await wallet.read(MAKER, (), whole=True)
        assert found[Deployments].pools == Unknown(UnknownReason.UNAVAILABLE)
