"""What a person writes behind /history: `savings swap last week`, `2026-11-01..2026-11-15 USDC.x`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from walletwatch.bot.commands.dialogue import called, not_watched
from walletwatch.bot.commands.period_words import take_period
from walletwatch.bot.pasted import unlinked
from walletwatch.domain.addresses import is_address
from walletwatch.domain.browsing import Direction, HistoryFilter, KindGroup, WalletChoice
from walletwatch.domain.chats import Subscription
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
    words: Sequence[str],
    profile: ChainProfile,
    now: datetime,
    zone: tzinfo,
    watched: Sequence[Subscription] = (),
) -> tuple[WalletChoice, HistoryFilter]:
    """The wallet and the filter that are meant; words that mean nothing here are somebody's name.

    Args:
        words: As they were written.
        profile: Whose labels and tokens have names.
        now: From which periods are counted back.
        zone: Whose days.
        watched: Whose labels may stand for their addresses.

    Raises:
        Complaint: A date is none, or nobody is called so.
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
        party = _take_party(left, profile, watched) if low in _PARTIES and left else None
        if party is not None:
            counterparty = party
            direction = _PARTIES[low] or direction
        elif low in _PARTIES and left and not name:
            raise not_watched(unlinked(left[0]))
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


def names_party(words: Sequence[str]) -> bool:
    """Whether somebody is named with whom a wallet dealt."""
    return not _PARTIES.keys().isdisjoint(word.lower() for word in words)


def _take_party(left: list[str], profile: ChainProfile, watched: Sequence[Subscription]) -> str | None:
    """The address that the first words are, or name; the longest name that fits is meant. None for others."""
    known = {each.name.casefold(): address for address, each in profile.labels.items()}
    for count in range(len(left), 0, -1):
        name = " ".join(left[:count])
        own = called(name, watched)
        address = own[0].address if own else known.get(name.casefold())
        if address is not None:
            del left[:count]
            return address
    word = unlinked(left[0])
    if not is_address(word):
        return None
    del left[0]
    return word


def asset_of(word: str, profile: ChainProfile) -> str | None:
    """The asset that the chain profile calls this, or its mint; None for any other word."""
    low = word.lower()
    if low == profile.native_symbol.lower() or word == WRAPPED_NATIVE_MINT:
        return NATIVE
    if word in profile.tokens:
        return word
    return next((mint for mint, token in profile.tokens.items() if token.symbol.lower() == low), None)
