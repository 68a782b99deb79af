"""What a wallet holds, called by its names and valued, at most once in a few seconds."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.holdings import HeldToken, WalletHoldings, with_facts
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import ChainProfile
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.balances import BALANCE_TTL
from walletwatch.services.caching import Cached
from walletwatch.services.valuation import Valuation

INCOMPLETE_TTL: Final = timedelta(seconds=2)
"""What lacks names or prices since nobody answered is soon asked for again."""
NAMED: Final = 100
"""Tokens of a wallet whose names are asked for at once; whoever pages further asks for more."""


class Holdings:
    """The use case behind /balance, /tokens and /nfts: one look at the cache, where it was read before.

    Args:
        profile: Its chain: wallets of two chains never mix.
    """

    def __init__(
        self,
        chain: Chain,
        valuation: Valuation,
        cache: Cache,
        clock: Clock,
        metrics: Metrics,
        profile: ChainProfile,
    ) -> None:
        self._chain = chain
        self._valuation = valuation
        self._clock = clock
        self._profile = profile
        self._holdings = Cached(cache, metrics, decode=msgspec.json.Decoder(WalletHoldings).decode, ttl=_ttl)

    async def of(self, address: str) -> WalletHoldings:
        """What the wallet holds, at most `BALANCE_TTL` old.

        Raises:
            ChainUnavailable: The chain could not be asked; never shown as 0.
        """

        async def load() -> WalletHoldings:
            return await self._read(address)

        return await self._holdings.get_or_load(f"holdings:1:{self._profile.name}:{address}", load)

    async def named(self, tokens: Sequence[HeldToken]) -> Sequence[HeldToken]:
        """The same tokens, in their order, with the names that were not asked for yet."""
        unnamed = [each.mint for each in tokens if each.identity is None]
        identities = await self._valuation.names(unnamed) or {}
        found = {each.mint: each for each in with_facts(tokens, identities, {})}
        return [found[each.mint] for each in tokens]

    async def _read(self, address: str) -> WalletHoldings:
        balance = await self._chain.wallet_balance(address)
        at = self._clock.now()
        tokens = _together(balance)
        # What the profile lists comes first, so that nobody can crowd it out.
        first = sorted(tokens, key=lambda each: (each.mint not in self._profile.tokens, each.mint))
        mints = [each.mint for each in first]
        facts = await self._valuation.facts(mints, mints[:NAMED])
        return WalletHoldings(
            address=address,
            slot=balance.slot,
            at=at,
            lamports=balance.lamports,
            native=facts.prices.get(NATIVE),
            tokens=with_facts(tokens, facts.identities, facts.prices),
            empty=sum(not each.amount for each in balance.holdings),
            priced=facts.priced,
            named=facts.named,
        )


def _together(balance: WalletBalance) -> Sequence[HeldToken]:
    """A wallet may have several accounts of one mint."""
    amounts: Counter[str] = Counter()
    frozen: Counter[str] = Counter()
    decimals: dict[str, int] = {}
    for each in balance.holdings:
        amounts[each.mint] += each.amount
        frozen[each.mint] += each.amount if each.frozen else 0
        decimals[each.mint] = each.decimals
    return [
        HeldToken(mint, amount, decimals[mint], frozen[mint]) for mint, amount in amounts.items() if amount
    ]


def _ttl(holdings: WalletHoldings) -> timedelta:
    return BALANCE_TTL if holdings.priced and holdings.named else INCOMPLETE_TTL
