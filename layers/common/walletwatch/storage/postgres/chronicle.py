"""`ports.Chronicle` on PostgreSQL.

Every statement begins with the chat's subscriptions, and reads of each wallet only as many activities as are
needed, in the order of an index.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.browsing import (
    KINDS,
    Found,
    HistoryFilter,
    OwnWallet,
    Place,
    Recorded,
    SeenAsset,
    WalletChoice,
    chosen_of,
)
from walletwatch.domain.carrying import CarriedFlow
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.periods import Span
from walletwatch.domain.reports import Schedule
from walletwatch.domain.usage import Deeds, Told, Usage
from walletwatch.storage.postgres.carrying import CARRIED_COLUMNS, to_carried
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.history_pages import CHOSEN, OWN, page_statements
from walletwatch.storage.postgres.replica import Reads
from walletwatch.storage.postgres.reporting import ORDERED, to_schedule
from walletwatch.storage.postgres.rows import Row, storable

DEPTH: Final = 3000
"""So many activities of a wallet are looked through for one page of a filter."""
ASSETS_DEPTH: Final = 300
_NEVER: Final = Span(0, 0)

_RECORD: Final = """
SELECT s.id, s.wallet_id, w.address, s.label, a.id, a.payload
  FROM activities a
  JOIN subscriptions s ON s.wallet_id = a.wallet_id AND s.chat_id = %(chat_id)s
  JOIN wallets w ON w.id = s.wallet_id
 WHERE a.id = %(activity_id)s
"""

_OF_TRANSACTION: Final = """
SELECT s.id, s.wallet_id, w.address, s.label, a.payload
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
  LEFT JOIN activities a ON a.wallet_id = s.wallet_id AND a.signature = %(signature)s
 WHERE s.chat_id = %(chat_id)s
 ORDER BY s.id
"""

_WARNED: Final = """
SELECT l.address, min(l.source)
  FROM ({rows}) a
 CROSS JOIN LATERAL jsonb_array_elements(a.payload -> 'legs') leg
  JOIN listed_addresses l ON l.address = leg ->> 'counterparty' AND l.kind = 'block'
 GROUP BY 1
"""

_CARRIED: Final = f"""
SELECT {CARRIED_COLUMNS}
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
  JOIN daily_flows f ON f.wallet_id = s.wallet_id
 WHERE s.chat_id = %(chat_id)s
 ORDER BY f.wallet_id, f.day
"""

_DEEDS: Final = f"""
{CHOSEN}
SELECT chosen.wallet_id, a.kind, count(*), count(*) FILTER (WHERE NOT a.success), max(a.block_time)
  FROM chosen
  JOIN activities a ON a.wallet_id = chosen.wallet_id
 WHERE (%(is_open)s OR (a.block_time >= coalesce(%(start)s, 0)
                        AND a.block_time < coalesce(%(end)s, 9223372036854775807)))
 GROUP BY 1, 2
"""

_TOLD: Final = """
SELECT status, CASE WHEN status = 'suppressed' THEN reason END, count(*)
  FROM deliveries
 WHERE chat_id = %(chat_id)s AND kind = 'activity'
   AND created_at >= coalesce(to_timestamp(%(start)s), '-infinity')
   AND created_at < coalesce(to_timestamp(%(end)s), 'infinity')
 GROUP BY 1, 2
