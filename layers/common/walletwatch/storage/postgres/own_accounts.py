"""`ports.money.OwnAccounts` on PostgreSQL: one round trip."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from walletwatch.domain.holdings import OwnWallet, OwnWallets
from walletwatch.domain.prices import NEAR
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.samples import NEAREST

ACCOUNTS_PER_WALLET: Final = 200
"""A wallet that everybody sends something to has thousands, which the chain lists in fewer calls."""
COUNTED_UP_TO: Final = 50_000
"""Accounts of a wallet; whoever has more is not read in whole anyway."""

_ACCOUNTS: Final = """
SELECT s.id, w.address, s.label, k.known, a.address, a.mint
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
 CROSS JOIN LATERAL (
       SELECT count(*) AS known
         FROM (SELECT
                 FROM watched_accounts a
                WHERE a.wallet_id = w.id AND a.kind <> 'system'
                LIMIT %(counted)s) a
  ) k
  LEFT JOIN LATERAL (
       SELECT a.id, a.address, a.mint
         FROM watched_accounts a
        WHERE a.wallet_id = w.id AND a.kind <> 'system'
        ORDER BY a.kind = 'stake' DESC, a.id
        LIMIT %(limit)s
  ) a ON true
 WHERE s.chat_id = %(chat_id)s
 ORDER BY s.id, a.mint IS NULL DESC, a.id
"""

_BEFORE: Final = f"""
SELECT n.asset, p.usd
  FROM (SELECT unnest(%(also)s::text[])
         UNION
        SELECT a.mint
          FROM subscriptions s JOIN watched_accounts a ON a.wallet_id = s.wallet_id
         WHERE s.chat_id = %(chat_id)s AND a.mint IS NOT NULL) n (asset)
  {NEAREST}
"""


class PostgresOwnAccounts:
    """What is known of a chat's wallets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def own(self, chat_id: int, moment: datetime, also: Collection[str]) -> OwnWallets:
        """The wallets of a chat, and what their tokens were worth."""
        values = {
            "chat_id": chat_id,
            "moment": moment,
            "near": NEAR,
            "also": list(also),
            "limit": ACCOUNTS_PER_WALLET,
            "counted": COUNTED_UP_TO,
        }

        async def work(connection: Connection) -> OwnWallets:
            async with together(connection):
                accounts = await connection.execute(_ACCOUNTS, values)
                before = await connection.execute(_BEFORE, values)
            counted: dict[int, int] = {}
            shown: dict[tuple[int, str, str | None], list[tuple[str, str | None]]] = {}
            for subscription_id, wallet, label, known, address, mint in await accounts.fetchall():
                found = shown.setdefault((subscription_id, wallet, label), [])
                counted[subscription_id] = known
                if address is not None:
                    found.append((address, mint))
            wallets = tuple(
                OwnWallet(
                    *wallet,
                    accounts=tuple(address for address, _ in found),
                    mints=frozenset(mint for _, mint in found if mint is not None),
                    left_out=counted[wallet[0]] - len(found),
                )
                for wallet, found in shown.items()
            )
            return OwnWallets(wallets, dict(await before.fetchall()))

        return await self._database.run(work)
