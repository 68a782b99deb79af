"""What a wallet holds: one request for its accounts, two or three for the mints of up to fifty tokens."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.inspection.mint import MintReader
from walletwatch.domain.chain import TokenHolding, WalletBalance
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, PriceUnavailable
from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.holdings import HeldToken, HeldTokens, Holdings
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.prices import Price, value_usd
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile
from walletwatch.domain.risk import Facts, Unknown
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports.chain import Chain, Prices, Tokens

HOLDINGS_FACTS: Final = (Holdings, HeldTokens)

MAX_TOKENS: Final = 50
"""Whose mints are looked at: each takes two of a call's hundred accounts."""
_NOTHING: Final = Decimal(-1)


class HoldingsReader:
    """Reads the part of a wallet's inspection that its accounts are.

    Args:
        tokens: What the tokens are called.
        prices: What they are worth.
    """

    def __init__(self, chain: Chain, tokens: Tokens, prices: Prices, profile: ChainProfile) -> None:
        self._chain = chain
        self._mints = MintReader(chain)
        self._tokens = tokens
        self._prices = prices
        self._profile = profile

    async def read(self, wallet: str, _facts: Facts) -> Facts:
        """`Holdings` and `HeldTokens`."""
        try:
            balance = await self._chain.wallet_balance(wallet)
        except (ChainRefused, ChainUnavailable) as error:
            return dict.fromkeys(HOLDINGS_FACTS, unknown(error))
        holdings = Holdings(wallet, balance.lamports, balance.holdings, balance.slot)
        return {Holdings: holdings, HeldTokens: await self._held(balance)}

    async def _held(self, balance: WalletBalance) -> HeldTokens | Unknown:
        held: dict[str, list[TokenHolding]] = defaultdict(list)
        for holding in balance.holdings:
            if holding.amount:
                held[holding.mint].append(holding)
        prices = await self._priced([NATIVE, *held])
        worth = {mint: _worth(mint, held[mint], prices or {}) for mint in held}
        ordered = sorted(
            held,
            key=lambda mint: (_NOTHING if (usd := worth[mint]) is None else usd, mint),
            reverse=True,
        )
        looked = ordered[:MAX_TOKENS]
        facts, names = await asyncio.gather(self._mints.read_many(looked), self._names(looked))
        if isinstance(names, Unknown):
            return names
        native = (prices or {}).get(NATIVE)
        return HeldTokens(
            balance.address,
            tuple(
                self._token(mint, held[mint], names.get(mint), worth[mint], facts[mint]) for mint in looked
            ),
            left_out=len(ordered) - len(looked),
            native_usd=value_usd(balance.lamports, NATIVE_DECIMALS, native) if native else None,
            priced=prices is not None,
        )

    def _token(
        self,
        mint: str,
        accounts: Sequence[TokenHolding],
        identity: TokenIdentity | None,
        usd: Decimal | None,
        facts: Facts,
    ) -> HeldToken:
        return HeldToken(
            mint,
            sum(each.amount for each in accounts),
            (identity.symbol or identity.name) if identity else None,
            identity.impostor_of if identity else None,
            mint in self._profile.tokens,
            usd,
            facts[MintState],
            facts[MintAuthorities],
        )

    async def _names(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity] | Unknown:
        try:
            return await self._tokens.identities(mints)
        except (ChainRefused, ChainUnavailable) as error:
            return unknown(error)

    async def _priced(self, assets: Sequence[str]) -> Mapping[str, Price] | None:
        try:
            return await self._prices.prices({_asset(each) for each in assets})
        except PriceUnavailable:
            return None


def _asset(mint: str) -> str:
    return NATIVE if mint == WRAPPED_NATIVE_MINT else mint


def _worth(mint: str, accounts: Sequence[TokenHolding], prices: Mapping[str, Price]) -> Decimal | None:
    price = prices.get(_asset(mint))
    if price is None:
        return None
    return value_usd(sum(each.amount for each in accounts), accounts[0].decimals, price)
