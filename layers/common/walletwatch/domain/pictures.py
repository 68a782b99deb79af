"""What is drawn: values and the words beside them. Nothing here knows how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.analytics import Series
from walletwatch.domain.currencies import USD, Denomination
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE

MAX_SLICES: Final = 7
"""Of an allocation, the sum of the others included: more cannot be told apart."""
MAX_NODES: Final = 14
MAX_BARS: Final = 8
"""Of profits and losses."""


class PictureKind(StrEnum):
    """What a picture shows."""

    BALANCE = "balance"
    ALLOCATION = "allocation"
    FLOWS = "flows"
    PNL = "pnl"
    NETWORK = "network"
    USE = "use"
    """Of the bot; for administrators."""

    @property
    def has_period(self) -> bool:
        """Whether it is of a span of time, and not of now."""
        return self in {PictureKind.BALANCE, PictureKind.FLOWS}


class Theme(StrEnum):
    """Of which colours it is."""

    LIGHT = "light"
    DARK = "dark"


PICTURE_PERIODS: Final = (Lookback.WEEK, Lookback.MONTH, Lookback.QUARTER, Lookback.YEAR)


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """Draw a picture and send it.

    Attributes:
        request_id: The ledger key of the answer, so that a picture that is drawn twice is sent once.
        subscription_id: Which of the chat's wallets it is of; None for all of them, or for `address`.
        address: Of a network, whose centre need not be watched.
        asset: `NATIVE` or a mint.
        edits: The message that becomes the picture.
        topic: Of a forum, where it was asked.
    """

    request_id: str
    chat_id: int
    kind: PictureKind
    subscription_id: int | None
    address: str | None
    period: Lookback
    theme: Theme
    language: str
    timezone: str
    edits: int | None
    asset: str = NATIVE
    topic: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a moment."""

    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True)
class BalanceHistory:
    """What a wallet held of one asset.

    Attributes:
        points: Oldest first; each value holds from its moment on. The last one is of now.
        partial: Whether the period began before anything was known of the wallet.
    """

    name: str
    symbol: str
    points: tuple[Point, ...]
    partial: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a whole.

    Attributes:
        name: None for the sum of the small ones.
        value: Above zero.
    """

    name: str | None
    value: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """What is held, by asset.

    Attributes:
        name: Of the wallet; None for all of a chat's.
        slices: The largest first, the sum of the small ones last.
        unpriced: How many more tokens are held, whose prices are not known.
        currency: Of the values.
        partial: Whether a wallet has more accounts than were added up.
    """

    name: str | None
    slices: tuple[Slice, ...]
    unpriced: int
    currency: Denomination = USD
    partial: bool = False

    @property
    def total(self) -> Decimal:
        """All of them."""
        return sum((each.value for each in self.slices), Decimal())


@dataclass(frozen=True, slots=True)
class Flow:
    """What came and went on one or several days.

    Attributes:
        day: The first of them.
        received: Not negative, and so is `sent`.
    """

    day: date
    received: Decimal
    sent: Decimal


@dataclass(frozen=True, slots=True)
class Flows:
    """What came to a wallet and went from it, of one asset.

    Attributes:
        flows: Without a gap, oldest first.
        days: How many each of them covers.
    """

    name: str
    symbol: str
    flows: tuple[Flow, ...]
    days: int
    partial: bool


@dataclass(frozen=True, slots=True)
class Profit:
    """What was won or lost with a token.

    Attributes:
        realised: By what was sold; None where a price was not known.
        unrealised: By what is still held, at its present price; None where one is not known.
    """

    name: str
    realised: Decimal | None
    unrealised: Decimal | None


@dataclass(frozen=True, slots=True)
class Profits:
    """Profits and losses of a wallet.

    Attributes:
        profits: At most `MAX_BARS`, those of most weight first.
        left_out: Further tokens, of less weight, or of which not enough is known.
        partial: Whether older activities were left out.
        currency: Of the values.
    """

    name: str
    profits: tuple[Profit, ...]
    left_out: int
    partial: bool = False
    currency: Denomination = USD


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody in a network.

    Attributes:
        name: As it is written beside the dot.
        listed: Whether people were warned of it.
        grouped: Whether it acts together with others.
    """

    address: str
    name: str
    listed: bool = False
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """What went from one to another.

    Attributes:
        amount: Of the chain's own token; zero where only tokens moved.
    """

    source: str
    target: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class NetworkChart:
    """A wallet and those around it.

    Attributes:
        nodes: The wallet first, then by weight; at most `MAX_NODES`.
        hidden: How many more there are.
        complete: Whether all of the wallet's history was read.
    """

    symbol: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden: int
    complete: bool


@dataclass(frozen=True, slots=True)
class UseChart:
    """How the bot is used, by day.

    Attributes:
        people: By now.
        new: Who came.
        active: Who was here.
        wallets: In how many something happened.
    """

    people: int
    new: Series
    active: Series
    wallets: Series
    sent: Series
    failed: Series


type Chart = BalanceHistory | Allocation | Flows | Profits | NetworkChart | UseChart


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What is written in a picture, in the language of its reader.

    Attributes:
        labels: By `received`, `sent`, `realised`, `unrealised`, `others`, `warned`, `group`; of the bot's use
            by the names of its series.
        months: Short names of the twelve months.
        point: The decimal mark.
        group: Between thousands.
        money: How money stands, with places for `{symbol}` and `{amount}`.
        day_and_month: How a day stands at an axis, with places for `{day}` and `{month}`.
        month_and_year: How a month does, with places for `{month}` and `{year}`.
    """

    title: str
    note: str
    months: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    point: str = "."
    group: str = ","
    money: str = "{symbol}{amount}"
    day_and_month: str = "{day} {month}"
    month_and_year: str = "{month} {year}"


class NothingToDraw(Exception):
    """There is nothing in the chart that could be seen.

    Attributes:
        reason: `empty`, `unpriced`, `unknown` or `gone`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
