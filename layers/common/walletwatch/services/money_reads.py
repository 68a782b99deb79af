"""Stakes, collectibles, mints and pools, read from the chain at most once in a while."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import msgspec

from walletwatch.domain.collectibles import Collectible, CoreAsset, HeldAssets
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.markets import Markets
from walletwatch.domain.staking import WalletStakes
from walletwatch.ports.common import Metrics
from walletwatch.ports.money import Collectibles, CoreAssets, MarketReader, Mints, Stakes
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

STAKES_TTL: Final = timedelta(seconds=30)
COLLECTIBLES_TTL: Final = timedelta(hours=1)
CORE_TTL: Final = timedelta(minutes=1)
MINTS_TTL: Final = timedelta(minutes=1)
MARKETS_TTL: Final = timedelta(minutes=1)


class MoneyReads:
    """Reads through the cache. Works without it, only slower.

    Args:
        markets: None where the chain has no exchange.
        chain: Name of the chain profile: addresses of two chains never mix.
    """

    def __init__(
        self,
        stakes: Stakes,
        collectibles: Collectibles,
        core: CoreAssets,
        mints: Mints,
        markets: MarketReader | None,
        cache: Cache,
        metrics: Metrics,
        *,
        chain: str,
    ) -> None:
        self._source_of_stakes = stakes
        self._source_of_collectibles = collectibles
        self._source_of_core = core
        self._source_of_mints = mints
        self._source_of_markets = markets
        self._chain = chain
        decoder = msgspec.json.Decoder
        self._stakes = Cached(cache, metrics, decode=decoder(WalletStakes).decode, ttl=STAKES_TTL)
        self._collectibles = Cached(cache, metrics, decode=decoder(Collectible).decode, ttl=COLLECTIBLES_TTL)
        self._held_assets = Cached(cache, metrics, decode=decoder(HeldAssets).decode, ttl=CORE_TTL)
        self._core_assets = Cached(cache, metrics, decode=decoder(CoreAsset).decode, ttl=CORE_TTL)
        self._mints = Cached[MintState | None](
            cache, metrics, decode=decoder(MintState | None).decode, ttl=MINTS_TTL
        )
        self._markets = Cached(cache, metrics, decode=decoder(Markets).decode, ttl=MARKETS_TTL)

    async def stakes(self, wallet: str) -> WalletStakes:
        """The stake accounts that a wallet has a say about.

        Raises:
            ChainUnavailable: The chain could not be asked.
            ChainRefused: The node does not list a wallet's stake accounts.
        """
        return await self._stakes.get_or_load(
            self._key("stakes", wallet), partial(self._source_of_stakes.of, wallet)
        )

    async def collectibles(self, mints: Sequence[str]) -> Mapping[str, Collectible]:
        """What is known of mints that may be NFTs.

        Raises:
            ChainUnavailable: They could not be read.
        """
        prefix = self._key("collectible", "")

        async def load(keys: Sequence[str]) -> Mapping[str, Collectible]:
            read = await self._source_of_collectibles.of([key.removeprefix(prefix) for key in keys])
            return {prefix + mint: each for mint, each in read.items()}

        found = await self._collectibles.get_or_load_many([prefix + mint for mint in mints], load)
        return {each.mint: each for each in found.values()}

    async def held_assets(self, wallet: str) -> HeldAssets:
        """The Metaplex Core assets of a wallet.

        Raises:
            ChainUnavailable: The chain could not be asked.
            ChainRefused: The node does not list a program's accounts.
        """
        return await self._held_assets.get_or_load(
            self._key("core", wallet), partial(self._source_of_core.held_by, wallet)
        )

    async def core_assets(self, addresses: Sequence[str]) -> Mapping[str, CoreAsset]:
        """What is known of Metaplex Core assets.

        Raises:
            ChainUnavailable: They could not be read.
        """
        prefix = self._key("core-asset", "")

        async def load(keys: Sequence[str]) -> Mapping[str, CoreAsset]:
            read = await self._source_of_core.of([key.removeprefix(prefix) for key in keys])
            return {prefix + address: each for address, each in read.items()}

        found = await self._core_assets.get_or_load_many([prefix + each for each in addresses], load)
        return {each.address: each for each in found.values()}

    async def mint(self, address: str) -> MintState | None:
        """A mint; None where the address is none.

        Raises:
            ChainUnavailable: It could not be read.
        """
        return await self._mints.get_or_load(
            self._key("mint", address), partial(self._source_of_mints.state, address)
        )

    async def markets(self, asset: str) -> Markets | None:
        """The pools of an asset; None where the chain has no exchange.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        if self._source_of_markets is None:
            return None
        return await self._markets.get_or_load(
            self._key("markets", asset), partial(self._source_of_markets.of, asset)
        )

    def _key(self, kind: str, subject: str) -> str:
        return f"{kind}:1:{self._chain}:{subject}"
