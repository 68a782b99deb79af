"""What an operation costs in round trips, counted on the wire."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.contract.things import (
    WALLET,
    accounts_of,
    activity,
    address,
    candidates_of,
    contact,
    record,
    tell_all,
)
from tests.wire import Wire
from walletwatch.domain.admission import Arrival, Quota
from walletwatch.domain.browsing import HistoryFilter, KindGroup, WalletChoice
from walletwatch.domain.chats import ChatSettings
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery
from walletwatch.domain.greeting import Wanted
from walletwatch.domain.periods import Span
from walletwatch.domain.reports import ReportPeriod, Schedule
from walletwatch.domain.sweep import Belongings, Shard
from walletwatch.domain.wallet_book import SharedWallet
from walletwatch.domain.wallets import AccountKind, AccountState, Cursor, NewAccount, Progress
from walletwatch.runtime import SystemClock
from walletwatch.storage.postgres.chronicle import PostgresChronicle
from walletwatch.storage.postgres.claims import PostgresUpdateClaims
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.own_accounts import PostgresOwnAccounts
from walletwatch.storage.postgres.reporting import PostgresReportSchedules
from walletwatch.storage.postgres.samples import PostgresSamples
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.wallet_book import PostgresWalletBook
from walletwatch.storage.postgres.watch import PostgresWatchStore

pytestmark = pytest.mark.integration

CHOICE, SPAN = WalletChoice(), Span(0, 9)
FILTER = HistoryFilter(kinds=KindGroup.SWAPS)
DAILY = Schedule(ReportPeriod.DAILY, 540)
NOW = SystemClock().now()
SCAN = NewDelivery("a" * 32, DeliveryKind.SCAN, 1, None, None)


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[tuple[Wire, Database]]:
    await migrate(database_url)
    wire = Wire(int(conninfo_to_dict(database_url)["port"] or 5432))
    async with wire.open() as port:
        database = Database(make_conninfo(database_url, host="127.0.0.1", port=port))
        await database.ping()
        yield wire, database
        await database.close()


def arrival(update_id: int) -> Arrival:
    return Arrival(update_id, 1, Quota("update", 60, timedelta(minutes=1)))


async def test_one_for_an_operation_and_two_for_recording(wire: tuple[Wire, Database]) -> None:
    counter, database = wire
    people, claims = PostgresSubscriptionStore(database), PostgresUpdateClaims(database)
    chronicle = PostgresChronicle(database, database)
    schedules = PostgresReportSchedules(database)
    watch = PostgresWatchStore(database)
    samples = PostgresSamples(database)
    ledger, book = PostgresLedger(database, SystemClock()), PostgresWalletBook(database)
    await people.remember(contact(1))
    mine = (await people.subscribe(1, WALLET, None, slot=1, limit=9)).subscription
    (account,) = await accounts_of(watch)
    done = [activity(f"s{number}", 2 + number) for number in range(30)]
    found = [NewAccount(address(number), AccountKind.TOKEN) for number in range(30)]
    single: list[Callable[[], Awaitable[object]]] = [
        lambda: people.remember(contact(1)),
        lambda: claims.admit(arrival(1), contact(1), Wanted()),
        lambda: claims.admit(arrival(2), contact(1), Wanted(watched=True, rules=True)),
        lambda: claims.admit(arrival(2), None, Wanted()),
        lambda: claims.take_over(2),
        lambda: claims.done(2),
        lambda: people.chat(1),
        lambda: people.change_settings(1, ChatSettings()),
        lambda: people.subscribe(1, address("new"), None, slot=1, limit=9),
        lambda: people.subscribe(1, address("new"), "known", slot=1, limit=9),
        lambda: people.subscribe_many(1, {address(n): None for n in range(300)}, slot=1, limit=400),
        lambda: people.subscriptions(1),
        lambda: book.entries(1),
        lambda: book.entry(1, mine.id),
        lambda: book.use(1, mine.id),
        lambda: book.recent(1),
        lambda: book.rename(1, mine.id, "name"),
        lambda: book.retag(1, mine.id, add=["tag"]),
        lambda: book.annotate(1, mine.id, "note"),
        lambda: book.describe(1, {WALLET: (["tag"], None)}),
        lambda: book.pause(1, None, NOW),
        lambda: book.resume(1, None),
        lambda: book.share(1, "t" * 24, [SharedWallet(WALLET, None)], named=False, at=NOW, expires_at=NOW),
        lambda: book.shares(1, NOW),
        lambda: book.shared("t" * 24, NOW),
        lambda: book.revoke(1, 1),
        lambda: people.subscription(1, mine.id),
        lambda: people.watchers(mine.wallet_id),
        lambda: people.service(1, SystemClock().now()),
        lambda: watch.wallet(WALLET),
        lambda: watch.start(mine.wallet_id, 1),
        lambda: watch.add_accounts(mine.wallet_id, found),
        lambda: watch.wallet_accounts(mine.wallet_id),
        watch.shards,
        lambda: watch.swept_wallets(Shard(0, 1), after=None, limit=9),
        lambda: watch.record_search([mine.wallet_id], Belongings.TOKENS, SystemClock().now()),
        lambda: watch.record_progress(Shard(0, 1), Progress(5, SystemClock().now())),
        lambda: watch.reshard(1, 2),
        lambda: watch.record_states({account.id: AccountState(b"state", 5)}),
        lambda: watch.move_cursors({account.id: Cursor(5)}),
        lambda: record(ledger, mine.wallet_id, done, [], tell_all),
        lambda: ledger.keep(mine.wallet_id, done),
        lambda: ledger.close_digest("b" * 32),
        lambda: ledger.overdue_digests(9),
        lambda: ledger.add(SCAN),
        lambda: ledger.statuses([SCAN.key]),
        lambda: ledger.settle(SCAN.key, DeliveryStatus.SENT),
        lambda: chronicle.page(1, CHOICE, FILTER, SPAN, place=None, limit=8),
        lambda: chronicle.gather(1, CHOICE, SPAN, limit=99),
        lambda: chronicle.gather_with_warnings(1, CHOICE, SPAN, limit=99),
        lambda: chronicle.gather_with_carried(1, limit=99),
        lambda: chronicle.gather_for_report(1, SPAN, limit=99),
        lambda: chronicle.usage(1, CHOICE, SPAN),
        lambda: chronicle.of_transaction(1, "s1"),
        lambda: chronicle.record(1, 1),
        lambda: chronicle.assets(1, CHOICE, limit=9),
        lambda: schedules.of(1),
        lambda: schedules.order(1, DAILY, SystemClock().now()),
        lambda: schedules.due(SystemClock().now(), after=None, limit=9),
        lambda: schedules.cancel(1),
        lambda: people.unsubscribe(1, address("new")),
        lambda: people.deactivate(1, "blocked"),
        lambda: people.migrate(1, 2),
        lambda: samples.keep({"native": Decimal(1), address("mint"): Decimal(2)}, SystemClock().now()),
        lambda: samples.price_at(["native", address("mint")], SystemClock().now()),
        lambda: PostgresOwnAccounts(database).own(1, SystemClock().now(), ["native"]),
    ]
    assert [await counter.count(operation) for operation in single] == [1] * len(single)
    moved, *_ = await people.subscriptions(2)
    candidates = candidates_of(done, moved)
    assert await counter.count(lambda: record(ledger, moved.wallet_id, done, candidates, tell_all)) == 2
