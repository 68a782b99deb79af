"""What chats do not want to hear, and what waits for them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.contract.conftest import Stores
from tests.contract.test_subscription_store import ANNA, BORIS, GROUP, SUPERGROUP, watch
from tests.contract.things import activity, candidates_of, entry
from walletwatch.domain.chats import ChatSettings, Subscription
from walletwatch.domain.delivery import Candidate, DeliveryKind, DeliveryStatus, NewDelivery
from walletwatch.domain.digests import digest_key
from walletwatch.domain.errors import UnknownChat
from walletwatch.domain.filters import Direction, Filter, KindGroup
from walletwatch.domain.quiet import Pace, QuietHours

WANTED = Filter(
    unwanted=(KindGroup.SWAPS,),
    direction=Direction.IN,
    min_usd=Decimal("2.50"),
    min_amounts={"native": 2**64 - 1},
    blocked=("native",),
    dust=False,
)


async def _hold(stores: Stores, subscription: Subscription, seconds: int) -> str:
    """A digest that is open for so long, with one activity."""
    done = activity(f"held {seconds} {subscription.id}", 101, subscription.address)
    (candidate,) = candidates_of([done], subscription)

    def plan(_new: object, _bursts: object) -> list[NewDelivery]:
        due = stores.clock.now() + timedelta(seconds=seconds)
        key = digest_key(candidate)
        chat_id, wallet_id = subscription.chat.chat_id, subscription.wallet_id
        digest = NewDelivery(key, DeliveryKind.DIGEST, chat_id, wallet_id, None, due_at=due)
        return [digest, entry(candidate, DeliveryStatus.MERGED, digest_key=key)]

    since = stores.clock.now() - timedelta(minutes=1)
    await stores.ledger.record(subscription.wallet_id, [done], [candidate], plan, since=since)
    return digest_key(Candidate(done, subscription))


async def test_a_filter_is_of_one_wallet_and_one_chat(stores: Stores) -> None:
    mine, others = await watch(stores, ANNA), await watch(stores, BORIS)
    changed = await stores.preferences.change_filter(ANNA, mine.id, WANTED)
    assert changed == replace(mine, filter=WANTED)
    assert await stores.subscriptions.subscription(ANNA, mine.id) == changed
    assert (await stores.subscriptions.subscription(BORIS, others.id)) == others
    assert await stores.preferences.change_filter(BORIS, mine.id, WANTED) is None
    assert await stores.preferences.change_filter(ANNA, 999_999, WANTED) is None


async def test_a_filter_moves_with_its_group(stores: Stores) -> None:
    subscription = await watch(stores, GROUP)
    await stores.preferences.change_filter(GROUP, subscription.id, WANTED)
    await stores.subscriptions.migrate(GROUP, SUPERGROUP)
    (moved,) = await stores.subscriptions.subscriptions(SUPERGROUP)
    assert moved.filter == WANTED


async def test_the_settings_come_back_as_they_were_stored(stores: Stores) -> None:
    await watch(stores, ANNA)
    now = stores.clock.now()
    settings = ChatSettings(
        filter=replace(WANTED, muted_until=now),
        quiet=QuietHours(22 * 60, 7 * 60, (0, 4)),
        pace=Pace.DAILY,
        digest_hour=18,
        snoozed_until=now,
    )
    chat, moved = await stores.preferences.change_timing(ANNA, settings, now, urgent_at=now)
    assert chat.settings == settings
    assert moved == []
    assert await stores.subscriptions.chat(ANNA) == chat
    with pytest.raises(UnknownChat):
        await stores.preferences.change_timing(999, settings, now, urgent_at=now)


async def test_what_waits_is_due_at_another_time(stores: Stores) -> None:
    mine, others = await watch(stores, ANNA), await watch(stores, BORIS)
    soon, late = await _hold(stores, mine, 60), await _hold(stores, mine, 3600)
    await _hold(stores, others, 3600)
    now = stores.clock.now()
    _, moved = await stores.preferences.change_timing(
        ANNA, ChatSettings(), now + timedelta(seconds=60), urgent_at=now
    )
    assert [due.digest_key for due in moved] == [late]
    _, moved = await stores.preferences.change_timing(ANNA, ChatSettings(), now, urgent_at=now)
    assert {due.digest_key for due in moved} == {soon, late}
    assert {due.digest_key for due in await stores.ledger.overdue_digests(9)} == {soon, late}
    closed = await stores.ledger.close_digest(late)
    assert [pending.key for pending in closed.pending] == [late]
    # It is closed: nobody holds it up any more.
    _, moved = await stores.preferences.change_timing(
        ANNA, ChatSettings(), now + timedelta(days=1), urgent_at=now
    )
    assert [due.digest_key for due in moved] == [soon]


async def test_a_digest_of_a_long_time_is_told_from_one_of_a_flood(stores: Stores) -> None:
    subscription = await watch(stores, ANNA)
    key = await _hold(stores, subscription, 3600)
    asked = []
    done = activity("later", 102)
    candidates = candidates_of([done], subscription)
    since = stores.clock.now() - timedelta(minutes=1)

    def plan(new: object, bursts: object) -> list[NewDelivery]:
        asked.append(bursts)
        return [entry(candidates[0])]

    await stores.ledger.record(subscription.wallet_id, [done], candidates, plan, since=since)
    (bursts,) = asked
    burst = bursts[subscription.id]  # type: ignore[index]
    assert (burst.told, burst.digest_key) == (0, key)
    assert burst.due_at == stores.clock.now() + timedelta(seconds=3600)
    third = activity("third", 103)
    candidates = candidates_of([third], subscription)
    await stores.ledger.record(subscription.wallet_id, [third], candidates, plan, since=since)
    assert asked[1][subscription.id].told == 1  # type: ignore[index]
