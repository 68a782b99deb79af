"""`ports.Past` on PostgreSQL. One round trip each; of a wallet no more is read than its limit."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.facts import LastActivity
from walletwatch.domain.wallets import Progress
from walletwatch.storage.postgres.database import Connection
from walletwatch.storage.postgres.replica import Reads
from walletwatch.storage.postgres.rows import PROGRESS

SEEN_AMONG: Final = 2000
"""Activities of a wallet among which an earlier movement is looked for."""

_LAST: Final = """
SELECT w.id, last.signature, last.slot, last.block_time, last.created_at
  FROM unnest(%(wallet_ids)s::bigint[]) w (id)
 CROSS JOIN LATERAL (
       SELECT a.signature, a.slot, a.block_time, a.created_at
         FROM activities a
        WHERE a.wallet_id = w.id
        ORDER BY a.slot DESC, a.id DESC
        LIMIT 1
       ) last
"""

_SEEN: Final = """
SELECT DISTINCT leg ->> 'asset'
  FROM (SELECT a.payload
          FROM activities a
         WHERE a.wallet_id = %(wallet_id)s AND a.slot <= %(slot)s AND a.signature <> %(signature)s
         ORDER BY a.slot DESC, a.id DESC
         LIMIT %(limit)s) recent
 CROSS JOIN LATERAL jsonb_array_elements(recent.payload -> 'legs') leg
 WHERE leg ->> 'asset' = ANY(%(assets)s)
"""

_LABELS: Final = """
SELECT w.address, s.label
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
 WHERE s.chat_id = %(chat_id)s AND w.address = ANY(%(addresses)s) AND s.label IS NOT NULL
"""

_OF_WALLETS: Final = """
SELECT w.id, recent.payload
  FROM unnest(%(wallet_ids)s::bigint[]) w (id)
 CROSS JOIN LATERAL (
       SELECT a.id, a.slot, a.block_time, a.payload
         FROM activities a
        WHERE a.wallet_id = w.id
        ORDER BY a.slot DESC, a.id DESC
        LIMIT %(limit)s
       ) recent
 WHERE recent.block_time >= %(since)s AND recent.block_time <= %(until)s
 ORDER BY recent.slot, recent.id
"""

_WALLETS_OF_CHAT: Final = "(SELECT array_agg(wallet_id) FROM subscriptions WHERE chat_id = %(chat_id)s)"
_OF_CHAT: Final = _OF_WALLETS.replace("%(wallet_ids)s::bigint[]", _WALLETS_OF_CHAT)
_ALWAYS: Final = 2**62


class PostgresPast:
    """What has happened to wallets, as far as it is stored."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def labels(self, chat_id: int, addresses: Collection[str]) -> Mapping[str, str]:
        """What the chat calls these wallets, by address; one without a label is absent."""
        values = {"chat_id": chat_id, "addresses": list(addresses)}

        async def work(connection: Connection) -> Mapping[str, str]:
            cursor = await connection.execute(_LABELS, values)
            return dict(await cursor.fetchall())

        return await self._reads.run(work)

    async def progress(self) -> Progress | None:
        """How far the wallets have been looked at; None before the first look."""

        async def work(connection: Connection) -> Progress | None:
            row = await (await connection.execute(PROGRESS)).fetchone()
            return None if row is None else Progress(*row)

        return await self._reads.run(work)

    async def last_moved(self, wallet_ids: Collection[int]) -> Mapping[int, LastActivity]:
        """The newest activity of each wallet that has one."""

        async def work(connection: Connection) -> Mapping[int, LastActivity]:
            cursor = await connection.execute(_LAST, {"wallet_ids": list(wallet_ids)})
            return {
                wallet_id: LastActivity(
                    signature,
                    slot,
                    created_at if block_time is None else datetime.fromtimestamp(block_time, UTC),
                )
                for wallet_id, signature, slot, block_time, created_at in await cursor.fetchall()
            }

        return await self._reads.run(work) if wallet_ids else {}

    async def seen_assets(self, wallet_id: int, assets: Collection[str], before: Activity) -> frozenset[str]:
        """Which of these assets the wallet has had a movement of before this activity."""
        values = {
            "wallet_id": wallet_id,
            "assets": list(assets),
            "slot": before.slot,
            "signature": before.signature,
            "limit": SEEN_AMONG,
        }

        async def work(connection: Connection) -> frozenset[str]:
            cursor = await connection.execute(_SEEN, values)
            return frozenset(row[0] for row in await cursor.fetchall())

        return await self._reads.run(work)

    async def of_chat(self, chat_id: int, since: datetime, until: datetime, limit: int) -> Sequence[Activity]:
        """What happened to the wallets of a chat in this time, oldest first."""
        values = {
            "chat_id": chat_id,
            "since": int(since.timestamp()),
            "until": int(until.timestamp()),
            "limit": limit,
        }

        async def work(connection: Connection) -> Sequence[Activity]:
            cursor = await connection.execute(_OF_CHAT, values)
            return [Activity.from_dict(payload) for _, payload in await cursor.fetchall()]

        return await self._reads.run(work)

    async def of_wallets(
        self, wallet_ids: Collection[int], since: datetime, limit: int
    ) -> Mapping[int, Sequence[Activity]]:
        """What happened to wallets since then, oldest first: the newest `limit` of each that has any."""
        values = {
            "wallet_ids": list(wallet_ids),
            "since": int(since.timestamp()),
            "until": _ALWAYS,
            "limit": limit,
        }

        async def work(connection: Connection) -> Mapping[int, Sequence[Activity]]:
            cursor = await connection.execute(_OF_WALLETS, values)
            found: defaultdict[int, list[Activity]] = defaultdict(list)
            for wallet_id, payload in await cursor.fetchall():
                found[wallet_id].append(Activity.from_dict(payload))
            return dict(found)

        return await self._reads.run(work) if wallet_ids else {}
