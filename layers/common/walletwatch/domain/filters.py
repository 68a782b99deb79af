"""What a chat does not want to hear of, for all its wallets or for one: decided from an activity alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.money import to_decimal

MAX_LISTED: Final = 50
"""Tokens, senders and least amounts that one filter may name."""


class KindGroup(StrEnum):
    """Kinds of activity that a person turns on and off together."""

    TRANSFERS = "transfers"
    SWAPS = "swaps"
    LIQUIDITY = "liquidity"
    LENDING = "lending"
    ORDERS = "orders"
    STAKES = "stakes"
    NFTS = "nfts"
    TOKENS = "tokens"
    APPROVALS = "approvals"
    ACCOUNTS = "accounts"
    CALLS = "calls"


GROUPS: Final[Mapping[KindGroup, frozenset[ActivityKind]]] = MappingProxyType(
    {
        KindGroup.TRANSFERS: frozenset(
            {ActivityKind.TRANSFER_IN, ActivityKind.TRANSFER_OUT, ActivityKind.SELF_TRANSFER}
        ),
        KindGroup.SWAPS: frozenset({ActivityKind.SWAP}),
        KindGroup.LIQUIDITY: frozenset({ActivityKind.LIQUIDITY_ADD, ActivityKind.LIQUIDITY_REMOVE}),
        KindGroup.LENDING: frozenset({ActivityKind.LEND, ActivityKind.BORROW, ActivityKind.REPAY}),
        KindGroup.ORDERS: frozenset(
            {ActivityKind.ORDER_OPEN, ActivityKind.ORDER_FILL, ActivityKind.ORDER_CANCEL}
        ),
        KindGroup.STAKES: frozenset(
            {
                ActivityKind.STAKE,
                ActivityKind.STAKE_DEACTIVATE,
                ActivityKind.STAKE_WITHDRAW,
                ActivityKind.STAKE_CHANGE,
                ActivityKind.REWARD,
            }
        ),
        KindGroup.NFTS: frozenset(
            {
                ActivityKind.NFT_IN,
                ActivityKind.NFT_OUT,
                ActivityKind.NFT_MINT,
                ActivityKind.NFT_PURCHASE,
                ActivityKind.NFT_SALE,
                ActivityKind.NFT_LISTING,
            }
        ),
        KindGroup.TOKENS: frozenset({ActivityKind.TOKEN_CREATE, ActivityKind.MINT, ActivityKind.BURN}),
        KindGroup.APPROVALS: frozenset(
            {
                ActivityKind.APPROVE,
                ActivityKind.REVOKE,
                ActivityKind.AUTHORITY_CHANGE,
                ActivityKind.FREEZE,
                ActivityKind.THAW,
            }
        ),
        KindGroup.ACCOUNTS: frozenset({ActivityKind.ACCOUNT_CREATE, ActivityKind.ACCOUNT_CLOSE}),
        KindGroup.CALLS: frozenset({ActivityKind.VOTE, ActivityKind.PROGRAM_CALL, ActivityKind.FEE_ONLY}),
    }
)
"""Of every kind but `FAILED`, which has a switch of its own."""

_GROUP_OF: Final[Mapping[ActivityKind, KindGroup]] = MappingProxyType(
    {kind: group for group, kinds in GROUPS.items() for kind in kinds}
)


class Direction(StrEnum):
    """Which way money has to move to be told."""

    BOTH = "both"
    IN = "in"
    OUT = "out"


class Unwanted(StrEnum):
    """Which part of a filter an activity does not pass, as `rules.Suppression` calls it."""

    KIND = "kind_off"
    TOKEN_BLOCKED = "token_blocked"  # noqa: S105 - a reason
    TOKEN_NOT_ALLOWED = "token_not_allowed"  # noqa: S105 - a reason
    DIRECTION = "direction_off"
    BELOW_MINIMUM = "below_minimum"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is not wanted. What is None is not said here: a wallet's filter stands before the chat's.

    Attributes:
        unwanted: Groups of kinds that are not told.
        direction: Which way money has to move.
        min_usd: Movements worth less are not told; one whose worth is not known is.
        min_amounts: By asset, in base units: less is not told, whatever it is worth.
        allowed: Only these assets are told; None for all.
        blocked: Assets that are not told.
        senders: What they send is not told.
        failed: As in `ChatSettings`, for one wallet.
        dust: As in `ChatSettings`, for one wallet.
        spam: As in `ChatSettings`, for one wallet.
        muted_until: Nothing is told before; the year 9999 stands for never.
    """

    unwanted: tuple[KindGroup, ...] | None = None
    direction: Direction | None = None
    min_usd: Decimal | None = None
    min_amounts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    allowed: tuple[str, ...] | None = None
    blocked: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    failed: bool | None = None
    dust: bool | None = None
    spam: bool | None = None
    muted_until: datetime | None = None

    def over(self, wider: "Filter") -> "Filter":
        """This filter of a wallet where the chat has that one: what it says counts, and lists add up."""
        return Filter(
            unwanted=wider.unwanted if self.unwanted is None else self.unwanted,
            direction=self.direction or wider.direction,
            min_usd=wider.min_usd if self.min_usd is None else self.min_usd,
            min_amounts=MappingProxyType({**wider.min_amounts, **self.min_amounts}),
            allowed=wider.allowed if self.allowed is None else self.allowed,
            blocked=(*wider.blocked, *self.blocked),
            senders=(*wider.senders, *self.senders),
            failed=wider.failed if self.failed is None else self.failed,
            dust=wider.dust if self.dust is None else self.dust,
            spam=wider.spam if self.spam is None else self.spam,
            muted_until=self.muted_until,
        )


