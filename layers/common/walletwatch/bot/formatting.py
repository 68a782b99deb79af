"""Amounts, addresses and times as people read them."""

from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Final

from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.domain.activities import Leg
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.profile import ChainProfile

MAX_PLACES: Final = 9
MAX_INTEGER_DIGITS: Final = 15
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

    def leg(self, leg: Leg, texts: Texts) -> Html:
        """The size of a leg, without its sign."""
        return self.asset(leg.asset, abs(leg.amount), leg.decimals, texts)

    def asset(self, asset: str, amount: int, decimals: int | None, texts: Texts) -> Html:
        """An amount of the native token or of a mint's."""
        if asset == NATIVE:
            return self.native(amount)
        listed = self._profile.tokens.get(asset)
        if decimals is None and listed is not None:
            decimals = listed.decimals
        if decimals is None:
            shown: str = texts("common.units", amount=f"{amount:,}")
        else:
            shown = escape(number(to_decimal(amount, decimals)))
        symbol = escape(listed.symbol) if listed else texts("common.another_token", mint=short(asset))
        return Html(f"{shown} {symbol}")


def wallet(address: str, label: str | None, texts: Texts) -> Html:
    """A wallet as the chat calls it."""
    if label:
        return texts("common.wallet", label=label, address=short(address))
    return texts("common.wallet_unlabelled", address=short(address))
