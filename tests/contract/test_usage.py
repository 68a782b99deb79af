"""Figures by day."""

from datetime import date, timedelta

import psycopg
import pytest

from tests.contract.conftest import Stores, empty
from tests.contract.things import activity, contact
from walletwatch.domain.analytics import ACTIVE_WALLETS, DELIVERIES, Cohort
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.usage import PostgresUsage

DAY = date(2030, 1, 7)
NEXT = DAY + timedelta(days=1)


async def test_counters_are_carried_over_by_what_they_grew(stores: Stores) -> None:
    usage = stores.usage
    await usage.carry_over({"command.watch": 5, "command.list": 1}, DAY)
    await usage.carry_over({"command.watch": 5, "command.list": 1}, DAY)
    await usage.carry_over({"command.watch": 7, "button.card": 2}, NEXT)
    # Redis was lost, and the counters began anew.
    await usage.carry_over({"command.watch": 3}, NEXT)
    assert await usage.daily(["command.watch", "button.card"], DAY) == {
        "command.watch": {DAY: 5, NEXT: 5},
        "button.card": {NEXT: 2},
    }
    assert await usage.sums("command.", DAY) == {"command.watch": 10, "command.list": 1}
    assert await usage.sums("command.", NEXT) == {"command.watch": 5}
    assert await usage.daily(["command.nothing"], DAY) == {}


async def test_a_day_is_measured_anew_each_time(stores: Stores) -> None:
    await stores.subscriptions.remember(contact(1))
    subscribed = await stores.subscriptions.subscribe(1, activity("a", 5).wallet, None, slot=1, limit=9)
    wallet_id = subscribed.subscription.wallet_id
    await stores.ledger.keep(wallet_id, [activity("a", 5), activity("b", 6)])
    await stores.ledger.add(NewDelivery("a" * 32, DeliveryKind.SCAN, 1, None, None))
    today = stores.clock.now().date()
    names = [ACTIVE_WALLETS, f"{DELIVERIES}pending", f"{DELIVERIES}sent"]
    await stores.usage.measure(today)
    found = await stores.usage.daily(names, today)
    assert found[ACTIVE_WALLETS][today] == 1
    assert found[f"{DELIVERIES}pending"][today] == 1
    await stores.ledger.add(NewDelivery("b" * 32, DeliveryKind.SCAN, 1, None, None))
    await stores.usage.measure(today)
    assert (await stores.usage.daily(names, today))[f"{DELIVERIES}pending"][today] == 2


async def test_what_is_settled_moves_between_the_figures(stores: Stores) -> None:
    today = stores.clock.now().date()
    await stores.ledger.add(NewDelivery("a" * 32, DeliveryKind.SCAN, 1, None, None))
    await stores.usage.measure(today)
    await stores.ledger.settle("a" * 32, DeliveryStatus.SENT)
    await stores.usage.measure(today)
    found = await stores.usage.daily([f"{DELIVERIES}pending", f"{DELIVERIES}sent"], today)
    assert found[f"{DELIVERIES}sent"][today] == 1
    assert found.get(f"{DELIVERIES}pending", {}).get(today, 0) == 0


@pytest.mark.integration
async def test_who_came_and_came_back(migrated_url: str) -> None:
    """Moments of people's coming are the database's own."""

    empty(migrated_url)
    database = Database(migrated_url)
    usage = PostgresUsage(database, database)
    people = PostgresSubscriptionStore(database)
    for person in (1, 2, 3):
        await people.remember(contact(person))
        await people.remember(contact(person))
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        ((count, day),) = connection.execute("SELECT count(*), max(day) FROM active_daily").fetchall()
        assert count == 3
        await usage.measure(day)
        assert (await usage.daily(["people.active"], day))["people.active"] == {day: 3}
        connection.execute("UPDATE users SET created_at = '2030-01-07 23:00Z', seen_at = now() WHERE id < 3")
        connection.execute("UPDATE users SET created_at = '2030-01-15 00:00Z' WHERE id = 3")
        connection.execute("DELETE FROM active_daily")
        for person, seen in ((1, DAY), (1, date(2030, 1, 15)), (1, date(2030, 1, 16)), (2, NEXT), (3, NEXT)):
            connection.execute("INSERT INTO active_daily (user_id, day) VALUES (%s, %s)", [person, seen])
        # Seen an hour ago, and yesterday: today is a new day of activity all the same.
        connection.execute("UPDATE users SET seen_at = date_trunc('day', now(), 'UTC') - interval '1 s'")
        await people.remember(contact(1))
        assert connection.execute("SELECT count(*) FROM active_daily WHERE user_id = 1").fetchone() == (4,)
    assert await usage.people() == 3
    assert await usage.newcomers(DAY) == {DAY: 2, date(2030, 1, 15): 1}
    assert await usage.cohorts(DAY, date(2030, 1, 22)) == [
        Cohort(DAY, 2, (2, 1, 0)),
        Cohort(date(2030, 1, 14), 1, (0, 0)),
    ]
    assert await usage.forget(date(2030, 1, 15)) == 4
    await database.close()
