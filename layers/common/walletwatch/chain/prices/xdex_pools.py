"""`ports.PoolList` by XDEX's public API: which pools there are. Who made them only the chain can tell."""

from typing import Any, Final

from walletwatch.chain.prices.xdex_client import XdexClient, dollars, rows
from walletwatch.domain.addresses import is_address
from walletwatch.domain.errors import PriceUnavailable, SourceRefused, SourceUnavailable
from walletwatch.domain.pools import API, ListedPool

FEW: Final = 3
"""Rows that may be unreadable, before so few are too many of a short list."""
FEW_OF: Final = 50
"""The same of a long list: one row in so many."""
MOST: Final = 50_000
"""Pools; nobody reads more."""


class XdexPoolList:
    """The exchange's own list. A row without a whole address counts as unreadable."""

    source = API

    def __init__(self, client: XdexClient) -> None:
        self._client = client

    async def pools(self) -> tuple[ListedPool, ...]:
        """All pools that it names, each once.

        Raises:
            SourceRefused: It is no list, an empty one, or too many of its rows are unreadable.
            SourceUnavailable: The API did not answer.
        """
        try:
            answer = await self._client.answer()
        except PriceUnavailable as error:
            raise SourceUnavailable(str(error)) from error
        try:
            listed = rows(answer)
        except PriceUnavailable as error:
            raise SourceRefused(str(error)) from error
        if not 0 < len(listed) <= MOST:
            raise SourceRefused(f"{len(listed)} pools")
        read = [pool for row in listed if (pool := _pool(row)) is not None]
        unreadable = len(listed) - len(read)
        if unreadable > max(FEW, len(listed) // FEW_OF) or not read:
            raise SourceRefused(f"{unreadable} of {len(listed)} rows are unreadable")
        return tuple({pool.address: pool for pool in read}.values())


def _pool(row: Any) -> ListedPool | None:
    if not isinstance(row, dict):
        return None
    address = row.get("pool_address")
    if not isinstance(address, str) or not is_address(address):
        return None
    return ListedPool(address, dollars(row.get("tvl")))
