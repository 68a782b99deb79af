"""What a person writes behind /history: `savings swap last week`, `2026-11-01..2026-11-15 USDC.x`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from walletwatch.bot.commands.dialogue import address_of
from walletwatch.bot.commands.period_words import take_period
from walletwatch.domain.browsing import Direction, HistoryFilter, KindGroup, WalletChoice
from walletwatch.domain.money import NATIVE
from walletwatch.domain.periods import ALL_TIME
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile

_KINDS: Final[Mapping[str, KindGroup]] = {
    "transfer": KindGroup.TRANSFERS,
    "swap": KindGroup.SWAPS,
    "trade": KindGroup.SWAPS,
    "stake": KindGroup.STAKING,
    "staking": KindGroup.STAKING,
    "reward": KindGroup.REWARDS,
    "nft": KindGroup.NFTS,
    "liquidity": KindGroup.LIQUIDITY,
    "lending": KindGroup.LENDING,
    "loan": KindGroup.LENDING,
    "order": KindGroup.ORDERS,
    "mint": KindGroup.TOKENS,
    "burn": KindGroup.TOKENS,
    "approval": KindGroup.POWERS,
    "approve": KindGroup.POWERS,
    "failed": KindGroup.FAILED,
    "failure": KindGroup.FAILED,
    "other": KindGroup.REST,
}
_DIRECTIONS: Final[Mapping[str, Direction]] = {
    "in": Direction.IN,
    "received": Direction.IN,
    "incoming": Direction.IN,
    "out": Direction.OUT,
    "sent": Direction.OUT,
    "outgoing": Direction.OUT,
}
_PARTIES: Final[Mapping[str, Direction | None]] = {"with": None, "from": Direction.IN, "to": Direction.OUT}


def read_words(
    words: Sequence[str], profile: ChainProfile, now: datetime, zone: tzinfo
) -> tuple[WalletChoice, HistoryFilter]:
    """The wallet and the filter that are meant; words that mean nothing here are somebody's name.

    Raises:
        Complaint: A date or an address is none.
    """
    period, left = take_period(words, now, zone)
    kinds: KindGroup | None = None
    direction: Direction | None = None
    asset: str | None = None
    counterparty: str | None = None
    name: list[str] = []
    while left:
        word = left.pop(0)
        low = word.lower()
        token = asset_of(word, profile)
        if low in _PARTIES and left and not name:
            counterparty = address_of(left.pop(0))
            direction = _PARTIES[low] or direction
        elif kinds is None and low.removesuffix("s") in _KINDS:
            kinds = _KINDS[low.removesuffix("s")]
        elif direction is None and low in _DIRECTIONS:
            direction = _DIRECTIONS[low]
        elif asset is None and token is not None:
            asset = token
        else:
            name.append(word)
    wanted = HistoryFilter(kinds, direction, asset, counterparty, period or ALL_TIME)
    return WalletChoice(name=" ".join(name) or None), wanted


def asset_of(word: str, profile: ChainProfile) -> str | None:
    """The asset that the chain profile calls this, or its mint; None for any other word."""
    low = word.lower()
    if low == profile.native_symbol.lower() or word == WRAPPED_NATIVE_MINT:
        return NATIVE
    if word in profile.tokens:
        return word
    return next((mint for mint, token in profile.tokens.items() if token.symbol.lower() == low), None)
