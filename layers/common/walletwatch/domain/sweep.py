"""How the watched wallets are shared out among the invocations that sweep them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from walletwatch.domain.wallets import AccountKind, AccountState

BUCKETS: Final = 64
"""Every wallet is in one bucket for ever, and a shard is a range of buckets."""
SPLIT_ABOVE: Final = 50_000
"""A shard with more accounts than this is split: one invocation looks at so many in about four seconds."""
MERGE_BELOW: Final = 12_500
"""Shards with fewer accounts than this are merged. What was split has twice as many, so the number of shards
stays where it is while the number of accounts goes up and down a little."""


def bucket_of(wallet: str) -> int:
    """The bucket of a wallet's address; the column `wallets.bucket` has the same formula."""
    return hashlib.sha256(wallet.encode()).digest()[0] % BUCKETS


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` equal parts of all buckets; `count` is a power of two."""

    index: int
    count: int

    @property
    def buckets(self) -> range:
        """The buckets of this shard."""
        return range(self.index * BUCKETS // self.count, (self.index + 1) * BUCKETS // self.count)


def planned_shards(count: int, accounts: int) -> int:
    """How many shards there should be.

    Args:
        count: How many there are.
        accounts: Of all shards together.
    """
    while accounts > count * SPLIT_ABOVE and count < BUCKETS:
        count *= 2
    while accounts < count * MERGE_BELOW and count > 1:
        count //= 2
    return count


class Belongings(StrEnum):
    """What is looked for on the chain, since nobody tells when a wallet gets one more."""

    TOKENS = "tokens"
    STAKES = "stakes"


@dataclass(frozen=True, slots=True)
class SweptAccount:
    """An account that the sweep looks at, and what the last look saw; None before the first."""

    id: int
    address: str
    kind: AccountKind
    state: AccountState | None


@dataclass(frozen=True, slots=True)
class SweptWallet:
    """A wallet that the sweep looks at.

    Attributes:
        searched_tokens: When its token accounts were last looked for; the epoch if never.
        searched_stakes: When its stake accounts were last looked for; the epoch if never.
    """

    id: int
    address: str
    searched_tokens: datetime
    searched_stakes: datetime
    accounts: Sequence[SweptAccount]

    def searched(self, belongings: Belongings) -> datetime:
        """When these were last looked for."""
        return self.searched_tokens if belongings is Belongings.TOKENS else self.searched_stakes
