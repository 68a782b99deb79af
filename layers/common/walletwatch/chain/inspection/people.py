"""The parts of an inspection that say who is behind a token or a wallet."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from walletwatch.chain.inspection.deployments import read_deployments, read_deployments_of
from walletwatch.chain.inspection.funding import first_funding, follow_funding, hop_of
from walletwatch.chain.inspection.histories import read_history
from walletwatch.chain.inspection.network import around, read_surroundings
from walletwatch.chain.inspection.origin import read_origin
from walletwatch.domain.activities import Activity
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.inspection.creator import Deployments, TokenOrigin
from walletwatch.domain.inspection.funding import Funding, FundingChain, FundingEnd
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.inspection.network import Listed, Listings, Network
from walletwatch.domain.pools import KnownPool
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.chain import Chain
from walletwatch.ports.listing import PoolCreators

CREATOR_TRANSACTIONS: Final = 60
CREATOR_HOPS: Final = 2
"""A token's scan asks for much else, so it follows its creator's money less far."""
WALLET_HOPS: Final = 3


class TokenPeople:
    """Reads who made a token.

    Args:
        chain: Where to look.
        profile: Of the chain.
        pools: What is remembered of the exchange's pools; None where nothing is.
    """

    def __init__(self, chain: Chain, profile: ChainProfile, pools: PoolCreators | None = None) -> None:
        self._chain = chain
        self._profile = profile
        self._pools = pools

    async def origin(self, mint: str, facts: Facts) -> Facts:
        """`TokenOrigin`, with the help of `MintState`. Two calls, seldom five."""
        return {TokenOrigin: await read_origin(self._chain, mint, state=facts.get(MintState))}

    async def creator(self, _mint: str, facts: Facts) -> Facts:
        """`Deployments` and `FundingChain` of the creator, with the help of `TokenOrigin`.

        Two calls; one more where it made tokens, two more where its funder is nobody known.
        """
        origin = facts[TokenOrigin]
        if isinstance(origin, Unknown):
            return {Deployments: origin, FundingChain: origin}
        history = await read_history(self._chain, origin.creator, count=CREATOR_TRANSACTIONS)
        if isinstance(history, Unknown):
            return {Deployments: history, FundingChain: history}
        first = hop_of(history, origin.creator)
        deployments, pools, funding = await asyncio.gather(
            read_deployments(self._chain, history),
            _remembered(self._pools, origin.creator),
            follow_funding(self._chain, self._profile.labels, origin.creator, first, hops=CREATOR_HOPS),
        )
        return {Deployments: _with_pools(deployments, pools), FundingChain: funding}


class WalletPeople:
    """Reads who is behind a wallet, and around it.

    Args:
        chain: Where to look.
        profile: Of the chain.
        pools: What is remembered of the exchange's pools; None where nothing is.
    """

    def __init__(self, chain: Chain, profile: ChainProfile, pools: PoolCreators | None = None) -> None:
        self._chain = chain
        self._profile = profile
        self._pools = pools

    async def read(self, wallet: str, activities: Sequence[Activity], *, whole: bool) -> Facts:
        """`Deployments`, `FundingChain` and `Network`.

        Two calls; two more where it made tokens, two more where its funder's funder is nobody known.

        Args:
            wallet: The one looked at.
            activities: What it did, in any order.
            whole: Whether they are all that it ever did: its history was read to its end, and before the
                first of them its account was empty.
        """
        ordered = sorted(activities, key=lambda each: (each.slot, each.signature))
        first: Funding | FundingEnd | Unknown = Unknown(UnknownReason.TOO_MUCH)
        if whole:
            first = first_funding(wallet, ordered) or FundingEnd.NOBODY
        deployments, pools, surroundings = await asyncio.gather(
            read_deployments_of(self._chain, wallet, ordered, whole=whole),
            _remembered(self._pools, wallet),
            read_surroundings(
                self._chain,
                self._profile,
                wallet,
                ordered,
                whole=whole,
                funding=first if isinstance(first, Funding) else None,
            ),
        )
        labels, second = self._profile.labels, surroundings.second
        funding = await follow_funding(self._chain, labels, wallet, first, hops=WALLET_HOPS, second=second)
        return {
            Network: surroundings.network,
            Deployments: _with_pools(deployments, pools),
            FundingChain: funding,
        }


async def _remembered(store: PoolCreators | None, creator: str) -> tuple[KnownPool, ...] | Unknown:
    """The pools that somebody made. Not a call to the chain."""
    if store is None:
        return ()
    try:
        return tuple(await store.made_by(creator))
    except StoreUnavailable:
        return Unknown(UnknownReason.UNAVAILABLE)


def _with_pools(
    deployments: Deployments | Unknown, pools: tuple[KnownPool, ...] | Unknown
) -> Deployments | Unknown:
    return deployments if isinstance(deployments, Unknown) else replace(deployments, pools=pools)


class ListedPeople:
    """Looks those around a subject up in the lists. Not a call to the chain."""

    def __init__(self, listings: Listings) -> None:
        self._listings = listings

    async def read(self, _subject: str, facts: Facts) -> Facts:
        """`Listed`, with the help of `TokenOrigin`, `FundingChain` and `Network`, whichever there are."""
        addresses: dict[str, None] = {}
        origin, funding, network = (facts.get(kind) for kind in (TokenOrigin, FundingChain, Network))
        if isinstance(origin, TokenOrigin):
            addresses[origin.creator] = None
        if isinstance(funding, FundingChain):
            addresses |= dict.fromkeys(funding.funders)
        if isinstance(network, Network):
            addresses |= dict.fromkeys(around(network))
        try:
            return {Listed: Listed(dict(await self._listings.hits(list(addresses))))}
        except StoreUnavailable:
            return {Listed: Unknown(UnknownReason.UNAVAILABLE)}
