"""What is remembered of pools, of their makers, and of those who list them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.contract.conftest import Stores
from tests.pool_accounts import MadePool, address
from walletwatch.domain.pools import API, CHAIN, KnownPool, PoolPull, PoolSeen, SourceState, Suspect
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

MAKER, OTHER = address("maker"), address("other maker")
MONEY = {WRAPPED_NATIVE_MINT}


def seen(name: str, *, creator: str = MAKER, lp_supply: int = 1000, slot: int = 5) -> PoolSeen:
    """A pool of a token of this name with the native one."""
    made = MadePool(
        (WRAPPED_NATIVE_MINT, address(name)), (9, 9), creator=creator, address=address(f"pool {name}")
    )
    return PoolSeen(
        made.address, creator, made.mints, made.vaults, made.lp_mint, lp_supply, (9, 9), (9, 6), slot
    )


async def test_the_last_good_answer_stays_while_others_are_refused(stores: Stores) -> None:
    now = stores.clock.now()
    assert await stores.pools.sources() == []
    await stores.pools.refuse(CHAIN, "x" * 300, now)
    await stores.pools.accept(API, 120, now)
    later = now + timedelta(hours=6)
    await stores.pools.refuse(API, "80 pools after 120", later)
    assert await stores.pools.sources() == [
        SourceState(API, 120, now, later, "80 pools after 120"),
        SourceState(CHAIN, None, None, now, "x" * 200),
    ]
    await stores.pools.accept(API, 119, later)
    assert (await stores.pools.sources())[0] == SourceState(API, 119, later)


async def test_pools_are_remembered_with_the_most_they_had(stores: Stores) -> None:
    now = stores.clock.now()
    first, second = seen("a", lp_supply=2**64 - 1), seen("b")
    await stores.pools.keep([first, second], {second.address}, {first.address: Decimal("12.5")}, now)
    assert await stores.pools.seen() == {first.address: now, second.address: now}
    later = now + timedelta(hours=1)
    await stores.pools.keep([replace(first, lp_supply=7, slot=6)], {first.address}, {}, later)
    # A node that is behind changes nothing.
    await stores.pools.keep([replace(second, lp_supply=9**9, slot=4)], (), {}, later)
    await stores.pools.keep([], (), {}, later)
    assert await stores.pools.seen() == {first.address: later, second.address: now}
    assert await stores.pools.most([first.address, second.address, MAKER]) == {
        first.address: 2**64 - 1,
        second.address: 1000,
    }
    assert await stores.pools.made_by(MAKER) == sorted(
        [KnownPool(first.address, first.mints, True, 6), KnownPool(second.address, second.mints, True, 5)],
        key=lambda each: each.address,
    )
    assert await stores.pools.made_by(OTHER) == []


async def test_suspects_have_several_drained_tokens_and_wait_their_turn(stores: Stores) -> None:
    now = stores.clock.now()
    own, others = [seen("a"), seen("b"), seen("c")], [seen("x", creator=OTHER), seen("y", creator=OTHER)]
    pools = stores.pools
    await pools.keep([*own, *others], {own[0].address, others[0].address, others[1].address}, {}, now)

    async def suspects(limit: int = 9) -> list[str]:
        return [each.creator for each in await pools.suspects(money=MONEY, least=2, limit=limit)]

    assert await pools.suspects(money=MONEY, least=2, limit=9) == [
        Suspect(OTHER, tuple(sorted((address("x"), address("y")))))
    ]
    await pools.examined(OTHER, [], now)
    assert await suspects() == []
    # Another pool of theirs is drained: they are looked into again, after those that never were.
    later = now + timedelta(hours=6)
    await pools.keep([replace(each, slot=6) for each in own], {own[0].address, own[1].address}, {}, later)
    await pools.keep([seen("z", creator=OTHER)], {seen("z").address}, {}, later)
    assert await suspects() == [MAKER, OTHER]
    assert await suspects(limit=1) == [MAKER]
    # Whoever could not be looked into goes behind those who wait, and stays among them.
    await pools.postpone(MAKER, later)
    assert await suspects() == [OTHER, MAKER]
    # It filled up again, and only one is left.
    await pools.keep([replace(own[1], slot=7)], (), {}, later)
    assert await suspects() == [OTHER]


async def test_pulls_are_noted_at_the_pools_of_their_tokens(stores: Stores) -> None:
    now = stores.clock.now()
    pools = [seen("a"), seen("b"), seen("a two", creator=OTHER)]
    await stores.pools.keep(pools, (), {}, now)
    pull = PoolPull(address("a"), "5igNature", 7, Decimal("0.9750"), soon=True)
    await stores.pools.examined(MAKER, [pull], now)
    found = await stores.pools.made_by(MAKER)
    assert [each.pull for each in found] == [pull, None]
    assert [each.pull for each in await stores.pools.made_by(OTHER)] == [None]
    assert await stores.pools.pools_of([address("a"), address("a two")]) == {
        each.address: each.lp_mint for each in (pools[0], pools[2])
    }
    await stores.pools.examined(MAKER, [], now)
    assert {each.pull for each in await stores.pools.made_by(MAKER)} == {None}
