"""Finding wallets that act as one: paid alike by the same hand, or trading alike.

Two payments belong together where the same wallet paid about the same amount to two others within minutes.
What belongs together by way of others does, too: the groups are the components of that graph, found by
union-find. They depend on nothing but the set of the payments.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SAME_MINUTES: Final = 600
"""Seconds between two payments of one group. A script pays a hundred wallets in less."""
SAME_TRADE: Final = 60
"""Seconds between two trades of a token that count as one."""
TOLERANCE_PERCENT: Final = 1
"""By how much amounts differ that are called the same."""
SMALLEST_GROUP: Final = 3
"""Two wallets that were paid the same are two friends."""
SEVERAL_TOKENS: Final = 2
"""That somebody else buys the same token in the same minute happens; with a second one it is no chance."""


@dataclass(frozen=True, slots=True, order=True)
class Payment:
    """Lamports from one wallet to another.

    Attributes:
        at: Unix seconds.
    """

    source: str
    at: int
    slot: int
    signature: str
    target: str
    lamports: int


@dataclass(frozen=True, slots=True, order=True)
class Trade:
    """Somebody bought or sold a token.

    Attributes:
        at: Unix seconds.
    """

    token: str
    at: int
    slot: int
    signature: str
    trader: str


class UnionFind[T: Hashable]:
    """Disjoint sets, joined by and by (Tarjan, with path halving)."""

    def __init__(self) -> None:
        self._parents: dict[T, T] = {}

    def find(self, item: T) -> T:
        """The representative of the set that an item is in."""
        parents = self._parents
        parents.setdefault(item, item)
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    def join(self, one: T, other: T) -> None:
        """Make one set of two."""
        self._parents[self.find(one)] = self.find(other)


def paid_alike(payments: Iterable[Payment]) -> Sequence[Sequence[Payment]]:
    """The groups of payments that belong together, of three receivers or more.

    Returns:
        Each group, and the payments in it, in ascending order.
    """
    ordered = sorted(set(payments))
    sets: UnionFind[Payment] = UnionFind()
    for number, payment in enumerate(ordered):
        sets.find(payment)
        for later in ordered[number + 1 :]:
            if later.source != payment.source or later.at - payment.at > SAME_MINUTES:
                break
            if _same_amount(payment.lamports, later.lamports):
                sets.join(payment, later)
    groups: dict[Payment, list[Payment]] = defaultdict(list)
    for payment in ordered:
        groups[sets.find(payment)].append(payment)
    large = [group for group in groups.values() if len({each.target for each in group}) >= SMALLEST_GROUP]
    return sorted(large)


def _same_amount(one: int, other: int) -> bool:
    return abs(one - other) * 100 <= max(one, other) * TOLERANCE_PERCENT


def trade_alike(own: Iterable[Trade], others: Iterable[Trade]) -> Mapping[str, Sequence[Trade]]:
    """Who traded several of the same tokens in the same minutes.

    Args:
        own: Of the wallet that is looked at.
        others: Of anybody; those of the same wallet are passed over.

    Returns:
        By trader, the trades that show it, in ascending order.
    """
    moments: dict[str, list[int]] = defaultdict(list)
    selves = set()
    for trade in own:
        moments[trade.token].append(trade.at)
        selves.add(trade.trader)
    found: dict[str, set[Trade]] = defaultdict(set)
    for trade in others:
        near = any(abs(trade.at - moment) <= SAME_TRADE for moment in moments.get(trade.token, ()))
        if near and trade.trader not in selves:
            found[trade.trader].add(trade)
    return {
        trader: sorted(trades)
        for trader, trades in sorted(found.items())
        if len({trade.token for trade in trades}) >= SEVERAL_TOKENS
    }
