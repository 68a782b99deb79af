"""Every reading of a history goes by an index, however many activities there are of others."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.contract.things import WALLET, activity, address, contact
from walletwatch.domain.browsing import Direction, HistoryFilter, KindGroup, Place, WalletChoice
from walletwatch.domain.periods import Span
from walletwatch.storage.postgres.chronicle import PostgresChronicle
from walletwatch.storage.postgres.database import Connection, Database
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.rows import payload_json
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore

pytestmark = pytest.mark.integration

OTHERS = 40
OF_EACH = 500
T0 = 1_760_000_000
ALL, EVERYTHING, ALWAYS = WalletChoice(), HistoryFilter(), Span()
SOME = Span(T0 + 100, T0 + 200)

_FILL = """
INSERT INTO activities (wallet_id, signature, slot, block_time, kind, success, payload, created_at)
SELECT w.id, 's' || n, n, %(t0)s + n, 'transfer_in', true,
       jsonb_set(%(payload)s::jsonb, '{legs,0,counterparty}', to_jsonb('party' || n %% 50)), now()
  FROM wallets w, generate_series(1, %(count)s) n
"""


class Explaining(Database):
    """Explains what it is asked, instead of answering it later too."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.plans: list[str] = []

    async def run[T](self, work: Callable[[Connection], Awaitable[T]]) -> T:
        asked: list[tuple[str, Any]] = []

        async def watched(connection: Connection) -> T:
            execute = connection.execute

            async def record(query: Any, params: Any = None, **options: Any) -> Any:
                if str(query).lstrip().startswith(("SELECT", "WITH")):
                    asked.append((query, params))
                return await execute(query, params, **options)

            connection.execute = record  # type: ignore[method-assign]
            try:
                return await work(connection)
            finally:
                del connection.execute

        answer = await super().run(watched)

        async def explain(connection: Connection) -> None:
            for query, params in asked:
                cursor = await connection.execute(f"EXPLAIN (FORMAT JSON) {query}", params)
                row = await cursor.fetchone()
                assert row is not None
                self.plans.append(json.dumps(row[0]))

        await super().run(explain)
        return answer


@pytest.fixture
async def history(database_url: str) -> AsyncIterator[tuple[Explaining, PostgresChronicle]]:
    await migrate(database_url)
    plain = Database(database_url)
    people = PostgresSubscriptionStore(plain)
    await people.remember(contact(1))
    await people.subscribe(1, WALLET, "Savings", slot=1, limit=99)
    await people.remember(contact(2))
    for other in range(OTHERS):
        await people.subscribe(2, address(other), None, slot=1, limit=99)

    async def fill(connection: Connection) -> None:
        payload = payload_json(activity("s", 1))
        await connection.execute(_FILL, {"t0": T0, "payload": payload, "count": OF_EACH})
        await connection.execute("ANALYZE")

    await plain.run(fill)
    await plain.close()
    database = Explaining(database_url)
    yield database, PostgresChronicle(database, database)
    await database.close()


def _nodes(plan: Any) -> list[dict[str, Any]]:
    if isinstance(plan, list):
        return [node for part in plan for node in _nodes(part)]
    if not isinstance(plan, dict):
        return []
    found = [plan] if "Node Type" in plan else []
    return found + [node for part in plan.values() for node in _nodes(part)]


async def test_no_reading_looks_at_the_activities_of_others(
    history: tuple[Explaining, PostgresChronicle],
) -> None:
    database, chronicle = history

    def page(
        wanted: HistoryFilter = EVERYTHING, span: Span = ALWAYS, place: Place | None = None
    ) -> Awaitable[Any]:
        return chronicle.page(1, ALL, wanted, span, place=place, limit=8)

    readings: list[Callable[[], Awaitable[Any]]] = [
        page,
        lambda: page(place=Place(300, 10**9)),
        lambda: page(place=Place(300, 0, newer=True)),
        lambda: page(span=SOME),
        lambda: page(HistoryFilter(kinds=KindGroup.SWAPS)),
        lambda: page(HistoryFilter(direction=Direction.OUT, asset="native", counterparty="party7"), SOME),
        lambda: chronicle.page(1, WalletChoice(name="bear"), EVERYTHING, ALWAYS, place=None, limit=8),
        lambda: chronicle.gather(1, ALL, SOME, limit=1000),
        lambda: chronicle.gather_with_warnings(1, WalletChoice(name="savings"), SOME, limit=1000),
        lambda: chronicle.gather_with_carried(1, limit=1000),
        lambda: chronicle.gather_for_report(1, SOME, limit=1000),
        lambda: chronicle.usage(1, ALL, SOME),
        lambda: chronicle.usage(1, ALL, ALWAYS),
        lambda: chronicle.assets(1, ALL, limit=9),
        lambda: chronicle.of_transaction(1, "s7"),
        lambda: chronicle.record(1, 7),
    ]
    for reading in readings:
        await reading()
    scans = [node for plan in database.plans for node in _nodes(json.loads(plan)) if "Relation Name" in node]
    of_activities = [node for node in scans if node["Relation Name"] == "activities"]
    assert len(of_activities) > len(readings)
    assert {node["Node Type"] for node in of_activities} <= {
        "Index Scan",
        "Index Only Scan",
        "Bitmap Heap Scan",
    }
