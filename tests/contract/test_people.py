"""Who uses the bot, as administrators see and change it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.conftest import Stores, empty
from tests.contract.things import OTHER_WALLET, WALLET, contact
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery
from walletwatch.domain.people import PageMark, PeopleOrder, PeopleQuery, Person
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.people import PostgresPeople
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore

ANNA, BORIS, CARLA, NOBODY = 11, 22, 33, 99
GROUP = -5
NOW = datetime(2030, 1, 1, tzinfo=UTC)


async def greeted(stores: Stores, *people: int) -> None:
    for person in people:
        await stores.subscriptions.remember(contact(person))


def mark(order: PeopleOrder, person: Person) -> PageMark:
    newest = order is PeopleOrder.NEWEST
    return PageMark(person.created_at if newest else person.seen_at, person.user_id)


async def test_people_are_paged_both_ways(stores: Stores) -> None:
    await greeted(stores, ANNA, BORIS, CARLA)
    for order in PeopleOrder:
        everybody = list(await stores.people.page(PeopleQuery(order), limit=9))
        assert {person.user_id for person in everybody} == {ANNA, BORIS, CARLA}
        first = await stores.people.page(PeopleQuery(order), limit=2)
        assert list(first) == everybody[:2]
        second = await stores.people.page(PeopleQuery(order, mark=mark(order, everybody[1])), limit=2)
        assert list(second) == everybody[2:]
        back = await stores.people.page(
            PeopleQuery(order, mark=mark(order, everybody[2]), backwards=True), limit=1
        )
        assert list(back) == [everybody[1]]
        back = await stores.people.page(
            PeopleQuery(order, mark=mark(order, everybody[2]), backwards=True), limit=9
        )
        assert list(back) == everybody[:2]


async def test_a_card_has_the_persons_chats_and_no_others(stores: Stores) -> None:
    await greeted(stores, ANNA, BORIS)
    await stores.subscriptions.subscribe(ANNA, WALLET, "secret", slot=1, limit=9)
    await stores.subscriptions.subscribe(ANNA, OTHER_WALLET, None, slot=1, limit=9)
    await stores.subscriptions.subscribe(BORIS, WALLET, None, slot=1, limit=9)
    for person, digit, status in ((ANNA, "a", DeliveryStatus.SENT), (BORIS, "b", DeliveryStatus.SENT)):
        await stores.ledger.add(NewDelivery(digit * 32, DeliveryKind.SCAN, person, None, None, status))
    since = stores.clock.now() - timedelta(days=7)
    card = await stores.people.card(ANNA, since=since)
    assert card is not None
    assert (card.person.user_id, card.reachable, card.wallets, card.groups) == (ANNA, True, 2, 0)
    assert card.alerts == 0
    assert card.deliveries[DeliveryStatus.SENT] == 1
    assert card.deliveries[DeliveryStatus.FAILED] == 0
    await stores.subscriptions.deactivate(ANNA, "blocked")
    card = await stores.people.card(ANNA, since=since)
    assert card is not None
    assert card.reachable is False
    assert await stores.people.card(NOBODY, since=since) is None
    first = await stores.people.wallets(ANNA, after=0, limit=1)
    rest = await stores.people.wallets(ANNA, after=first[0].id, limit=9)
    assert [each.address for each in (*first, *rest)] == [WALLET, OTHER_WALLET]
    assert not hasattr(first[0], "label")


async def test_a_ban_suppresses_what_waits_and_ends(stores: Stores) -> None:
    await greeted(stores, ANNA, BORIS)
    for person, digit in ((ANNA, "a"), (BORIS, "b")):
        await stores.ledger.add(NewDelivery(digit * 32, DeliveryKind.SCAN, person, None, None))
    banned = await stores.people.ban(ANNA, "spam", NOW)
    assert banned is not None
    assert (banned.banned_at, banned.ban_reason) == (NOW, "spam")
    again = await stores.people.ban(ANNA, None, NOW + timedelta(days=1))
    assert again is not None
    assert (again.banned_at, again.ban_reason) == (NOW, "spam")
    once_more = await stores.people.ban(ANNA, "worse", NOW)
    assert once_more is not None
    assert once_more.ban_reason == "worse"
    assert await stores.ledger.statuses(["a" * 32, "b" * 32]) == {
        "a" * 32: DeliveryStatus.SUPPRESSED,
        "b" * 32: DeliveryStatus.PENDING,
    }
    chat = await stores.subscriptions.chat(ANNA)
    assert chat is not None
    assert chat.owner.banned
    assert (await stores.subscriptions.remember(contact(ANNA))).owner.banned
    in_a_group = Contact(GROUP, ChatKind.SUPERGROUP, ANNA, None, "en")
    assert (await stores.greet(in_a_group)).turns_away
    others = Contact(GROUP, ChatKind.SUPERGROUP, BORIS, None, "en")
    assert not (await stores.greet(others)).turns_away
    unbanned = await stores.people.unban(ANNA)
    assert unbanned is not None
    assert unbanned.banned_at is None
    assert not (await stores.subscriptions.remember(contact(ANNA))).owner.banned
    assert await stores.people.ban(NOBODY, None, NOW) is None
    assert await stores.people.unban(NOBODY) is None


async def test_premium_is_added_to_what_is_left(stores: Stores) -> None:
    await greeted(stores, ANNA)
    month = timedelta(days=30)
    first = await stores.people.grant(ANNA, month, NOW)
    second = await stores.people.grant(ANNA, month, NOW + timedelta(days=1))
    late = await stores.people.grant(ANNA, month, NOW + timedelta(days=100))
    assert first is not None
    assert second is not None
    assert late is not None
    assert first.premium_until == NOW + month
    assert second.premium_until == NOW + 2 * month
    assert late.premium_until == NOW + timedelta(days=130)
    await stores.people.grant(ANNA, timedelta(days=365 * 7900), NOW)
    forever = await stores.people.grant(ANNA, timedelta(days=365 * 7900), NOW)
    assert forever is not None
    assert forever.premium_until == datetime(9999, 12, 31, tzinfo=UTC)
    assert await stores.people.grant(NOBODY, month, NOW) is None
    ended = await stores.people.revoke(ANNA)
    assert ended is not None
    assert ended.premium_until is None
    assert await stores.people.revoke(NOBODY) is None


async def test_quotas_are_set_one_by_one(stores: Stores) -> None:
    await greeted(stores, ANNA)
    await stores.people.set_quota(ANNA, "wallets", 100)
    await stores.people.set_quota(ANNA, "alerts", 5)
    changed = await stores.people.set_quota(ANNA, "wallets", 50)
    assert changed is not None
    assert changed.quotas == {"wallets": 50, "alerts": 5}
    chat = await stores.subscriptions.chat(ANNA)
    assert chat is not None
    assert chat.owner.quotas == {"wallets": 50, "alerts": 5}
    changed = await stores.people.set_quota(ANNA, "wallets", None)
    assert changed is not None
    assert changed.quotas == {"alerts": 5}
    assert await stores.people.set_quota(NOBODY, "wallets", 1) is None


@pytest.mark.integration
async def test_names_are_found_by_their_beginning(migrated_url: str) -> None:
    """The fakes know no names; and a name may hold what a pattern takes for its own."""

    empty(migrated_url)
    database = Database(migrated_url)
    people = PostgresPeople(database)
    for number, name in ((1, "Ann_Smith"), (2, "annXsmith"), (3, "Boris"), (4, None)):
        visitor = Contact(number, ChatKind.PRIVATE, number, name, "en")
        await PostgresSubscriptionStore(database).remember(visitor)

    async def found(prefix: str) -> set[int]:
        return {person.user_id for person in await people.page(PeopleQuery(prefix=prefix), limit=9)}

    assert await found("ann") == {1, 2}
    assert await found("ann_") == {1}
    assert await found("%") == set()
    assert await found("boris") == {3}
    await database.close()
