"""Finding out which asset is meant, and what it was worth: the one place where words become assets."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from walletwatch.domain.addresses import is_address
from walletwatch.domain.assets import AssetScope
from walletwatch.domain.holdings import priced_as
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price
from walletwatch.domain.profile import ChainProfile
from walletwatch.ports.common import Clock
from walletwatch.ports.money import OwnAccounts
from walletwatch.services.valuation import Valuation

DAY: Final = timedelta(days=1)
MAX_MINTS: Final = 300
"""Tokens of a chat's wallets whose names a word is looked for among."""

type Ask = Callable[[str], Awaitable[Any]]
"""Asks for something about an asset."""


@dataclass(frozen=True, slots=True)
class KnownAssets:
    """What the words of a chat may mean, and what was asked for together with that.

    Attributes:
        before: Dollars for one whole token a day ago, by asset, as far as that is known.
    """

    scope: AssetScope
    before: Mapping[str, Decimal]
    _valuation: Valuation
    _asked: Mapping[str, "asyncio.Future[Any]"] = field(default_factory=dict)
    _priced: frozenset[str] = frozenset()
    _prices: "asyncio.Future[Mapping[str, Price]] | None" = None

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """The prices of assets and of the native token.

        Raises:
            PriceUnavailable: Nobody could be asked.
        """
        if self._prices is not None and self._priced.issuperset(map(priced_as, assets)):
            return await self._prices
        return await self._valuation.prices(assets)

    async def about(self, asset: str, ask: Callable[[str], Awaitable[Any]]) -> Any:
        """What `Assets.known` asked about an asset, where it could tell that it is meant; else asked now.

        Raises what `ask` raises.
        """
        asked = self._asked.get(asset)
        return await (ask(asset) if asked is None else asked)


class Assets:
    """One query for a chat's tokens, and one look at the cache for all that the words are about."""

    def __init__(self, own: OwnAccounts, valuation: Valuation, clock: Clock, profile: ChainProfile) -> None:
        self._own = own
        self._valuation = valuation
        self._clock = clock
        self._profile = profile

    async def known(self, chat_id: int, *words: str, ask: Ask | None = None) -> KnownAssets:
        """The assets that these words of a chat may mean, each looked up by `scope.resolve` or `scope.of`.

        Args:
            chat_id: Of the chat.
            words: Addresses, symbols, or `NATIVE`.
            ask: What will be wanted of them, beside prices: asked at the same time as names are, about
                those whose meaning needs no name.
        """
        mints = [word for word in words if is_address(word)]
        own = await self._own.own(
            chat_id, self._clock.now() - DAY, list({NATIVE, *self._profile.tokens, *mints})
        )
        wanted = [*mints, *sorted(own.mints)][:MAX_MINTS]
        sure = self._sure(words)
        prices = asyncio.ensure_future(self._valuation.prices(sure)) if sure else None
        asked = {asset: asyncio.ensure_future(ask(asset)) for asset in sure} if ask is not None else {}
        names, *_ = await asyncio.gather(
            self._valuation.names([mint for mint in wanted if mint not in self._profile.tokens]),
            # What they raise is raised where they are used.
            asyncio.gather(*([prices] if prices else []), *asked.values(), return_exceptions=True),
        )
        return KnownAssets(
            AssetScope(self._profile, names or {}, names is not None),
            own.before,
            self._valuation,
            asked,
            frozenset(map(priced_as, sure)),
            prices,
        )

    def _sure(self, words: Collection[str]) -> Collection[str]:
        """What is meant whatever the chat's tokens are called."""
        scope = AssetScope(self._profile, {}, named=False)
        found = [scope.of(word) if word == NATIVE else scope.resolve(word).best for word in words]
        return {asset.id for asset in found if asset is not None}
