"""The transactions that a check needs: from whoever has read them already, else from the chain."""

import json
import logging
import zlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Metrics

KEPT: Final = timedelta(minutes=15)
"""Longer than a check usually waits in its queue; a later one reads the chain."""
COMPRESSION: Final = 1

_log = logging.getLogger("walletwatch.transactions")


class SharedValues(Protocol):
    """As much of `ports.Cache` as is needed here."""

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The values of those keys that have one."""

    async def set_many(self, values: Mapping[str, bytes], ttl: timedelta) -> None:
        """Keep the values for a while."""


class Transactions:
    """`getTransaction` results, shared by all who look at the same transaction.

    The follower of blocks has them at hand and puts them in; a check takes them out. What is not there, or
    where the cache fails, costs one `getTransaction`. Nobody waits for another's read, unlike in `caching`:
    a check fails where one of its transactions is not there yet, and must not take others with it.
    """

    def __init__(self, chain: Chain, cache: SharedValues, metrics: Metrics) -> None:
        self._chain = chain
        self._cache = cache
        self._metrics = metrics

    async def read(self, signatures: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The results of all these signatures.

        Raises:
            ChainUnavailable: One that nobody had is not known to the node yet.
        """
        known = await self._known(signatures)
        missing = [signature for signature in signatures if signature not in known]
        self._metrics.count("TransactionsShared", len(known))
        if not missing:
            return known
        read = await self._chain.transactions(missing)
        self._metrics.count("TransactionsRead", len(missing))
        await self.share(read)
        return {**known, **read}

    async def share(self, results: Mapping[str, Mapping[str, Any]]) -> None:
        """Let others have them for a while. A failing cache only costs them a call each."""
        packed = {
            _key(signature): zlib.compress(json.dumps(result, separators=(",", ":")).encode(), COMPRESSION)
            for signature, result in results.items()
        }
        try:
            await self._cache.set_many(packed, KEPT)
        except StoreUnavailable as error:
            self._lost(error)

    async def _known(self, signatures: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        keys = {_key(signature): signature for signature in signatures}
        try:
            found = await self._cache.get_many(list(keys))
        except StoreUnavailable as error:
            self._lost(error)
            return {}
        known = {}
        for key, value in found.items():
            try:
                known[keys[key]] = json.loads(zlib.decompress(value))
            except (zlib.error, ValueError) as error:
                # Another release wrote it, or it is damaged: it is read anew.
                self._metrics.count("CacheUnreadable")
                _log.warning("a shared transaction is unreadable", extra={"reason": type(error).__name__})
        return known

    def _lost(self, error: StoreUnavailable) -> None:
        self._metrics.count("TransactionsUnshared")
        _log.warning("transactions are not shared", extra={"reason": str(error)})


def _key(signature: str) -> str:
    return f"transaction:{signature}"
