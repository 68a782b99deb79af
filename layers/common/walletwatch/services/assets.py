"""Finding out which asset is meant, and what it was worth: the one place where words become assets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from walletwatch.domain.addresses import is_address
from walletwatch.domain.assets import AssetScope
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import ChainProfile
from walletwatch.ports.common import Clock
from walletwatch.ports.money import OwnAccounts
from walletwatch.services.valuation import Valuation

DAY: Final = timedelta(days=1)
MAX_MINTS: Final = 300
"""Tokens of a chat's wallets whose names a word is looked for among."""


@dataclass(frozen=True, slots=True)
class KnownAssets:
    """What the words of a chat may mean.

    Attributes:
        before: Dollars for one whole token a day ago, by asset, as far as that is known.
    """

    scope: AssetScope
    before: Mapping[str, Decimal]


class Assets:
    """One query for a chat's tokens, and one look at the cache for their names."""

    def __init__(self, own: OwnAccounts, valuation: Valuation, clock: Clock, profile: ChainProfile) -> None:
        self._own = own
        self._valuation = valuation
        self._clock = clock
        self._profile = profile

    async def known(self, chat_id: int, *words: str) -> KnownAssets:
        """The assets that these words of a chat may mean, each looked up by `scope.resolve` or `scope.of`."""
        mints = [word for word in words if is_address(word)]
        own = await self._own.own(
            chat_id, self._clock.now() - DAY, list({NATIVE, *self._profile.tokens, *mints})
        )
        wanted = [*mints, *sorted(own.mints)][:MAX_MINTS]
        names = await self._valuation.names([mint for mint in wanted if mint not in self._profile.tokens])
        return KnownAssets(AssetScope(self._profile, names or {}, names is not None), own.before)
