"""`ports.Tokens` that are remembered for a while, for all instances."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports import Cache, Metrics, Tokens

KNOWN_FOR: Final = timedelta(hours=24)
UNKNOWN_FOR: Final = timedelta(minutes=5)
"""A mint that is not there may be made at any moment."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(TokenIdentity | None)
_log = logging.getLogger("walletwatch.tokens")


class CachedTokens:
    """Asks its source for a mint once a day. Works without the cache, only slower.

    Args:
        chain: Name of the chain profile: mints of two chains never mix.
    """

    def __init__(self, source: Tokens, cache: Cache, metrics: Metrics, *, chain: str) -> None:
        self._source = source
        self._cache = cache
        self._metrics = metrics
        self._chain = chain

    async def identities(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity]:
        """What the mints are called; one that does not exist, or is no mint, is absent.

        Raises:
            ChainUnavailable: What is not remembered could not be read.
        """
        remembered = await self._remembered(mints)
        missing = [mint for mint in dict.fromkeys(mints) if mint not in remembered]
        found = {mint: identity for mint, identity in remembered.items() if identity is not None}
        if missing:
            read = await self._source.identities(missing)
            await self._remember({mint: read[mint] for mint in missing if mint in read}, KNOWN_FOR)
            await self._remember({mint: None for mint in missing if mint not in read}, UNKNOWN_FOR)
            found.update(read)
        return found

    async def _remembered(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity | None]:
        keys = {self._key(mint): mint for mint in mints}
        try:
            values = await self._cache.get_many(list(keys))
        except StoreUnavailable as error:
            self._lost(error)
            return {}
        found: dict[str, TokenIdentity | None] = {}
        for key, value in values.items():
            try:
                found[keys[key]] = _decoder.decode(value)
            except msgspec.MsgspecError:
                # Written by another version; it is read anew.
                continue
        return found

    async def _remember(self, identities: Mapping[str, TokenIdentity | None], ttl: timedelta) -> None:
        values = {self._key(mint): _encoder.encode(identity) for mint, identity in identities.items()}
        try:
            await self._cache.set_many(values, ttl)
        except StoreUnavailable as error:
            self._lost(error)

    def _lost(self, error: StoreUnavailable) -> None:
        self._metrics.count("TokenCacheFailures")
        _log.warning("tokens are not remembered", extra={"reason": str(error)})

    def _key(self, mint: str) -> str:
        return f"token:{self._chain}:{mint}"
