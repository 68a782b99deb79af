"""All wallets of a chat together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.domain.holdings import HeldToken, Total, total_of
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.prices import Price, value_usd
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

STAKED: Final = "staked"
"""Beside assets: native tokens in stake accounts."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What all wallets hold of an asset.

    Attributes:
        asset: A mint, `NATIVE` (wrapped ones among it) or `STAKED`.
        usd: None where it has no known value.
        before_usd: What the same amount was worth a day ago, as far as that is known.
    """

    asset: str
    amount: int
    decimals: int | None
    usd: Decimal | None
    before_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one wallet holds.

    Attributes:
        lamports: Liquid, wrapped ones not among it.
        staked: Lamports in stake accounts whose withdrawer it is.
        tokens: Those whose name is known.
        nameless: How many others it has; none of them has a known value.
    """

    subscription_id: int
    address: str
    label: str | None
    lamports: int
    staked: int
    tokens: tuple[HeldToken, ...]
    native: Price | None
    nameless: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.lamports or self.staked or self.tokens or self.nameless)

    @property
    def total(self) -> Total:
        """What it is worth, as far as that is known."""
        values: list[Decimal | None] = [each.usd for each in self.tokens if not each.may_be_nft]
        lamports = self.lamports + self.staked
        if lamports:
            values.append(value_usd(lamports, NATIVE_DECIMALS, self.native) if self.native else None)
        total = total_of(values)
        return replace(total, unpriced=total.unpriced + self.nameless)


@dataclass(frozen=True, slots=True)
class Change:
    """How the value of what is held now has changed.

    Attributes:
        share: Of the value before; 0.1 is a tenth more.
        usd: The same in dollars.
        covered: The part of today's value of which yesterday's price is known.
    """

    share: Decimal
    usd: Decimal
    covered: Decimal


def slices_of(
    tokens: Iterable[HeldToken],
    lamports: int,
    staked: int,
    prices: Mapping[str, Price],
    before: Mapping[str, Decimal],
) -> tuple[Slice, ...]:
    """What all wallets hold, by asset, what is worth the most first; NFTs are left out.

    Args:
        tokens: Of all wallets together.
        lamports: Of their own accounts.
        staked: Lamports in stake accounts.
        prices: By asset.
        before: Dollars for one whole token, a day ago.
    """
    native, rest = prices.get(NATIVE), []
    for token in tokens:
        if token.mint == WRAPPED_NATIVE_MINT:
            lamports += token.amount
        elif not token.may_be_nft:
            rest.append(_slice(token.mint, token.mint, token.amount, token.decimals, token.usd, before))
    for asset, amount in ((NATIVE, lamports), (STAKED, staked)):
        usd = value_usd(amount, NATIVE_DECIMALS, native) if native else None
        rest.append(_slice(asset, NATIVE, amount, NATIVE_DECIMALS, usd, before))
    return tuple(
        sorted(
            (each for each in rest if each.amount),
            key=lambda each: (each.usd is None, -(each.usd or 0), each.asset),
        )
    )


def _slice(
    asset: str,
    priced: str,
    amount: int,
    decimals: int | None,
    usd: Decimal | None,
    before: Mapping[str, Decimal],
) -> Slice:
    before_usd = None
    if usd is not None and decimals is not None and priced in before:
        with localcontext(prec=60):
            before_usd = to_decimal(amount, decimals) * before[priced]
    return Slice(asset, amount, decimals, usd, before_usd)


def change_of(slices: Iterable[Slice]) -> Change | None:
    """How the known value has changed in a day; None where nothing is known of then."""
    known = [each for each in slices if each.usd is not None]
    with localcontext(prec=60):
        total = sum((each.usd for each in known if each.usd is not None), Decimal(0))
        compared = [each for each in known if each.before_usd is not None]
        now = sum((each.usd for each in compared if each.usd is not None), Decimal(0))
        then = sum((each.before_usd for each in compared if each.before_usd is not None), Decimal(0))
        if not then or not total:
            return None
        return Change(now / then - 1, now - then, now / total)
