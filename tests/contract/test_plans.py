"""Premium, orders and payments: what is paid counts once, and what is given back is taken away once."""

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.contract.conftest import Stores
from tests.contract.things import OTHER_WALLET, WALLET, address, contact
from walletwatch.domain.chats import Owner
from walletwatch.domain.errors import QuotaExceeded
from walletwatch.domain.plans import NEVER, Offer, Order, Payment, Quota

ANNA, BORIS, ADMIN = 11, 22, 99
MONTH = Offer(30, 250)


def order(stores: Stores, number: int, user: int = ANNA, offer: Offer = MONTH) -> Order:
    return Order(f"{number:032x}", user, offer, stores.clock.now())


def charge(stores: Stores, name: str, user: int = ANNA, stars: int = 250) -> Payment:
    return Payment(name, user, Offer(0, stars), stores.clock.now())


async def owner(stores: Stores, user: int = ANNA) -> Owner:
    chat = await stores.subscriptions.chat(user)
    assert chat is not None
    return chat.owner


async def bought(stores: Stores, number: int, user: int = ANNA) -> None:
    made = order(stores, number, user)
    await stores.plans.order(made)
    assert (await stores.plans.paid(charge(stores, f"charge {number}", user), made.id)).new


async def people(stores: Stores) -> None:
    for user in (ANNA, BORIS):
        await stores.subscriptions.remember(contact(user))


async def give(stores: Stores, user: int, time: timedelta) -> None:
    assert await stores.people.grant(user, time, stores.clock.now()) is not None


def days(end: datetime | None, stores: Stores) -> float:
    assert end is not None
    return (end - stores.clock.now()) / timedelta(days=1)


async def test_an_order_is_kept_until_it_is_paid(stores: Stores) -> None:
    await people(stores)
    made = order(stores, 1)
    await stores.plans.order(made)
    await stores.plans.order(made)
    assert await stores.plans.ordered(made.id) == made
    assert await stores.plans.ordered("nothing\x00of ours") is None
    settled = await stores.plans.paid(charge(stores, "a"), made.id)
    assert (settled.new, settled.payment.offer) == (True, MONTH)
    assert days(settled.premium_until, stores) == 30
    kept = await stores.plans.ordered(made.id)
    assert kept is not None
    assert kept.paid


async def test_an_order_of_the_banned_is_none(stores: Stores) -> None:
    await people(stores)
    for number, user in enumerate((ANNA, BORIS)):
        await stores.plans.order(order(stores, number, user))
    await stores.people.ban(ANNA, None, stores.clock.now())
    assert await stores.plans.ordered(f"{0:032x}") is None
    assert await stores.plans.ordered(f"{1:032x}") is not None


async def test_a_charge_counts_once_however_often_it_is_told(stores: Stores) -> None:
    await people(stores)
    made = order(stores, 1)
    await stores.plans.order(made)
    results = await asyncio.gather(*(stores.plans.paid(charge(stores, "a"), made.id) for _ in range(5)))
    assert sorted(result.new for result in results) == [False] * 4 + [True]
    assert days((await owner(stores)).premium_until, stores) == 30
    assert [payment.charge_id for payment in await stores.plans.payments(ANNA, 9)] == ["a"]


async def test_what_is_bought_is_added_to_what_is_left(stores: Stores) -> None:
    await people(stores)
    await bought(stores, 1)
    stores.clock.advance(86_400 * 10)
    await bought(stores, 2)
    assert days((await owner(stores)).premium_until, stores) == 50
    stores.clock.advance(86_400 * 60)
    await bought(stores, 3)
    assert days((await owner(stores)).premium_until, stores) == 30
    assert [each.charge_id for each in await stores.plans.payments(ANNA, 2)] == ["charge 3", "charge 2"]
    assert (await owner(stores, BORIS)).premium_until is None


async def test_anothers_order_gives_nothing_and_the_payment_is_kept(stores: Stores) -> None:
    await people(stores)
    made = order(stores, 1, BORIS)
    await stores.plans.order(made)
    settled = await stores.plans.paid(charge(stores, "a"), made.id)
    assert (settled.new, settled.payment.offer, settled.premium_until) == (True, Offer(0, 250), None)
    kept = await stores.plans.ordered(made.id)
    assert kept is not None
    assert not kept.paid


async def test_a_refund_shortens_once(stores: Stores) -> None:
    await people(stores)
    await bought(stores, 1)
    await bought(stores, 2)
    since = stores.clock.now() - timedelta(days=3)
    begun = await stores.plans.begin_refund(ANNA, "charge 1", ANNA, paid_after=since)
    assert begun is not None
    assert begun.refund_by == ANNA
    # Whoever was interrupted goes on; nobody else does.
    assert await stores.plans.begin_refund(ANNA, "charge 1", ANNA, paid_after=since) is not None
    assert await stores.plans.begin_refund(ANNA, "charge 1", ADMIN, paid_after=None) is None
    ended = await stores.plans.end_refund(ANNA, "charge 1", stores.clock.now())
    assert ended is not None
    assert (ended.new, ended.payment.refunded_at) == (True, stores.clock.now())
    assert days(ended.premium_until, stores) == 30
    again = await stores.plans.end_refund(ANNA, "charge 1", stores.clock.now())
    assert again is not None
    assert not again.new
    assert days(again.premium_until, stores) == 30
    assert await stores.plans.begin_refund(ANNA, "charge 1", ANNA, paid_after=since) is None
    # One for a person, any for an administrator.
    assert await stores.plans.begin_refund(ANNA, "charge 2", ANNA, paid_after=since) is None
    assert await stores.plans.begin_refund(ANNA, "charge 2", ADMIN, paid_after=None) is not None
    assert (await stores.plans.end_refund(ANNA, "charge 2", stores.clock.now())) is not None
    assert (await owner(stores)).premium_until is None