def group_of(kind: ActivityKind) -> KindGroup | None:
    """The group of a kind; None for a failure."""
    return _GROUP_OF.get(kind)


def assets_of(activity: Activity) -> frozenset[str]:
    """What it is about: what moved, or the mint it names."""
    mint = activity.details.get("mint")
    named = {mint} if isinstance(mint, str) else set()
    return frozenset({leg.asset for leg in activity.legs} | named)


def is_from_blocked(activity: Activity, senders: tuple[str, ...]) -> bool:
    """Whether it is nothing but what a blocked sender sent; who pays one hears of it."""
    return bool(activity.legs) and all(
        leg.amount > 0 and leg.counterparty in senders for leg in activity.legs
    )


def unwanted(activity: Activity, wanted: Filter) -> Unwanted | None:
    """The first part of the filter that the activity does not pass; None where it passes all."""
    group = group_of(activity.kind)
    if group is not None and group in (wanted.unwanted or ()):
        return Unwanted.KIND
    assets = assets_of(activity)
    # What moves other money too is told: whoever sells a blocked token has got something for it.
    if assets and assets <= set(wanted.blocked):
        return Unwanted.TOKEN_BLOCKED
    if wanted.allowed is not None and assets and assets.isdisjoint(wanted.allowed):
        return Unwanted.TOKEN_NOT_ALLOWED
    if not activity.legs:
        return None
    if wanted.direction is Direction.IN and all(leg.amount < 0 for leg in activity.legs):
        return Unwanted.DIRECTION
    if wanted.direction is Direction.OUT and all(leg.amount > 0 for leg in activity.legs):
        return Unwanted.DIRECTION
    if all(_is_small(leg, activity, wanted) for leg in activity.legs):
        return Unwanted.BELOW_MINIMUM
    return None


def worth_usd(leg: Leg, activity: Activity) -> Decimal | None:
    """What a leg was worth when it was recorded, without its sign; None where that was not known."""
    note = None if activity.annotation is None else activity.annotation.assets.get(leg.asset)
    if note is None or note.usd is None or note.impostor_of is not None:
        return None
    decimals = leg.decimals if leg.decimals is not None else note.decimals
    if decimals is None:
        return None
    with localcontext(prec=60):
        return to_decimal(abs(leg.amount), decimals) * note.usd


def _is_small(leg: Leg, activity: Activity, wanted: Filter) -> bool:
    least = wanted.min_amounts.get(leg.asset)
    if least is not None:
        return abs(leg.amount) < least
    if wanted.min_usd is None:
        return False
    worth = worth_usd(leg, activity)
    return worth is not None and worth < wanted.min_usd
