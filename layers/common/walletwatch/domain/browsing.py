"""Looking through what wallets did: what is wanted of it, and a page of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.periods import ALL_TIME, Period

REFERENCE_LENGTH: Final = 8
"""So many characters of an address name it in a filter: 47 bits, in the chat's own wallets."""


class KindGroup(StrEnum):
    """Kinds of activity that people look for together. The value is in buttons: never reuse one."""

    TRANSFERS = "t"
    SWAPS = "s"
    STAKING = "k"
    REWARDS = "r"
    NFTS = "n"
    LIQUIDITY = "l"
    LENDING = "b"
    ORDERS = "o"
    TOKENS = "m"
    POWERS = "p"
    FAILED = "f"
    REST = "x"


KINDS: Final[Mapping[KindGroup, frozenset[ActivityKind]]] = MappingProxyType(
    {
        KindGroup.TRANSFERS: frozenset(
            {ActivityKind.TRANSFER_IN, ActivityKind.TRANSFER_OUT, ActivityKind.SELF_TRANSFER}
        ),
        KindGroup.SWAPS: frozenset({ActivityKind.SWAP}),
        KindGroup.STAKING: frozenset(
            {
                ActivityKind.STAKE,
                ActivityKind.STAKE_DEACTIVATE,
                ActivityKind.STAKE_WITHDRAW,
                ActivityKind.STAKE_CHANGE,
            }
        ),
        KindGroup.REWARDS: frozenset({ActivityKind.REWARD}),
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
        KindGroup.LIQUIDITY: frozenset({ActivityKind.LIQUIDITY_ADD, ActivityKind.LIQUIDITY_REMOVE}),
        KindGroup.LENDING: frozenset({ActivityKind.LEND, ActivityKind.BORROW, ActivityKind.REPAY}),
        KindGroup.ORDERS: frozenset(
            {ActivityKind.ORDER_OPEN, ActivityKind.ORDER_FILL, ActivityKind.ORDER_CANCEL}
        ),
        KindGroup.TOKENS: frozenset({ActivityKind.TOKEN_CREATE, ActivityKind.MINT, ActivityKind.BURN}),
        KindGroup.POWERS: frozenset(
            {
                ActivityKind.APPROVE,
                ActivityKind.REVOKE,
                ActivityKind.AUTHORITY_CHANGE,
                ActivityKind.FREEZE,
                ActivityKind.THAW,
            }
        ),
        KindGroup.FAILED: frozenset({ActivityKind.FAILED}),
        KindGroup.REST: frozenset(
            {
                ActivityKind.ACCOUNT_CREATE,
                ActivityKind.ACCOUNT_CLOSE,
                ActivityKind.VOTE,
                ActivityKind.PROGRAM_CALL,
                ActivityKind.FEE_ONLY,
            }
        ),
    }
)
"""Each kind is in one group."""


class Direction(StrEnum):
    """Which way the value went. The value is in buttons."""

    IN = "i"
    OUT = "o"


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What is wanted of a history.

    Attributes:
        asset: `"native"`, or how a mint's address begins (`REFERENCE_LENGTH` characters or all of it).
        counterparty: How another wallet's address begins.
        direction: Of a movement that fits asset and counterparty too.
    """

    kinds: KindGroup | None = None
    direction: Direction | None = None
    asset: str | None = None
    counterparty: str | None = None
    period: Period = ALL_TIME

    @property
    def is_empty(self) -> bool:
        """Whether everything is wanted."""
        return self == HistoryFilter()

    @property
    def looks_inside(self) -> bool:
        """Whether activities have to be read to know whether they are wanted."""
        return any((self.kinds, self.direction, self.asset, self.counterparty))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a history, between two activities.

    Attributes:
        newer: Whether what is after it is wanted, and not what was before.
    """

    slot: int
    id: int
    newer: bool = False


@dataclass(frozen=True, slots=True)
class WalletChoice:
    """Which of a chat's wallets are meant; all where nothing is set.

    Attributes:
        subscription_id: Of a button.
        name: What a person wrote: a label or an address.
    """

    subscription_id: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class OwnWallet:
    """A wallet that a chat watches."""

    subscription_id: int
    wallet_id: int
    address: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An activity as it is stored.

    Attributes:
        id: Of the activity; with its slot, its place in the history.
    """

    id: int
    activity: Activity


@dataclass(frozen=True, slots=True)
class Found:
    """What a chat's wallets did.

    Attributes:
        wallets: All that the chat watches, in the order they were added.
        chosen: Those that were looked at.
        is_named: Whether one of them is called what the choice says.
        records: Of a page, newest first.
        more: Whether there is more in the direction of the page.
        end: Where the look ended, though there may be more; the page holds all up to there.
    """

    wallets: Sequence[OwnWallet]
    chosen: Sequence[OwnWallet]
    is_named: bool
    records: Sequence[Recorded]
    more: bool = False
    end: Place | None = None


@dataclass(frozen=True, slots=True)
class SeenAsset:
    """An asset that wallets moved.

    Attributes:
        note: What is known of it; None where nobody has looked.
        movements: How often, in what was looked at.
    """

    asset: str
    note: AssetNote | None
    movements: int


def chosen_of(
    wallets: Sequence[OwnWallet], named: Collection[int], choice: WalletChoice
) -> Sequence[OwnWallet]:
    """The wallets that are meant, where `named` has the subscriptions that have the name of the choice."""
    return [
        wallet
        for wallet in wallets
        if (not named or wallet.subscription_id in named)
        and choice.subscription_id in {None, wallet.subscription_id}
    ]


def is_called(wallet: OwnWallet, name: str | None) -> bool:
    """Whether a person means this wallet, by its address or by its label."""
    return name is not None and (name == wallet.address or name.lower() == (wallet.label or "").lower())
