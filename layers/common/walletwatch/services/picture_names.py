"""What pictures call assets and wallets."""

from collections.abc import Mapping

from walletwatch.domain.addresses import shortened
from walletwatch.domain.chats import Subscription
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.pictures import (
    NothingToDraw,
)
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports.chain import Tokens


class PictureNames:
    """Names of assets, by the profile of the chain or by their makers."""

    def __init__(self, tokens: Tokens, profile: ChainProfile) -> None:
        self._tokens = tokens
        self._profile = profile

    async def asset(self, asset: str) -> tuple[str, int]:
        """What an asset is called, and how many decimals it has.

        Raises:
            NothingToDraw: There is no such token.
        """
        if asset == NATIVE:
            return self._profile.native_symbol, NATIVE_DECIMALS
        identity = (await self._tokens.identities([asset])).get(asset)
        if identity is None:
            raise NothingToDraw("unknown")
        return identity.symbol or shortened(asset), identity.decimals

    def of(self, asset: str, identities: Mapping[str, TokenIdentity]) -> str:
        """What an asset is called in a picture of several."""
        if asset == NATIVE:
            return self._profile.native_symbol
        listed = self._profile.tokens.get(asset)
        if listed is not None:
            return listed.symbol
        identity = identities.get(asset)
        own = (identity.symbol or identity.name) if identity else None
        # Anybody may call a token anything: what nobody vouches for has the beginning of its mint beside it.
        return f"{own} {asset[:4]}" if own else shortened(asset)


def wallet_name(subscription: Subscription) -> str:
    """The wallet's label, or its address, shortened."""
    return subscription.label or shortened(subscription.address)
