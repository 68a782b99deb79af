"""`ports.currencies.RateSource` by a public JSON file of daily rates for the dollar.

The form is that of ExchangeRate-API's open access, without a key (https://www.exchangerate-api.com/docs/free):
`result`, `base_code`, `time_last_update_unix` (seconds), and `rates`: units for a dollar by ISO 4217 code.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from walletwatch.chain.prices.public_source import BadAnswer, NoAnswer, PublicSource
from walletwatch.domain.currencies import FIAT, Currency
from walletwatch.domain.errors import SourceRefused, SourceUnavailable
from walletwatch.ports.common import Clock
from walletwatch.ports.currencies import RateSheet

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport

SOURCE: Final = "exchange rates"
MAX_TRIES: Final = 3
MAX_ANSWER_BYTES: Final = 256 * 2**10
OLDEST: Final = timedelta(days=7)
"""Rates that nobody renewed for so long are not of the day."""
PLAUSIBLE: Final = (Decimal("1e-6"), Decimal("1e9"))
"""Units for a dollar outside of which a number is no rate."""

_json = msgspec.json.Decoder(float_hook=Decimal)


class OpenRates:
    """Asks for the file.

    Args:
        url: Of the file.
        timeout: Seconds for one step of an exchange.
        transport: Instead of the network, for tests.
    """

    source = SOURCE

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        timeout: float = 3.0,
        transport: "AsyncBaseTransport | None" = None,
    ) -> None:
        self._clock = clock
        self._file = PublicSource(
            url, clock, most=MAX_ANSWER_BYTES, tries=MAX_TRIES, timeout=timeout, transport=transport
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._file.close()

    async def latest(self) -> RateSheet:
        """The newest rates.

        Raises:
            SourceRefused: They are no rates, not of all currencies, or of another day.
            SourceUnavailable: There was no answer.
        """
        try:
            answer = await self._file.answer()
        except NoAnswer as error:
            raise SourceUnavailable(f"{SOURCE}: {error}") from error
        except BadAnswer as error:
            raise SourceRefused(str(error)) from error
        return _sheet(answer, self._clock.now())


def _sheet(answer: bytes, now: datetime) -> RateSheet:
    try:
        decoded = _json.decode(answer)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise SourceRefused("it is no JSON") from error
    if not isinstance(decoded, dict) or decoded.get("result") != "success":
        raise SourceRefused("it says that it failed")
    if decoded.get("base_code") != "USD":
        raise SourceRefused("it is not about dollars")
    at, rates = decoded.get("time_last_update_unix"), decoded.get("rates")
    if isinstance(at, bool) or not isinstance(at, int) or not isinstance(rates, dict):
        raise SourceRefused("it has no rates, or no day")
    present = int(now.timestamp())
    if not present - OLDEST.total_seconds() <= at <= present + timedelta(days=1).total_seconds():
        raise SourceRefused("it is of another day")
    wanted = [currency for currency in FIAT if currency is not Currency.USD]
    return RateSheet(
        datetime.fromtimestamp(at, UTC).date(),
        {currency: _rate(currency, rates.get(currency.value.upper())) for currency in wanted},
    )


def _rate(currency: Currency, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise SourceRefused(f"it has no rate of {currency}")
    rate = Decimal(value)
    lowest, highest = PLAUSIBLE
    if not rate.is_finite() or not lowest <= rate <= highest:
        raise SourceRefused(f"its rate of {currency} is beyond belief")
    return rate
