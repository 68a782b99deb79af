"""`ports.currencies.FxRates` on PostgreSQL. Every operation is one round trip."""

from datetime import date
from typing import Final

from walletwatch.domain.currencies import Currency, Quotes
from walletwatch.domain.money import NATIVE
from walletwatch.ports.currencies import RateSheet
from walletwatch.storage.postgres.database import Connection, Database

_KEEP: Final = """
INSERT INTO fx_rates (currency, day, per_usd)
SELECT currency, %(day)s, per_usd FROM unnest(%(names)s::text[], %(units)s::numeric[]) n (currency, per_usd)
ON CONFLICT (currency, day) DO UPDATE SET per_usd = excluded.per_usd
"""

# A price beyond 10^18 dollars comes to nothing at 18 places, and is none.
_KEEP_NATIVE: Final = """
INSERT INTO fx_rates (currency, day, per_usd)
SELECT %(currency)s, (at AT TIME ZONE 'UTC')::date, round(1 / avg(usd), 18)
  FROM price_samples
 WHERE asset = %(asset)s AND at >= %(since)s::timestamp AT TIME ZONE 'UTC'
 GROUP BY 2
HAVING round(1 / avg(usd), 18) > 0
ON CONFLICT (currency, day) DO UPDATE SET per_usd = excluded.per_usd
"""

_QUOTES: Final = """
SELECT currency, array_agg(day ORDER BY day), array_agg(per_usd ORDER BY day) FROM fx_rates GROUP BY currency
"""

_KNOWN: Final = {each.value for each in Currency}


class PostgresFxRates:
    """What a dollar was."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, sheet: RateSheet) -> None:
        """Store the rates of a day, in place of what was stored of it."""
        values = {
            "day": sheet.day,
            "names": [currency.value for currency in sheet.per_usd],
            "units": list(sheet.per_usd.values()),
        }

        async def work(connection: Connection) -> None:
            await connection.execute(_KEEP, values)

        await self._database.run(work)

    async def keep_native(self, since: date) -> None:
        """Store what the chain's token was worth on each day from this one on, by its price samples."""
        values = {"currency": Currency.NATIVE.value, "asset": NATIVE, "since": since}

        async def work(connection: Connection) -> None:
            await connection.execute(_KEEP_NATIVE, values)

        await self._database.run(work)

    async def quotes(self) -> Quotes:
        """All that is known; a currency that a later release has added is left out."""

        async def work(connection: Connection) -> Quotes:
            rows = await (await connection.execute(_QUOTES)).fetchall()
            return {
                Currency(name): tuple(zip(days, units, strict=True))
                for name, days, units in rows
                if name in _KNOWN
            }

        return await self._database.run(work)
