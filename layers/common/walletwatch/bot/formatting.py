"""Amounts, addresses and times as people read them, in the marks and the order of their language."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.domain.activities import Leg
from walletwatch.domain.addresses import shortened
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.currencies import USD, Currency, Denomination
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.shares import WHOLE, tenths_of

MAX_PLACES: Final = 9
MAX_INTEGER_DIGITS: Final = 15
CENT: Final = Decimal("0.01")
MAX_MONEY: Final = Decimal(10) ** 15
"""Nothing is worth more, in whatever currency; such a price is a mistake or a joke, and is not shown."""
NO_NOTES: Final[Mapping[str, AssetNote]] = MappingProxyType({})
NO_NAMES: Final[Mapping[str, str | None]] = MappingProxyType({})
_UNITS: Final = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))
LAKHS: Final = "lakhs"
_BETWEEN_LAKHS: Final = re.compile(r"(?<=\d)(?=(?:\d\d)*\d{3}$)")
"""Where groups end of three digits, and before them of two, as in Hindi."""


def short(address: str) -> str:
    """`Abcd…wxyz`: enough to recognise, too little to copy by mistake."""
    return shortened(address)


def number(value: Decimal, say: Texts) -> str:
    """A number with grouped thousands and as many places as matter; cut off, never rounded up.

    From 1,000 on two places, from 1 on six, below that four significant digits down to nine places. What is
    smaller than that is said to be smaller, and never shown as zero.
    """
    size = abs(value)
    if size == 0:
        return "0"
    if size.adjusted() >= MAX_INTEGER_DIGITS:
        return _marked(f"{value:.3e}", say)
    if size >= 1000:
        places = 2
    elif size >= 1:
        places = 6
    else:
        places = min(MAX_PLACES, -size.adjusted() + 3)
    cut = size.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    if cut == 0:
        return f"< {_marked(f'{Decimal(1).scaleb(-MAX_PLACES):f}', say)}"
    text = f"{cut:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return _marked(f"-{text}" if value < 0 else text, say)


def whole(value: int, say: Texts) -> str:
    """A whole number with grouped thousands: a count, a slot, base units."""
    return _marked(f"{value:,}", say)


def percent(share: Decimal, say: Texts) -> str:
    """A share of one as a percentage with one place, such as `12.5 %`; what is less is said to be less."""
    points = share * 100
    if 0 < abs(points) < Decimal("0.1"):
        return f"< {say('format.percent', number=_marked('0.1', say))}"
    text = f"{points.quantize(Decimal('0.1'), rounding=ROUND_HALF_EVEN):,f}"
    return str(say("format.percent", number=_marked(text.removesuffix(".0"), say)))


def signed_percent(share: Decimal, say: Texts) -> str:
    """A change as a percentage with its sign; what is less than can be told has none."""
    text = percent(abs(share), say)
    if not share or text.startswith("<"):
        return text
    return f"{'+' if share > 0 else '−'}{text}"


def percents(values: Sequence[Decimal], say: Texts) -> list[str]:
    """What part of their sum each value is; together they are 100 %.

    What is there is not said to be nothing, and what is not all is not said to be all.

    Args:
        values: None of them negative, and not all of them zero.
        say: Of the reader.
    """
    parts = len([value for value in values if value])
    shown = []
    for value, tenths in zip(values, tenths_of(values), strict=True):
        if value and not tenths:
            shown.append(f"< {percent(Decimal('0.001'), say)}")
        elif tenths == WHOLE and parts > 1:
            shown.append(f"> {percent(Decimal('0.999'), say)}")
        else:
            shown.append(percent(Decimal(tenths).scaleb(-3), say))
    return shown


def series(items: Iterable[Html], say: Texts) -> Html:
    """One thing after the other."""
    return Html(say("format.comma").join(items))


def money(value: Decimal, currency: Denomination, say: Texts) -> str | None:
    """An amount of money as people say it; None where it is too large to be believed."""
    with localcontext(prec=60):
        size = abs(value)
        if size >= MAX_MONEY:
            return None
        if currency.currency is Currency.NATIVE:
            return f"{number(_cents(value), say)} {currency.symbol}"
        if size == 0:
            return _with_symbol("0", currency, say)
        sign = "−" if value < 0 else ""
        least = Decimal(1).scaleb(-currency.places)
        if size < least:
            return f"< {_with_symbol(_marked(str(least), say), currency, say)}"
        places = Decimal(1) if size >= 1000 else least
        amount = _marked(f"{size.quantize(places, rounding=ROUND_HALF_EVEN):,f}", say)
        return f"{sign}{_with_symbol(amount, currency, say)}"


def worth(usd: Decimal, say: Texts, native_usd: Decimal | None = None) -> str | None:
    """What dollars are to the reader, at the rate of the day; None where it is too large to be believed.

    Args:
        usd: The value.
        say: Of the reader, whose currency it has. Where no rate is known, dollars are told.
        native_usd: What the chain's own token was worth at the moment, where that is known.
    """
    return None if abs(usd) >= MAX_MONEY else money(*_exchanged(usd, say, native_usd), say)


def unit_price(usd: Decimal, say: Texts, native_usd: Decimal | None = None) -> str | None:
    """What one whole token costs the reader, with as many places as matter; None where it cannot be believed.

    Args:
        usd: The price.
        say: Of the reader.
        native_usd: As for `worth`.
    """
    value, currency = _exchanged(abs(usd), say, native_usd)
    if value >= 1000:
        return None if abs(usd) >= MAX_MONEY else money(value, currency, say)
    shown = number(_cut(value), say)
    return (
        f"{shown} {currency.symbol}"
        if currency.currency is Currency.NATIVE
        else _with_symbol(shown, currency, say)
    )


def _exchanged(usd: Decimal, say: Texts, native_usd: Decimal | None) -> tuple[Decimal, Denomination]:
    exchange = say.exchange
    if exchange.currency is Currency.NATIVE and native_usd:
        with localcontext(prec=60):
            return usd / native_usd, exchange.denomination
    value = exchange.of(usd, say.day)
    return (usd, USD) if value is None else (value, exchange.denomination)


def _with_symbol(amount: str, currency: Denomination, say: Texts) -> str:
    if amount.startswith("< "):
        return f"< {_with_symbol(amount.removeprefix('< '), currency, say)}"
    # A symbol of letters does not touch the digits behind it.
    symbol = f"{currency.symbol}\u00a0" if currency.symbol[-1].isalpha() else currency.symbol
    return str(say("format.money", symbol=Html(symbol), amount=Html(amount))).strip()


def _cut(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001"), rounding=ROUND_DOWN) if value >= 1 else value


def _cents(value: Decimal) -> Decimal:
    """A value that was reckoned is known to a hundredth, where it has one."""
    return value.quantize(CENT, rounding=ROUND_HALF_EVEN) if abs(value) >= CENT else value


def _marked(text: str, say: Texts) -> str:
    """A number that Python wrote, with the marks of the language."""
    point, group = say("format.point"), say("format.group")
    if say("format.grouping") == LAKHS:
        units, dot, places = text.partition(".")
        text = f"{_BETWEEN_LAKHS.sub(',', units.replace(',', ''))}{dot}{places}"
    if (point, group) == (".", ","):
        return text
    return text.translate({ord("."): str(point), ord(","): str(group)})


@cache
def zone_of(name: str) -> ZoneInfo:
    """A time zone of the IANA database.

    Raises:
        ZoneInfoNotFoundError: There is none of this name.
        ValueError: It is no name.
    """
    return ZoneInfo(name)


def when(at: int | datetime | None, say: Texts, zone: str) -> str:
    """A moment to the second, in a zone whose name stands behind it.

    Args:
        at: Unix seconds, or a moment that knows its zone; None where it is not known.
        say: Of the reader.
        zone: IANA name.
    """
    if at is None:
        return say("common.unknown")
    local = _local(at, zone)
    clock = local.strftime("%H:%M:%S")
    name = local.tzname() or ""
    # Zones without a name of their own show their offset from Greenwich as +05 or +0530.
    shown = f"UTC{name}" if name[:1] in "+-" else name
    return say("format.moment", day=_day(local, say), clock=clock, zone=shown)


def day(at: int | datetime, say: Texts, zone: str) -> str:
    """The day of a moment, in a zone."""
    return _day(_local(at, zone), say)


def clock(at: int | datetime, zone: str) -> str:
    """Hour and minute of a moment, in a zone."""
    return _local(at, zone).strftime("%H:%M")


def lasting(time: timedelta, say: Texts) -> str:
    """A length of time in its greatest unit, such as `3 hours`; less than a second is none."""
    seconds = max(0, round(time.total_seconds()))
    for unit, size in _UNITS:
        if seconds >= size:
            return say(f"format.{unit}", count=seconds // size)
    return say("format.seconds", count=0)


def _local(at: int | datetime, zone: str) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return moment.astimezone(zone_of(zone))


def _day(local: datetime, say: Texts) -> str:
    month = say("format.months").split()[local.month - 1]
    return say("format.day", day=local.day, month=month, year=local.year)


class Amounts:
    """Amounts with their symbols, as the chain profile names them."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile

    def native(self, lamports: int, texts: Texts) -> Html:
        """Lamports in the chain's own token."""
        shown = number(to_decimal(lamports, NATIVE_DECIMALS), texts)
        return escape(f"{shown} {self._profile.native_symbol}")

    def leg(self, leg: Leg, texts: Texts, notes: Mapping[str, AssetNote] = NO_NOTES) -> Html:
        """The size of a leg, without its sign."""
        return self.asset(leg.asset, abs(leg.amount), leg.decimals, texts, notes)

    def asset(
        self,
        asset: str,
        amount: int,
        decimals: int | None,
        texts: Texts,
        notes: Mapping[str, AssetNote] = NO_NOTES,
    ) -> Html:
        """An amount of the native token or of a mint's, with what it is worth where that is known."""
        note = notes.get(asset)
        if asset == NATIVE:
            return self._with_worth(self.native(amount, texts), amount, NATIVE_DECIMALS, note, texts, notes)
        listed = self._profile.tokens.get(asset)
        if decimals is None:
            decimals = listed.decimals if listed else note.decimals if note else None
        if decimals is None:
            shown: str = texts("common.units", amount=whole(amount, texts))
        else:
            shown = escape(number(to_decimal(amount, decimals), texts))
        symbol = self._named(asset, texts, notes)
        if symbol is None:
            # "5 token" is no phrase, and which form the word has after a number is a matter of the language.
            told = texts("common.amount_of_another", amount=Html(shown), mint=short(asset))
        else:
            told = Html(f"{shown} {symbol}")
        return self._with_worth(told, amount, decimals, note, texts, notes)

    def symbol(self, asset: str, texts: Texts, notes: Mapping[str, AssetNote] = NO_NOTES) -> Html:
        """What an asset is called; an unlisted one has its mint beside, as its maker may call it anything."""
        named = self._named(asset, texts, notes)
        return texts("common.another_token", mint=short(asset)) if named is None else named

    def _named(self, asset: str, texts: Texts, notes: Mapping[str, AssetNote]) -> Html | None:
        if asset == NATIVE:
            return escape(self._profile.native_symbol)
        listed = self._profile.tokens.get(asset)
        if listed:
            return escape(listed.symbol)
        note = notes.get(asset)
        if note is not None and (note.symbol or note.name):
            return texts("common.unlisted_token", name=note.symbol or note.name, mint=short(asset))
        return None

    def _with_worth(
        self,
        shown: Html,
        amount: int,
        decimals: int | None,
        note: AssetNote | None,
        texts: Texts,
        notes: Mapping[str, AssetNote],
    ) -> Html:
        if note is None or note.usd is None or decimals is None or note.impostor_of or not amount:
            return shown
        if note is notes.get(NATIVE) and texts.exchange.currency is Currency.NATIVE:
            return shown
        native = notes.get(NATIVE)
        with localcontext(prec=60):
            usd = to_decimal(amount, decimals) * note.usd
        value = worth(usd, texts, native.usd if native else None)
        if value is None:
            return shown
        # What is smaller than can be told is not about anything.
        return Html(f"{shown} ({escape(value if value.startswith('< ') else f'≈ {value}')})")


class Names:
    """Whose addresses are: the chat's own wallets, those that the chain profile knows, and strangers'.

    Args:
        profile: Of the chain.
        own: The labels of the chat's wallets by address; None for one that has none.
    """

    def __init__(self, profile: ChainProfile, own: Mapping[str, str | None] = NO_NAMES) -> None:
        self._profile = profile
        self._own = own

    def who(self, address: str, texts: Texts) -> Html:
        """An address as the chat knows it."""
        if address in self._own:
            label = self._own[address]
            if label:
                return texts("common.your_labelled_wallet", label=label)
            return texts("common.your_wallet", address=short(address))
        known = self._profile.labels.get(address)
        if known is not None:
            return escape(known.name)
        return texts("common.address", address=short(address))


def wallet(address: str, label: str | None, texts: Texts) -> Html:
    """A wallet as the chat calls it."""
    if label:
        return texts("common.wallet", label=label, address=short(address))
    return texts("common.wallet_unlabelled", address=short(address))
