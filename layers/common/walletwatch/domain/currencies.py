"""What values are told in, and how dollars become it: at the rate of the day they are of."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.prices import ARITHMETIC


class Currency(StrEnum):
    """What values are told in."""

    USD = "usd"
    EUR = "eur"
    GBP = "gbp"
    RUB = "rub"
    CNY = "cny"
    INR = "inr"
    JPY = "jpy"
    BRL = "brl"
    TRY = "try"
    IDR = "idr"
    UAH = "uah"
    NATIVE = "native"
    """The chain's own token."""


@dataclass(frozen=True, slots=True)
class Denomination:
    """How amounts of a currency are written.

    Attributes:
        symbol: Of no two currencies the same.
        places: Behind the point.
    """

    currency: Currency
    symbol: str
    places: int = 2

    @property
    def code(self) -> str:
        """ISO 4217's, or the token's symbol."""
        return self.symbol if self.currency is Currency.NATIVE else self.currency.value.upper()

    @property
    def title(self) -> str:
        """How it is offered."""
        return self.code if self.currency is Currency.NATIVE else f"{self.symbol} {self.code}"


USD: Final = Denomination(Currency.USD, "$")
FIAT: Final[Mapping[Currency, Denomination]] = MappingProxyType(
    {
        each.currency: each
        for each in (
            USD,
            Denomination(Currency.EUR, "€"),
            Denomination(Currency.GBP, "£"),
            Denomination(Currency.RUB, "₽"),
            Denomination(Currency.CNY, "CN¥"),
            Denomination(Currency.INR, "₹"),
            Denomination(Currency.JPY, "JP¥", 0),
            Denomination(Currency.BRL, "R$"),
            Denomination(Currency.TRY, "₺"),
            Denomination(Currency.IDR, "Rp", 0),
            Denomination(Currency.UAH, "₴"),
        )
    }
)
"""The minor unit is ISO 4217's; sen of the rupiah are in no use."""

KEPT: Final = timedelta(days=30)
"""A rate that nobody renewed for longer says nothing of the present."""
NATIVE_KEPT: Final = timedelta(days=1)
"""The price of a token is of its day, or of the day before while that has none yet."""

type Quotes = Mapping[Currency, Sequence[tuple[date, Decimal]]]
"""Units of each currency for a dollar, by day (UTC), oldest first."""


class Exchange:
    """Dollars into one currency.

    Args:
        denomination: Of the currency.
        quotes: Units for a dollar, by day, oldest first; none for dollars.
        today: The day of what has no other.

    Attributes:
        denomination: Of the currency.
    """

    def __init__(
        self,
        denomination: Denomination,
        quotes: Sequence[tuple[date, Decimal]] = (),
        today: date = date.max,
    ) -> None:
        self.denomination = denomination
        self._days = [day for day, _ in quotes]
        self._quotes = [units for _, units in quotes]
        self._today = today

    @property
    def currency(self) -> Currency:
        """Which."""
        return self.denomination.currency

    def rate(self, day: date | None = None) -> Decimal | None:
        """Units for a dollar; None where that is not known.

        It is the newest rate that is not of a later day. Where the day is older than all rates, money of a
        country is taken at the first of them; a token had no such price then.

        Args:
            day: In UTC; None for today.
        """
        if self.currency is Currency.USD:
            return Decimal(1)
        wanted = self._today if day is None else min(day, self._today)
        place = bisect_right(self._days, wanted)
        native = self.currency is Currency.NATIVE
        if not place:
            return self._quotes[0] if self._quotes and not native else None
        if wanted - self._days[place - 1] > (NATIVE_KEPT if native else KEPT):
            return None
        return self._quotes[place - 1]

    def of(self, usd: Decimal, day: date | None = None) -> Decimal | None:
        """What dollars are, or were on a day; None where that is not known."""
        rate = self.rate(day)
        if rate is None:
            return None
        with localcontext(ARITHMETIC):
            return usd * rate


DOLLARS: Final = Exchange(USD)


class Rates:
    """The rates that a process knows.

    Args:
        native_symbol: Of the chain's own token.
    """

    def __init__(self, native_symbol: str) -> None:
        self._native = Denomination(Currency.NATIVE, native_symbol)
        self._exchanges: dict[Currency, Exchange] = {}

    def learn(self, quotes: Quotes, today: date) -> None:
        """Know these, and no others any more."""
        self._exchanges = {
            currency: Exchange(self._denomination(currency), series, today)
            for currency, series in quotes.items()
            if currency is not Currency.USD
        }

    def exchange(self, currency: Currency) -> Exchange:
        """Into this currency, whether or not a rate is known."""
        return self._exchanges.get(currency) or Exchange(self._denomination(currency))

    @property
    def offered(self) -> Sequence[Denomination]:
        """Whatever can be chosen: money of countries needs a rate, the chain's token has its price."""
        fiat = [each for each in FIAT.values() if self.exchange(each.currency).rate() is not None]
        return (*fiat, self._native)

    def _denomination(self, currency: Currency) -> Denomination:
        return FIAT.get(currency, self._native)
