"""Reading a wallet's balance for a person, at most once in a few seconds."""

from datetime import timedelta
from functools import partial
from typing import Final

import msgspec

from walletwatch.domain.chain import WalletBalance
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

BALANCE_TTL: Final = timedelta(seconds=10)


class Balances:
    """The use case behind /balance. Works without the cache, only slower."""

    def __init__(self, chain: Chain, cache: Cache, metrics: Metrics) -> None:
        self._chain = chain
        decoder = msgspec.json.Decoder(WalletBalance)
        self._balances = Cached(cache, metrics, decode=decoder.decode, ttl=BALANCE_TTL)

    async def balance(self, address: str) -> WalletBalance:
        """What the wallet holds, at most `BALANCE_TTL` old.

        Raises:
            ChainUnavailable: The chain could not be asked; never shown as 0.
        """
        return await self._balances.get_or_load(
            f"balance:1:{address}", partial(self._chain.wallet_balance, address)
        )