async def test_nobody_refunds_anothers_payment_or_an_old_one(stores: Stores) -> None:
    await people(stores)
    await bought(stores, 1)
    since = stores.clock.now() - timedelta(days=3)
    assert await stores.plans.begin_refund(BORIS, "charge 1", BORIS, paid_after=since) is None
    assert await stores.plans.end_refund(BORIS, "charge 1", stores.clock.now()) is None
    stores.clock.advance(86_400 * 4)
    since = stores.clock.now() - timedelta(days=3)
    assert await stores.plans.begin_refund(ANNA, "charge 1", ANNA, paid_after=since) is None
    assert days((await owner(stores)).premium_until, stores) == 26


async def test_what_is_owed_or_begun_goes_back_whatever_the_rules(stores: Stores) -> None:
    await people(stores)
    await bought(stores, 1)
    await bought(stores, 2)
    for name in ("a", "b"):
        await stores.plans.paid(charge(stores, name), "no order")
    since = stores.clock.now() - timedelta(days=3)
    assert await stores.plans.begin_refund(ANNA, "charge 1", ANNA, paid_after=since) is not None
    stores.clock.advance(86_400 * 4)
    since = stores.clock.now() - timedelta(days=3)
    for name in ("charge 1", charge(stores, "a").charge_id, charge(stores, "b").charge_id):
        assert await stores.plans.begin_refund(ANNA, name, ANNA, paid_after=since) is not None
        assert await stores.plans.end_refund(ANNA, name, stores.clock.now()) is not None
    assert await stores.plans.begin_refund(ANNA, "charge 2", ANNA, paid_after=None) is not None
    assert await stores.plans.end_refund(ANNA, "charge 2", None) is not None
    assert await stores.plans.begin_refund(ANNA, "charge 2", ANNA, paid_after=since) is None


async def test_a_refund_that_telegram_refuses_can_be_begun_anew(stores: Stores) -> None:
    await people(stores)
    await bought(stores, 1)
    assert await stores.plans.begin_refund(ANNA, "charge 1", ADMIN, paid_after=None) is not None
    assert await stores.plans.end_refund(ANNA, "charge 1", None) is not None
    assert await stores.plans.begin_refund(ANNA, "charge 1", 98, paid_after=None) is not None
    assert days((await owner(stores)).premium_until, stores) == 30


async def test_a_premium_without_an_end_has_none_whatever_is_paid(stores: Stores) -> None:
    await people(stores)
    await give(stores, ANNA, NEVER - stores.clock.now() + timedelta(days=1))
    await bought(stores, 1)
    until = (await owner(stores)).premium_until
    assert until is not None
    assert until >= NEVER
    begun = await stores.plans.begin_refund(ANNA, "charge 1", ANNA, paid_after=None)
    assert begun is not None
    await stores.plans.end_refund(ANNA, "charge 1", stores.clock.now())
    assert (await owner(stores)).premium_until == until


async def test_endings_of_those_who_can_be_told(stores: Stores) -> None:
    await people(stores)
    now = stores.clock.now()
    await give(stores, ANNA, timedelta(days=2))
    await give(stores, BORIS, timedelta(days=1))
    found = await stores.plans.endings(now, now + timedelta(days=3), 9)
    assert [(each.user_id, each.language, each.timezone) for each in found] == [
        (BORIS, "en", "UTC"),
        (ANNA, "en", "UTC"),
    ]
    assert [each.user_id for each in await stores.plans.endings(now, now + timedelta(days=1), 9)] == [BORIS]
    await stores.subscriptions.deactivate(BORIS, "blocked")
    assert [each.user_id for each in await stores.plans.endings(now, now + timedelta(days=3), 9)] == [ANNA]


async def test_old_orders_are_forgotten(stores: Stores) -> None:
    await people(stores)
    await stores.plans.order(order(stores, 1))
    assert await stores.plans.forget_orders(stores.clock.now()) == 0
    stores.clock.advance(60)
    assert await stores.plans.forget_orders(stores.clock.now()) == 1
    assert await stores.plans.ordered(f"{1:032x}") is None


async def test_the_limit_is_the_owners_in_all_of_their_chats(stores: Stores) -> None:
    await people(stores)
    group = -500
    await stores.subscriptions.remember(contact(group))
    assert await stores.linked.claim(group, ANNA, instead_of=None)
    subscribe = stores.subscriptions.subscribe
    await subscribe(ANNA, WALLET, None, slot=1, limit=2)
    await subscribe(group, OTHER_WALLET, None, slot=1, limit=2)
    assert (await stores.plans.used(ANNA))[Quota.WALLETS] == 2
    # What one of their chats watches costs nothing in another.
    assert (await subscribe(group, WALLET, None, slot=1, limit=2)).created
    for chat in (ANNA, group):
        with pytest.raises(QuotaExceeded, match="at most 2"):
            await subscribe(chat, address("third"), None, slot=1, limit=2)
    assert (await subscribe(BORIS, address("third"), None, slot=1, limit=2)).created
    assert (await stores.plans.used(ANNA))[Quota.WALLETS] == 2
