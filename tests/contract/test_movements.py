"""Sums over a wallet's movements, and its history page by page."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.contract.conftest import Stores
from tests.contract.things import OTHER_WALLET, WALLET, activity, address, contact
from walletwatch.domain.activities import REWARD_PREFIX, Activity, ActivityKind, Leg

MINT = address("mint")
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def _wallet(stores: Stores, wallet: str = WALLET) -> int:
    await stores.subscriptions.remember(contact(1))
    return (await stores.subscriptions.subscribe(1, wallet, None, slot=1, limit=5)).subscription.wallet_id


def _at(moment: datetime, slot: int, *legs: Leg, **fields: Any) -> Activity:
    return activity(f"s{slot}", slot, block_time=int(moment.timestamp()), legs=legs, **fields)


def _earned(moment: datetime, slot: int, lamports: int) -> Activity:
    """A reward that stays in its stake."""
    reward = _at(moment, slot, Leg("native", lamports, 9), kind=ActivityKind.REWARD)
    return replace(reward, signature=f"{REWARD_PREFIX}{slot}-{address('stake')}")


async def test_changes_are_summed_by_steps_with_fees_and_rent(stores: Stores) -> None:
    wallet_id = await _wallet(stores)
    await stores.ledger.keep(
        wallet_id,
        [
            _at(MIDNIGHT - HOUR, 1, Leg("native", 1000, 9)),
            _at(MIDNIGHT, 2, Leg("native", 500, 9), Leg("native", -20, 9), fee=5, rent=7),
            _at(MIDNIGHT + timedelta(minutes=59), 3, Leg("native", 2**64, 9)),
            _at(MIDNIGHT + HOUR, 4, Leg(MINT, -3, 6), fee=2),
            _earned(MIDNIGHT + HOUR, 5, 100),
            _at(MIDNIGHT + HOUR, 5, Leg("native", 40, 9), kind=ActivityKind.REWARD),
            _at(MIDNIGHT + 2 * HOUR, 6, Leg("native", 1, 9)),
        ],
    )
    found = await stores.movements.changes(wallet_id, "native", since=MIDNIGHT, up_to_slot=5, step=HOUR)
    assert list(found) == [(MIDNIGHT, 500 - 20 - 5 - 7 + 2**64), (MIDNIGHT + HOUR, 40 - 2)]
    tokens = await stores.movements.changes(wallet_id, MINT, since=MIDNIGHT, up_to_slot=9, step=HOUR)
    assert list(tokens) == [(MIDNIGHT + HOUR, -3)]
    assert await stores.movements.changes(wallet_id + 1, MINT, since=MIDNIGHT, up_to_slot=9, step=HOUR) == []


async def test_flows_are_by_the_days_of_a_zone(stores: Stores) -> None:
    wallet_id = await _wallet(stores)
    late = MIDNIGHT + timedelta(hours=20)
    await stores.ledger.keep(
        wallet_id,
        [
            _at(late, 1, Leg("native", 10, 9), Leg("native", -4, 9), Leg(MINT, 99, 6)),
            _at(late + HOUR, 2, Leg("native", -6, 9)),
            _earned(late + HOUR, 3, 1000),
        ],
    )
    flows = stores.movements.flows
    in_utc = await flows(wallet_id, "native", since=MIDNIGHT, timezone="UTC")
    assert list(in_utc) == [(date(2026, 11, 20), 10, 10)]
    in_tokyo = await flows(wallet_id, "native", since=MIDNIGHT, timezone="Asia/Tokyo")
    assert list(in_tokyo) == [(date(2026, 11, 21), 10, 10)]
    in_india = await flows(wallet_id, "native", since=MIDNIGHT, timezone="Asia/Kolkata")
    assert list(in_india) == [(date(2026, 11, 21), 10, 10)]
    assert await flows(wallet_id, "native", since=late + 2 * HOUR, timezone="UTC") == []


async def test_a_wallet_is_known_since_its_oldest_movement_or_its_watch(stores: Stores) -> None:
    assert await stores.movements.known_since(10**9) is None
    wallet_id = await _wallet(stores)
    began = await stores.movements.known_since(wallet_id)
    assert began is not None
    past = datetime(1970, 1, 1, tzinfo=UTC) - timedelta(days=1)
    await stores.ledger.keep(wallet_id, [_at(past, 1, Leg("native", 1, 9))])
    assert await stores.movements.known_since(wallet_id) == past


async def test_pages_hold_everything_once_oldest_first(stores: Stores) -> None:
    wallet_id, other = await _wallet(stores), await _wallet(stores, OTHER_WALLET)
    slots = [5, 1, 3, 3, 3, 9, 7]
    await stores.ledger.keep(
        wallet_id,
        [activity(f"s{index}", slot, block_time=1000 + slot) for index, slot in enumerate(slots)],
    )
    await stores.ledger.keep(wallet_id, [activity("timeless", 4, block_time=None)])
    await stores.ledger.keep(other, [activity("other", 2, wallet=OTHER_WALLET)])
    until = stores.clock.now()

    async def read(since: datetime | None, size: int) -> list[str]:
        pages = [
            [each.signature for each in page]
            async for page in stores.pages.pages(wallet_id, since=since, until=until, size=size)
        ]
        assert all(0 < len(page) <= size for page in pages)
        return [signature for page in pages for signature in page]

    everything = ["s1", "s2", "s3", "s4", "timeless", "s0", "s6", "s5"]
    for size in (1, 2, 3, 8, 100):
        assert await read(None, size) == everything
    since = datetime.fromtimestamp(1005, UTC)
    assert await read(since, 2) == ["s0", "s6", "s5"]
    assert await read(datetime.fromtimestamp(2000, UTC), 2) == []
    assert await stores.pages.count([wallet_id, other], since=None, until=until) == 9
    assert await stores.pages.count([wallet_id], since=since, until=until) == 3
    before = until - timedelta(seconds=1)
    assert await stores.pages.count([wallet_id], since=None, until=before) == 0
    assert [page async for page in stores.pages.pages(wallet_id, since=None, until=before, size=5)] == []
