from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pool_accounts import MODERN, PROGRAM, MadePool, address
from walletwatch.chain.prices.pool_account import (
    IDENTITY,
    SIZE,
    Pool,
    Reserves,
    is_pool,
    read_pool,
    read_reserves,
)

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
MINTS = address("token"), address("dollar")
u60 = st.integers(0, 2**60)


def identity(made: MadePool) -> Pool:
    offset, length = IDENTITY
    pool = read_pool(made.address, made.data()[offset : offset + length])
    assert pool is not None
    return pool


def reserves(made: MadePool) -> Reserves | None:
    return read_reserves(identity(made), made.account(), (made.vault(0), made.vault(1)), NOW)


def made(**changes: Any) -> MadePool:
    return replace(MadePool(MINTS, (5_000, 7_000)), **changes)


def test_a_pool_is_known_by_the_slice_that_discovery_asks_for() -> None:
    pool = made(lp_supply=123)
    assert identity(pool) == Pool(pool.address, pool.vaults, MINTS, 123)
    assert read_pool(pool.address, b"") is None
    assert read_pool(pool.address, pool.data()[: IDENTITY[1] - 1]) is None


@given(
    balances=st.tuples(st.integers(1, 2**60), st.integers(1, 2**60)),
    fees=st.tuples(*[st.tuples(st.integers(0, 2**59), st.integers(0, 2**59))] * 3),
    decimals=st.tuples(st.integers(0, 255), st.integers(0, 255)),
)
def test_what_is_owed_to_others_is_not_in_the_pool(
    balances: tuple[int, int],
    fees: tuple[tuple[int, int], tuple[int, int], tuple[int, int]],
    decimals: tuple[int, int],
) -> None:
    protocol, fund, creator = fees
    found = reserves(
        made(
            balances=balances,
            protocol_fees=protocol,
            fund_fees=fund,
            creator_fees=creator,
            decimals=decimals,
        )
    )
    left = tuple(balances[side] - sum(kind[side] for kind in fees) for side in (0, 1))
    if min(left) > 0:
        assert found == Reserves((left[0], left[1]), decimals)
    else:
        assert found is None


@pytest.mark.parametrize("status", [0, 1, 2, 3])
def test_a_pool_that_still_swaps_counts(status: int) -> None:
    assert reserves(made(status=status, vault_program=MODERN)) == Reserves((5_000, 7_000), (9, 6))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 4},
        {"status": 7},
        {"open_time": int(NOW.timestamp()) + 1},
        {"open_time": 2**64 - 1},
        {"vault_mints": (MINTS[0], address("another"))},
        {"vault_mints": (MINTS[1], MINTS[0])},
        {"vault_program": PROGRAM},
        {"vault_states": (1, 2)},
        {"vault_states": (0, 1)},
        {"balances": (0, 7_000)},
    ],
)
def test_a_pool_that_does_not_trade_has_no_reserves(changes: dict[str, Any]) -> None:
    assert reserves(made(**changes)) is None


def test_a_pool_that_is_open_by_now_trades() -> None:
    assert reserves(made(open_time=int(NOW.timestamp()))) is not None


def test_vaults_that_are_too_short_are_none() -> None:
    pool = made()
    stub = replace(pool.vault(0), data=pool.vault(0).data[:164])
    assert read_reserves(identity(pool), pool.account(), (stub, pool.vault(1)), NOW) is None


def test_an_account_that_became_another_pool_is_not_the_pool_that_was_found() -> None:
    pool = made()
    other = replace(pool, mints=(MINTS[1], MINTS[0]))
    assert read_reserves(identity(pool), other.account(), (pool.vault(0), pool.vault(1)), NOW) is None


def test_only_the_exchange_makes_pools() -> None:
    account = made().account()
    assert is_pool(account, PROGRAM)
    assert not is_pool(account, MODERN)
    assert not is_pool(replace(account, owner=MODERN), PROGRAM)
    assert not is_pool(replace(account, data=account.data + b"\0"), PROGRAM)
    assert not is_pool(replace(account, data=bytes(SIZE)), PROGRAM)
