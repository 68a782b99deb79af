"""Amounts, addresses and times as people read them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext
from types import MappingProxyType
from typing import Final

from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.domain.activities import Leg
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.profile import ChainProfile

MAX_PLACES: Final = 9
MAX_INTEGER_DIGITS: Final = 15
CENT: Final = Decimal("0.01")
MAX_USD: Final = Decimal(10) ** 15
"""Nothing is worth more; such a price is a mistake or a joke, and is not shown."""
NO_NOTES: Final[Mapping[str, AssetNote]] = MappingProxyType({})
_SHORT_ENDS: Final = 4


def short(address: str) -> str:
    """`Abcd…wxyz`: enough to recognise, too little to copy by mistake."""
    if len(address) <= 2 * _SHORT_ENDS + 1:
        return address
    return f"{address[:_SHORT_ENDS]}…{address[-_SHORT_ENDS:]}"


def number(value: Decimal) -> str:
    """A number with grouped thousands and as many places as matter; cut off, never rounded up.

    From 1,000 on two places, from 1 on six, below that four significant digits down to nine places. What is
    smaller than that is said to be smaller, and never shown as zero.
    """
    size = abs(value)
    if size == 0:
        return "0"
    if size.adjusted() >= MAX_INTEGER_DIGITS:
        return f"{value:.3e}"
    if size >= 1000:
        places = 2
    elif size >= 1:
        places = 6
    else:
        places = min(MAX_PLACES, -size.adjusted() + 3)
    cut = size.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    if cut == 0:
        return f"< {Decimal(1).scaleb(-MAX_PLACES):f}"
    text = f"{cut:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def dollars(value: Decimal) -> str | None:
    """A value in US dollars as people say it; None where it is too large to be believed."""
    with localcontext(prec=60):
        if value >= MAX_USD:
            return None
        if value < CENT:
            return f"< ${CENT}"
        places = Decimal(1) if value >= 1000 else CENT
        return f"${value.quantize(places, rounding=ROUND_HALF_EVEN):,f}"


def when(block_time: int | None, texts: Texts) -> str:
    """A block's time in UTC."""
    if block_time is None:
        return texts("common.unknown")
    return datetime.fromtimestamp(block_time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


class Amounts:
    """Amounts with their symbols, as the chain profile names them."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile

    def native(self, lamports: int) -> Html:
        """Lamports in the chain's own token."""
        return escape(f"{number(to_decimal(lamports, NATIVE_DECIMALS))} {self._profile.native_symbol}")

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
            return self._worth(self.native(amount), amount, NATIVE_DECIMALS, note)
        listed = self._profile.tokens.get(asset)
        if decimals is None:
            decimals = listed.decimals if listed else note.decimals if note else None
        if decimals is None:
            shown: str = texts("common.units", amount=f"{amount:,}")
        else:
            shown = escape(number(to_decimal(amount, decimals)))
        if listed:
            symbol: str = escape(listed.symbol)
        elif note is not None and (note.symbol or note.name):
            # Anybody may call a token anything, so the mint stands beside it.
            symbol = texts("common.unlisted_token", name=note.symbol or note.name, mint=short(asset))
        else:
            symbol = texts("common.another_token", mint=short(asset))
        return self._worth(Html(f"{shown} {symbol}"), amount, decimals, note)

    def _worth(self, shown: Html, amount: int, decimals: int | None, note: AssetNote | None) -> Html:
        if note is None or note.usd is None or decimals is None or note.impostor_of or not amount:
            return shown
        with localcontext(prec=60):
            value = dollars(to_decimal(amount, decimals) * note.usd)
        return shown if value is None else Html(f"{shown} (≈ {escape(value)})")


def wallet(address: str, label: str | None, texts: Texts) -> Html:
    """A wallet as the chat calls it."""
    if label:
        return texts("common.wallet", label=label, address=short(address))
    return texts("common.wallet_unlabelled", address=short(address))
