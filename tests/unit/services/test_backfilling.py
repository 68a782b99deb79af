"""A wallet's past goes into its history, and nobody is told of it."""

import json

import pytest

from tests.fakes.limits import FakeRateLimits
from tests.unit.services.conftest import OTHER, WALLET, World, decode
from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.wallets import AccountKind
from walletwatch.domain.work import Backfill, BalanceCheck, CheckReason
from walletwatch.services.backfilling import CHUNK_SIZE, REQUESTS, Backfilling, BackfillRequests

ALL = Backfill(WALLET, 0)


def _backfilling(world: World) -> Backfilling:
    return Backfilling(
        watch=world.stores.watch,
        subscriptions=world.stores.subscriptions,
        ledger=world.stores.ledger,
        chain=world.chain,
        transactions=world.transactions,
        decode=decode,
        queues=world.queues,
        metrics=world.metrics,
    )


def _history(world: World) -> list[str]:
    rows = sorted(world.stores.tables.activities.values(), key=lambda row: row.slot)
    return [json.loads(row.payload)["signature"] for row in rows]


async def _past(world: World, count: int) -> list[str]:
    """Transactions before the watch began."""
    signatures = [f"s{number}" for number in range(count)]
    for signature in signatures:
        world.pay(signature, WALLET)
    await world.watch(1, slot=world.chain.current_slot)
    return signatures


async def test_the_past_is_stored_and_nobody_is_told(world: World) -> None:
    signatures = await _past(world, 3)
    await _backfilling(world).run(ALL, remaining=lambda: 30)
    await _backfilling(world).run(ALL, remaining=lambda: 30)
    assert _history(world) == signatures
    assert world.told() == []
    assert world.stores.tables.deliveries == {}


async def test_what_comes_later_is_still_told(world: World) -> None:
    await _past(world, 1)
    world.pay("new", WALLET)
    await _backfilling(world).run(ALL, remaining=lambda: 30)
    await world.checking.run(BalanceCheck(WALLET, CheckReason.CHANGED), attempt=1, remaining=lambda: 30)
    assert world.told() == [(1, "new")]


async def test_token_accounts_have_a_past_too(world: World) -> None:
    world.chain.holdings[WALLET] = [TokenHolding("account", AccountKind.TOKEN, OTHER, 1, 0, 1)]
    world.pay("to the account", WALLET, accounts=("account",))
    await world.watch(1, slot=world.chain.current_slot)
    await _backfilling(world).run(ALL, remaining=lambda: 30)
    assert _history(world) == ["to the account"]


async def test_what_is_too_old_is_left_out(world: World) -> None:
    signatures = await _past(world, 3)
    for time, signature in enumerate(signatures):
        world.chain.results[signature] = {**world.chain.results[signature], "blockTime": time}
    await _backfilling(world).run(Backfill(WALLET, 1), remaining=lambda: 30)
    assert _history(world) == signatures[1:]


async def test_a_long_past_is_read_in_several_invocations(world: World) -> None:
    signatures = await _past(world, 2 * CHUNK_SIZE + 1)
    await _backfilling(world).run(ALL, remaining=lambda: 1)
    assert len(_history(world)) == CHUNK_SIZE
    await _backfilling(world).run(world.queues.backfills.pop(), remaining=lambda: 30)
    assert _history(world) == signatures
    assert world.queues.backfills == []


async def test_a_wallet_that_nobody_watches_has_no_history(world: World) -> None:
    world.pay("a", WALLET)
    await _backfilling(world).run(ALL, remaining=lambda: 30)
    assert world.chain.calls == []


async def test_a_chain_that_fails_is_asked_again(world: World) -> None:
    await _past(world, 1)
    world.chain.down = True
    with pytest.raises(ChainUnavailable):
        await _backfilling(world).run(ALL, remaining=lambda: 30)


async def test_a_chat_may_not_ask_all_the_time(world: World) -> None:
    requests = BackfillRequests(world.queues, FakeRateLimits(world.clock), world.clock)
    answers = [await requests.request(1, WALLET, 30) for _ in range(REQUESTS + 1)]
    assert answers == [True] * REQUESTS + [False]
    assert await requests.request(2, WALLET, 30)
    asked = {backfill.not_before for backfill in world.queues.backfills}
    assert asked == {int(world.clock.now().timestamp()) - 30 * 86_400}


async def test_while_nobody_counts_a_chat_may_ask(world: World) -> None:
    rates = FakeRateLimits(world.clock)
    rates.outage.down = True
    assert await BackfillRequests(world.queues, rates, world.clock).request(1, WALLET, 30)
    assert len(world.queues.backfills) == 1
