"""Reading a wallet's balance for a person, at most once in a few seconds."""

from datetime import timedelta

import msgspec

from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports import Cache, Chain

BALANCE_TTL = timedelta(seconds=10)

_decoder = msgspec.json.Decoder(WalletBalance)
_encoder = msgspec.json.Encoder()


class Balances:
    """The use case behind /balance. Works without the cache, only slower."""

    def __init__(self, chain: Chain, cache: Cache) -> None:
        self._chain = chain
        self._cache = cache

    async def balance(self, address: str) -> WalletBalance:
        """What the wallet holds, at most `BALANCE_TTL` old.

        Raises:
            ChainUnavailable: The chain could not be asked; never shown as 0.
        """
        key = f"balance:{address}"
        cached = await self._cached(key)
        if cached is not None:
            return cached
        balance = await self._chain.wallet_balance(address)
        try:
            await self._cache.set(key, _encoder.encode(balance), BALANCE_TTL)
        except StoreUnavailable:
            return balance
        return balance

    async def _cached(self, key: str) -> WalletBalance | None:
        try:
            value = await self._cache.get(key)
        except StoreUnavailable:
            return None
        return None if value is None else _decoder.decode(value)
