"""What is kept of a person, in the real schema: whoever gives or erases it forgets no table."""

from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest

from tests.contract.things import OTHER_WALLET, WALLET, contact
from walletwatch.domain.delivery import DeliveryKind, NewDelivery
from walletwatch.domain.plans import Offer, Order, Payment
from walletwatch.domain.wallet_book import SharedWallet
from walletwatch.runtime import SystemClock
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.personal import PERSONAL, PostgresPersonalRecords
from walletwatch.storage.postgres.plans import PostgresPlanStore
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.wallet_book import PostgresWalletBook

pytestmark = pytest.mark.integration

ANNA, BORIS = 11, 22
NOBODYS = {("users", "id"), ("chats", "id")}
"""Beside these, a column that holds somebody's id is called so."""
OF_PEOPLE = ("chat_id", "user_id", "owner_id", "added_by", "acknowledged_by", "requested_by", "created_by")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await migrate(database_url)
    database = Database(database_url)
    yield database
    await database.close()


async def test_every_column_with_somebodys_id_is_in_the_catalogue(database_url: str) -> None:
    await migrate(database_url)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = ANY(%s)",
            [list(OF_PEOPLE)],
        ).fetchall()
    known = {(about.table, about.column) for about in PERSONAL}
    assert set(rows) | NOBODYS <= known, set(rows) - known


async def test_one_persons_and_no_others(database: Database) -> None:
    people, records = PostgresSubscriptionStore(database), PostgresPersonalRecords(database)
    ledger = PostgresLedger(database, SystemClock())
    for number, person in enumerate((ANNA, BORIS)):
        await people.remember(contact(person))
        for wallet in (WALLET, OTHER_WALLET):
            await people.subscribe(person, wallet, f"of {person}", slot=5, limit=9)
        await ledger.add(NewDelivery(f"{number}" * 32, DeliveryKind.SCAN, person, None, None))
        now = SystemClock().now()
        await records.feedback(person, f"from {person}", now)
        await PostgresWalletBook(database).share(
            person,
            str(person) * 12,
            [SharedWallet(WALLET, "x")],
            named=True,
            at=now,
            expires_at=now + timedelta(days=1),
        )
    copy = await records.collect(ANNA, limit=10)
    assert [row["label"] for row in copy["subscriptions"]] == ["of 11", "of 11"]
    assert {row["address"] for row in copy["subscriptions"]} == {WALLET, OTHER_WALLET}
    assert [row["id"] for row in copy["users"]] == [ANNA]
    assert [row["text"] for row in copy["feedback"]] == ["from 11"]
    assert "22" not in str(copy["deliveries"][0]["chat_id"])
    assert len((await records.collect(ANNA, limit=1))["subscriptions"]) == 1

    await records.erase(ANNA)
    await records.erase(ANNA)
    assert not any((await records.collect(ANNA, limit=10)).values())
    assert await people.chat(ANNA) is None
    assert len(await people.subscriptions(BORIS)) == 2
    assert len((await records.collect(BORIS, limit=10))["feedback"]) == 1
    assert len((await records.collect(BORIS, limit=10))["shares"]) == 1


async def test_a_ban_is_remembered_and_nothing_else(database: Database, database_url: str) -> None:
    records = PostgresPersonalRecords(database)
    await PostgresSubscriptionStore(database).remember(contact(ANNA))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE users SET banned_at = now(), username = 'anna'")
    await records.erase(ANNA)
    (row,) = (await records.collect(ANNA, limit=10))["users"]
    assert (row["id"], row["username"], row["banned_at"] is None) == (ANNA, None, False)


async def test_what_was_paid_is_remembered_with_the_premium(database: Database, database_url: str) -> None:
    records, plans = PostgresPersonalRecords(database), PostgresPlanStore(database)
    await PostgresSubscriptionStore(database).remember(contact(ANNA))
    now = SystemClock().now()
    order = Order("a" * 32, ANNA, Offer(30, 250), now)
    await plans.order(order)
    await plans.paid(Payment("stx1", ANNA, Offer(0, 250), now), order.id)
    await records.erase(ANNA)
    kept = {table: rows for table, rows in (await records.collect(ANNA, limit=10)).items() if rows}
    assert kept.keys() == {"payments", "users"}
    assert [(row["charge_id"], row["stars"]) for row in kept["payments"]] == [("stx1", 250)]
    assert kept["users"][0]["username"] is None
    assert kept["users"][0]["premium_until"] is not None
