"""A rule of a chat: what it waits for, on which terms, and what it has done so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.chats import Chat

MAX_NAME_LENGTH: Final = 48
MAX_COOLDOWN: Final = timedelta(days=30)
MAX_WINDOW: Final = timedelta(days=7)
MAX_DAYS: Final = 365
MAX_PERCENT: Final = 10_000


class AlertKind(StrEnum):
    """What a rule waits for. The value is stored, and written behind /addalert."""

    BALANCE_ABOVE = "balance_above"
    BALANCE_BELOW = "balance_below"
    BALANCE_MOVED = "balance_moved"
    TRANSFER_OVER = "transfer_over"
    TOKEN_NEW = "token_new"  # noqa: S105 - a kind
    COUNTERPARTY = "counterparty"
    PROGRAM = "program"
    TOKEN_SOLD = "token_sold"  # noqa: S105 - a kind
    TOKEN_BOUGHT = "token_bought"  # noqa: S105 - a kind
    INACTIVE = "inactive"
    CLUSTER = "cluster"
    PRICE_ABOVE = "price_above"
    PRICE_BELOW = "price_below"
    PRICE_MOVED = "price_moved"
    APPROVAL = "approval"
    AUTHORITY = "authority"
    STAKE_DEACTIVATED = "stake_deactivated"
    RISK_WORSE = "risk_worse"


class Family(Enum):
    """By what facts a kind is judged."""

    EVENT = "event"
    CLUSTER = "cluster"
    RISK = "risk"
    BALANCE = "balance"
    PRICE = "price"
    INACTIVITY = "inactivity"


class Need(StrEnum):
    """What a person has to say of a rule, in the order in which a kind has it."""

    WALLET = "wallet"
    """One of the chat's."""
    WALLETS = "wallets"
    """One of the chat's, or all of them."""
    ASSET = "asset"
    MINT = "mint"
    """A token, and not the chain's own."""
    AMOUNT = "amount"
    """Of the asset."""
    AMOUNT_OR_USD = "amount_or_usd"
    USD = "usd"
    PERCENT = "percent"
    WINDOW = "window"
    ADDRESS = "address"
    DAYS = "days"
    COUNT = "count"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a rule fires; each kind has those that it needs.

    Attributes:
        asset: `"native"` or a mint.
        decimals: Of the asset.
        amount: Base units of the asset.
        usd: Dollars.
        percent: Points of a hundred, above zero.
        minutes: How far back a change is looked for.
        days: For how long nothing may happen.
        count: How many wallets.
        address: Of a counterparty or a program.
        points: By how much a score has to rise.
    """

    asset: str | None = None
    decimals: int | None = None
    amount: int | None = None
    usd: Decimal | None = None
    percent: Decimal | None = None
    minutes: int | None = None
    days: int | None = None
    count: int | None = None
    address: str | None = None
    points: int | None = None

    @property
    def window(self) -> timedelta:
        """How far back is looked."""
        return timedelta(minutes=self.minutes or 0)


@dataclass(frozen=True, slots=True)
class KindTraits:
    """What a kind is.

    Attributes:
        cooldown: What a rule has unless it is told otherwise.
    """

    family: Family
    needs: tuple[Need, ...]
    cooldown: timedelta = timedelta()

    @property
    def is_timed(self) -> bool:
        """Whether time alone may make it fire."""
        return self.family in {Family.BALANCE, Family.PRICE, Family.INACTIVITY}


_EVENT: Final = Family.EVENT
TRAITS: Final[Mapping[AlertKind, KindTraits]] = MappingProxyType(
    {
        AlertKind.BALANCE_ABOVE: KindTraits(
            Family.BALANCE, (Need.WALLET, Need.ASSET, Need.AMOUNT), timedelta(hours=1)
        ),
        AlertKind.BALANCE_BELOW: KindTraits(
            Family.BALANCE, (Need.WALLET, Need.ASSET, Need.AMOUNT), timedelta(hours=1)
        ),
        AlertKind.BALANCE_MOVED: KindTraits(
            Family.BALANCE, (Need.WALLET, Need.ASSET, Need.PERCENT, Need.WINDOW), timedelta(hours=1)
        ),
        AlertKind.TRANSFER_OVER: KindTraits(_EVENT, (Need.WALLETS, Need.ASSET, Need.AMOUNT_OR_USD)),
        AlertKind.TOKEN_NEW: KindTraits(_EVENT, (Need.WALLETS,)),
        AlertKind.COUNTERPARTY: KindTraits(_EVENT, (Need.WALLETS, Need.ADDRESS)),
        AlertKind.PROGRAM: KindTraits(_EVENT, (Need.WALLETS, Need.ADDRESS)),
        AlertKind.TOKEN_SOLD: KindTraits(_EVENT, (Need.WALLETS, Need.MINT)),
        AlertKind.TOKEN_BOUGHT: KindTraits(_EVENT, (Need.WALLETS, Need.MINT)),
        AlertKind.INACTIVE: KindTraits(Family.INACTIVITY, (Need.WALLET, Need.DAYS)),
        AlertKind.CLUSTER: KindTraits(Family.CLUSTER, (Need.COUNT, Need.WINDOW)),
        AlertKind.PRICE_ABOVE: KindTraits(Family.PRICE, (Need.ASSET, Need.USD), timedelta(hours=1)),
        AlertKind.PRICE_BELOW: KindTraits(Family.PRICE, (Need.ASSET, Need.USD), timedelta(hours=1)),
        AlertKind.PRICE_MOVED: KindTraits(
            Family.PRICE, (Need.ASSET, Need.PERCENT, Need.WINDOW), timedelta(hours=1)
        ),
        AlertKind.APPROVAL: KindTraits(_EVENT, (Need.WALLETS,)),
        AlertKind.AUTHORITY: KindTraits(_EVENT, (Need.WALLETS,)),
        AlertKind.STAKE_DEACTIVATED: KindTraits(_EVENT, (Need.WALLETS,)),
        AlertKind.RISK_WORSE: KindTraits(Family.RISK, (Need.WALLETS, Need.POINTS)),
    }
)
WINDOWED: Final = frozenset({AlertKind.BALANCE_MOVED, AlertKind.PRICE_MOVED, AlertKind.CLUSTER})
"""Their cooldown is never shorter than their window: until then they would tell the same change again."""
LEVELS: Final = frozenset(
    {AlertKind.BALANCE_ABOVE, AlertKind.BALANCE_BELOW, AlertKind.PRICE_ABOVE, AlertKind.PRICE_BELOW}
)
"""They fire when a line is crossed, and again only after it was crossed back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """What a person asked for.

    Attributes:
        wallet_id: None for all wallets of the chat, or for what is about none.
        cooldown: After it has fired it does not fire for so long.
        repeats: False if it is over after it has fired once.
        urgent: Quiet hours and digests do not hold it up.
        expires_at: It is over then.
    """

    kind: AlertKind
    terms: Terms
    wallet_id: int | None = None
    name: str | None = None
    cooldown: timedelta = timedelta()
    repeats: bool = True
    urgent: bool = False
    expires_at: datetime | None = None

    @property
    def family(self) -> Family:
        """By what facts it is judged."""
        return TRAITS[self.kind].family


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(NewRule):
    """A rule that is stored.

    Attributes:
        number: What the chat calls it by.
        wallet: Address of its wallet.
        label: What the chat calls that wallet.
        created_at: Since when it has its terms: what happened before says nothing to it.
        armed: False after it fired, until what it waits for is over.
        fired: How often.
        ended_at: Since when it is over: it fired once, or expired.
        watching: Whether its chat still watches its wallet, and has not paused it; True where it has none.
    """

    id: int
    chat_id: int
    number: int
    created_at: datetime
    wallet: str | None = None
    label: str | None = None
    paused: bool = False
    armed: bool = True
    fired: int = 0
    last_fired_at: datetime | None = None
    ended_at: datetime | None = None
    watching: bool = True


