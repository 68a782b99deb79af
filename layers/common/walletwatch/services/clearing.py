"""Forgetting what is cached."""

from typing import Final

from walletwatch.domain.caching import escaped
from walletwatch.ports.volatile import Cache
from walletwatch.services.auditing import Auditing

CLEARABLE: Final = (
    "balance",
    "holdings",
    "sums",
    "stakes",
    "price",
    "pools",
    "markets",
    "xdex-api",
    "token",
    "mint",
    "collectible",
    "transaction",
    "scan-report",
    "inspection",
    "listed-pictures",
)
"""What the keys begin with that can be cleared: all of it is read again from elsewhere.

Sessions, claims, limits, leases and what was sent are no values of the cache. Which alerts were told is one,
and is not offered.
"""


class NotClearable(Exception):
    """Nothing of this beginning can be cleared."""


class CacheClearing:
    """The use case behind /clearcache."""

    def __init__(self, cache: Cache, auditing: Auditing) -> None:
        self._cache = cache
        self._auditing = auditing

    async def clear(self, prefix: str, *, by: int) -> int:
        """Forget the values whose keys begin so; how many there were.

        Args:
            prefix: A kind of values, such as `balance`, with a part of the key behind it if need be
                (`balance:1:9Dp`); empty for all kinds.
            by: Who wants it.

        Raises:
            NotClearable: There is no such kind.
            StoreUnavailable: Redis did not answer.
        """
        patterns = [pattern_of(prefix)] if prefix else [pattern_of(kind) for kind in CLEARABLE]
        count = 0
        try:
            for pattern in patterns:
                count += await self._cache.clear(pattern)
        finally:
            await self._auditing.record(by, "clearcache", {"prefix": prefix or "*", "cleared": count})
        return count


def pattern_of(prefix: str) -> str:
    """The pattern that matches the keys that begin so, and nothing else.

    Raises:
        NotClearable: There is no such kind of values.
    """
    kind, colon, rest = prefix.partition(":")
    if kind not in CLEARABLE:
        raise NotClearable
    return f"{kind}:{escaped(rest)}*" if colon else f"{kind}:*"