"""

_FIRST_SEEN: Final = "SELECT created_at FROM chats WHERE id = %(chat_id)s"

_ASSETS: Final = f"""
{CHOSEN}
SELECT leg ->> 'asset', count(*),
       (array_agg(a.payload #> array['annotation', 'assets', leg ->> 'asset'] ORDER BY a.slot DESC, a.id DESC)
          FILTER (WHERE a.payload #> array['annotation', 'assets', leg ->> 'asset'] IS NOT NULL))[1]
  FROM chosen
 CROSS JOIN LATERAL (
       SELECT a.id, a.slot, a.payload FROM activities a WHERE a.wallet_id = chosen.wallet_id
        ORDER BY a.slot DESC, a.id DESC LIMIT %(depth)s
       ) a
 CROSS JOIN LATERAL jsonb_array_elements(a.payload -> 'legs') leg
 GROUP BY 1
 ORDER BY 2 DESC, 1
 LIMIT %(limit)s
"""


class PostgresChronicle:
    """The stored activities of a chat's wallets.

    Args:
        database: For what people look up by a name they may have given a moment ago.
        reads: For what is reckoned with.
    """

    def __init__(self, database: Database, reads: Reads) -> None:
        self._database = database
        self._reads = reads

    async def page(
        self,
        chat_id: int,
        choice: WalletChoice,
        wanted: HistoryFilter,
        span: Span,
        *,
        place: Place | None,
        limit: int,
    ) -> Found:
        """The next activities from a place on, or the newest."""
        values = _values(chat_id, choice, span) | {
            "slot": place.slot if place else None,
            "id": place.id if place else None,
            "kinds": [kind.value for kind in KINDS[wanted.kinds]] if wanted.kinds else None,
            "asset": wanted.asset,
            "counterparty": wanted.counterparty,
            "depth": DEPTH,
            "limit": limit + 1,
        }
        newer = place is not None and place.newer
        statements = page_statements(wanted, span, place, is_named=choice.name is not None)
        texts = [f"{OWN} ORDER BY s.id", statements.rows, *([statements.end] if statements.end else [])]
        own, rows, *ends = await _run(self._database, texts, values)
        end = Place(*ends[0][0]) if ends and ends[0] else None
        wallets, chosen, is_named = _wallets(own, choice)
        records = [_recorded(row) for row in rows]
        if end is not None:
            records = [record for record in records if _covered(record, end, newer=newer)]
        shown = records[:limit]
        return Found(
            wallets,
            chosen,
            is_named,
            shown[::-1] if newer else shown,
            more=len(records) > limit,
            end=end if len(records) <= limit else None,
        )

    async def gather(self, chat_id: int, choice: WalletChoice, span: Span, *, limit: int) -> Found:
        """The newest activities in a span of time, oldest first, to reckon with."""
        found, _ = await self._gather(chat_id, choice, span, limit, with_warnings=False)
        return found

    async def gather_with_warnings(
        self, chat_id: int, choice: WalletChoice, span: Span, *, limit: int
    ) -> tuple[Found, Mapping[str, str]]:
        """The same, and by address which of the counterparties people are warned of, and by whom."""
        return await self._gather(chat_id, choice, span, limit, with_warnings=True)

    async def gather_with_carried(self, chat_id: int, *, limit: int) -> tuple[Found, Sequence[CarriedFlow]]:
        """The newest activities of all the chat's wallets, oldest first, and what is left of deleted ones."""
        found, flows, *_ = await self.gather_for_report(chat_id, _NEVER, limit=limit)
        return found, flows

    async def gather_for_report(
        self, chat_id: int, span: Span, *, limit: int
    ) -> tuple[Found, Sequence[CarriedFlow], Told, Sequence[Schedule]]:
        """As `gather_with_carried`; what became of the chat's messages in a span of time; its schedules."""
        values = _values(chat_id, WalletChoice(), span) | {"limit": limit + 1}
        # Of all time: the span is that of the messages.
        rows_of = page_statements(HistoryFilter(), Span(), None, is_named=False).rows
        statements = [f"{OWN} ORDER BY s.id", rows_of, _CARRIED, _TOLD, ORDERED]
        own, rows, flows, told, ordered = await _run(self._reads, statements, values)
        wallets, chosen, is_named = _wallets(own, WalletChoice())
        records = [_recorded(row) for row in rows[:limit]][::-1]
        found = Found(wallets, chosen, is_named, records, more=len(rows) > limit)
        return found, [to_carried(row) for row in flows], to_told(told), [to_schedule(row) for row in ordered]

    async def _gather(
        self, chat_id: int, choice: WalletChoice, span: Span, limit: int, *, with_warnings: bool
    ) -> tuple[Found, Mapping[str, str]]:
        values = _values(chat_id, choice, span) | {"limit": limit + 1}
        rows_of = page_statements(HistoryFilter(), span, None, is_named=False).rows
        statements = [f"{OWN} ORDER BY s.id", rows_of]
        if with_warnings:
            statements.append(_WARNED.format(rows=rows_of))
        own, rows, *warned = await _run(self._reads, statements, values)
        wallets, chosen, is_named = _wallets(own, choice)
        if choice.name is not None and not is_named:
            # A replica may not have heard of the name yet.
            own, rows, *warned = await _run(self._database, statements, values)
            wallets, chosen, is_named = _wallets(own, choice)
        records = [_recorded(row) for row in rows[:limit]][::-1]
        found = Found(wallets, chosen, is_named, records, more=len(rows) > limit)
        return found, {address: source for rows in warned for address, source in rows}

    async def usage(self, chat_id: int, choice: WalletChoice, span: Span) -> Usage:
        """What a known chat's wallets did, and what it was told, in a span of time."""
        values = _values(chat_id, choice, span) | {"is_open": span.is_open}
        statements = [f"{OWN} ORDER BY s.id", _DEEDS, _TOLD, _FIRST_SEEN]
        own, deeds, told, seen = await _run(self._reads, statements, values)
        wallets, chosen, is_named = _wallets(own, choice)
        return Usage(wallets, chosen, is_named, _deeds(deeds), to_told(told), seen[0][0])

    async def record(self, chat_id: int, activity_id: int) -> tuple[OwnWallet, Recorded] | None:
        """One activity of a wallet that the chat watches."""

        async def work(connection: Connection) -> tuple[OwnWallet, Recorded] | None:
            cursor = await connection.execute(_RECORD, {"chat_id": chat_id, "activity_id": activity_id})
            row = await cursor.fetchone()
            return None if row is None else (OwnWallet(*row[:4]), _recorded(row[4:]))

        return await self._database.run(work)

    async def of_transaction(
        self, chat_id: int, signature: str
    ) -> Sequence[tuple[OwnWallet, Activity | None]]:
        """All wallets of the chat, each with what is stored of a transaction for it."""

        async def work(connection: Connection) -> Sequence[tuple[OwnWallet, Activity | None]]:
            values = {"chat_id": chat_id, "signature": signature}
            cursor = await connection.execute(_OF_TRANSACTION, values)
            return [
                (OwnWallet(*own), None if payload is None else Activity.from_dict(payload))
                for *own, payload in await cursor.fetchall()
            ]

        return await self._database.run(work)

    async def assets(self, chat_id: int, choice: WalletChoice, *, limit: int) -> Sequence[SeenAsset]:
        """What moved lately, the most frequent first."""
        values = _values(chat_id, choice, Span()) | {"limit": limit, "depth": ASSETS_DEPTH}

        async def work(connection: Connection) -> Sequence[SeenAsset]:
            cursor = await connection.execute(_ASSETS, values)
            return [
                SeenAsset(asset, None if note is None else AssetNote.from_dict(note), count)
                for asset, count, note in await cursor.fetchall()
            ]

        return await self._reads.run(work)


async def _run(reads: Reads, statements: Sequence[str], values: dict[str, Any]) -> Sequence[Sequence[Row]]:
    """The rows of each statement, in one round trip."""

    async def work(connection: Connection) -> Sequence[Sequence[Row]]:
        async with together(connection):
            cursors = [await connection.execute(statement, values) for statement in statements]
        return [await cursor.fetchall() for cursor in cursors]

    return await reads.run(work)


def _values(chat_id: int, choice: WalletChoice, span: Span) -> dict[str, Any]:
    return {
        "chat_id": chat_id,
        "subscription_id": choice.subscription_id,
        "name": None if choice.name is None else storable(choice.name),
        "start": span.start,
        "end": span.end,
    }


def _wallets(
    own: Sequence[Row], choice: WalletChoice
) -> tuple[Sequence[OwnWallet], Sequence[OwnWallet], bool]:
    wallets = [OwnWallet(*row[:4]) for row in own]
    named = {row[0] for row in own if row[4]}
    return wallets, chosen_of(wallets, named, choice), bool(named)


def _deeds(rows: Sequence[Row]) -> Mapping[int, Deeds]:
    found: dict[int, Deeds] = {}
    for wallet_id, kind, count, failed, last_at in rows:
        before = found.get(wallet_id, Deeds({}, 0, None))
        times = [at for at in (before.last_at, last_at) if at is not None]
        kinds = {**before.kinds, ActivityKind(kind): count}
        found[wallet_id] = Deeds(kinds, before.failed + failed, max(times, default=None))
    return found


def to_told(rows: Sequence[Row]) -> Told:
    """What became of messages, by status, reason and count."""
    statuses: Counter[DeliveryStatus] = Counter()
    reasons: Counter[str] = Counter()
    for status, reason, count in rows:
        statuses[DeliveryStatus(status)] += count
        if reason is not None:
            reasons[reason] += count
    return Told(statuses, reasons)


def _recorded(row: Row) -> Recorded:
    activity_id, payload = row
    return Recorded(activity_id, Activity.from_dict(payload))


def _covered(record: Recorded, end: Place, *, newer: bool) -> bool:
    place = (record.activity.slot, record.id)
    last = (end.slot, end.id)
    return place <= last if newer else place >= last
