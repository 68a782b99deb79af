"""Queues that behave as badly as SQS may: in any order, twice, and again whenever a consumer dies.

Over PostgreSQL, so that they survive every process of the test. The bodies are those of the real queues.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import AsyncConnection

from walletwatch.domain.work import Backfill, BalanceCheck, DigestDue, Notification, RiskCheck, SecurityScan
from walletwatch.queueing.balance import encode_balance_check, encode_digest_due

VISIBILITY_SECONDS = 8
TWICE = 0.05

SCHEMA = """
CREATE TABLE balance (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL,
                      visible_at timestamptz NOT NULL DEFAULT now(), received int NOT NULL DEFAULT 0);
CREATE INDEX balance_visible ON balance (visible_at);
CREATE TABLE notifications (key text PRIMARY KEY);
"""

_SEND = """
INSERT INTO balance (body, visible_at)
SELECT body, visible_at
  FROM unnest(%s::text[], %s::timestamptz[]) message (body, visible_at),
       generate_series(1, CASE WHEN random() < %s THEN 2 ELSE 1 END)
"""

_RECEIVE = """
UPDATE balance SET visible_at = clock_timestamp() + make_interval(secs => %s), received = received + 1
 WHERE id IN (SELECT id FROM (SELECT id FROM balance WHERE visible_at <= clock_timestamp()
                               ORDER BY visible_at LIMIT 200 FOR UPDATE SKIP LOCKED) visible
               ORDER BY random() LIMIT %s)
RETURNING id, body, received
"""


@dataclass
class Received:
    id: int
    body: str
    attempt: int


class UnreliableQueues:
    """`ports.Queues`, and their other end."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AsyncConnection | None = None

    async def check(self, checks: Sequence[BalanceCheck]) -> None:
        now = datetime.now(UTC)
        await self._send([(encode_balance_check(check), now) for check in checks])

    async def close_digests(self, digests: Sequence[DigestDue]) -> None:
        await self._send([(encode_digest_due(due), due.due_at) for due in digests])

    async def _send(self, messages: Sequence[tuple[str, datetime]]) -> None:
        if messages:
            connection = await self._connect()
            bodies, moments = (list(column) for column in zip(*messages, strict=True))
            await connection.execute(_SEND, [bodies, moments, TWICE])

    async def backfill(self, backfill: Backfill) -> None:
        raise NotImplementedError("nobody asks for the past here")

    async def scan(self, scan: SecurityScan) -> None:
        raise NotImplementedError("nothing is scanned here")

    async def check_risks(self, checks: Sequence[RiskCheck]) -> None:
        """Nobody looks at risks here: what is counted is what is told of money."""

    async def notify(self, notifications: Sequence[Notification]) -> None:
        keys = [notification.ledger_key for notification in notifications]
        if keys:
            connection = await self._connect()
            await connection.execute(
                "INSERT INTO notifications SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [keys]
            )

    async def receive(self, count: int) -> Sequence[Received]:
        connection = await self._connect()
        cursor = await connection.execute(_RECEIVE, [VISIBILITY_SECONDS, count])
        return [Received(*row) for row in await cursor.fetchall()]

    async def delete(self, received: Received) -> None:
        connection = await self._connect()
        await connection.execute("DELETE FROM balance WHERE id = %s", [received.id])

    async def give_back(self, received: Received, seconds: float) -> None:
        connection = await self._connect()
        await connection.execute(
            "UPDATE balance SET visible_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s",
            [seconds, received.id],
        )

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _connect(self) -> AsyncConnection:
        if self._connection is None:
            self._connection = await AsyncConnection.connect(self._url, autocommit=True)
        return self._connection