class State(StrEnum):
    """How a rule stands."""

    ARMED = "armed"
    COOLING = "cooling"
    WAITING = "waiting"
    """It fired, and waits for its line to be crossed back."""
    PAUSED = "paused"
    UNWATCHED = "unwatched"
    """Nothing of its wallet is told."""
    OVER = "over"


def state_of(rule: Rule, now: datetime) -> State:
    """How the rule stands."""
    if rule.ended_at is not None or has_expired(rule, now):
        return State.OVER
    if rule.paused:
        return State.PAUSED
    if not rule.watching:
        return State.UNWATCHED
    if not rule.armed:
        return State.WAITING
    return State.COOLING if is_cooling(rule, now) else State.ARMED


def has_expired(rule: NewRule, at: datetime) -> bool:
    """Whether its time was over at that moment."""
    return rule.expires_at is not None and rule.expires_at <= at


def is_cooling(rule: Rule, at: datetime) -> bool:
    """Whether it fired so shortly before, or after, that it must not fire at that moment."""
    if not rule.cooldown or rule.last_fired_at is None:
        return False
    return at < rule.last_fired_at + rule.cooldown


def with_least_cooldown(kind: AlertKind, terms: Terms, cooldown: timedelta) -> timedelta:
    """A cooldown that does not tell one change twice, and is no longer than any may be."""
    least = terms.window if kind in WINDOWED else timedelta()
    return min(MAX_COOLDOWN, max(least, cooldown))


@dataclass(frozen=True, slots=True)
class DueRule:
    """A rule whose time has come.

    Attributes:
        chat: Whose it is.
        check_at: Since when it is due.
        accounts: The token accounts of its wallet that may hold its asset.
    """

    rule: Rule
    chat: Chat
    check_at: datetime
    accounts: tuple[str, ...] = ()
