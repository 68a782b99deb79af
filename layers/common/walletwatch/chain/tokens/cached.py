"""`ports.Tokens` that are remembered for a while, for all instances."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports.chain import Tokens
from walletwatch.ports.common import Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

KNOWN_FOR: Final = timedelta(hours=24)
UNKNOWN_FOR: Final = timedelta(minutes=5)
"""A mint that is not there may be made at any moment."""


class CachedTokens:
    """Asks its source for a mint once a day. Works without the cache, only slower.

    Args:
        chain: Name of the chain profile: mints of two chains never mix.
    """

    def __init__(self, source: Tokens, cache: Cache, metrics: Metrics, *, chain: str) -> None:
        self._source = source
        self._prefix = f"token:{chain}:"
        self._identities = Cached[TokenIdentity | None](
            cache,
            metrics,
            decode=msgspec.json.Decoder(TokenIdentity | None).decode,
            ttl=lambda identity: UNKNOWN_FOR if identity is None else KNOWN_FOR,
        )

    async def identities(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity]:
        """What the mints are called; one that does not exist, or is no mint, is absent.

        Raises:
            ChainUnavailable: What is not remembered could not be read.
        """
        found = await self._identities.get_or_load_many([self._prefix + mint for mint in mints], self._read)
        return {
            key.removeprefix(self._prefix): identity
            for key, identity in found.items()
            if identity is not None
        }

    async def _read(self, keys: Sequence[str]) -> Mapping[str, TokenIdentity | None]:
        read = await self._source.identities([key.removeprefix(self._prefix) for key in keys])
        return {key: read.get(key.removeprefix(self._prefix)) for key in keys}
