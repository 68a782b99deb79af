"""All wallets of a chat together, in as few questions as can be."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from walletwatch.domain.holdings import (
    AccountSums,
    HeldToken,
    OwnWallet,
    Total,
    priced_as,
    total_of,
    with_facts,
)
from walletwatch.domain.money import NATIVE
from walletwatch.domain.portfolio import Change, Part, Slice, change_of, slices_of
from walletwatch.domain.prices import Price
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.money import OwnAccounts, Sums
from walletwatch.ports.volatile import Cache
from walletwatch.services.balances import BALANCE_TTL
from walletwatch.services.caching import Cached
from walletwatch.services.valuation import Valuation

DAY: Final = timedelta(days=1)
NAMED: Final = 200
WHOLE_ACCOUNTS: Final = 10_000
"""Of all large wallets of a chat together: a second or two of work, and 20 MiB."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What a chat's wallets hold.

    Attributes:
        parts: Of the wallets that could be read, what is worth the most first.
        unread: Wallets that could not be read; they are in no sum.
        slices: By asset, what is worth the most first.
        identities: Of its tokens, as far as they are known.
        native: The price of the chain's own token.
        change: Within a day; None where nothing is known of then.
        partial: Wallets that have more accounts than are added up.
    """

    at: datetime
    parts: tuple[Part, ...]
    unread: tuple[OwnWallet, ...]
    slices: tuple[Slice, ...]
    identities: Mapping[str, TokenIdentity]
    native: Price | None
    change: Change | None
    partial: tuple[OwnWallet, ...]
    priced: bool

    @property
    def total(self) -> Total:
        """What all of it is worth, as far as that is known."""
        return total_of(each.usd for each in self.slices)


class Portfolios:
    """The use case behind /portfolio: accounts that are known, a hundred a call, and nobody is searched."""

    def __init__(
        self,
        own: OwnAccounts,
        sums: Sums,
        valuation: Valuation,
        cache: Cache,
        clock: Clock,
        metrics: Metrics,
        *,
        profile: ChainProfile,
    ) -> None:
        self._own = own
        self._source = sums
        self._valuation = valuation
        self._clock = clock
        self._listed = profile.tokens
        self._prefix = f"sums:1:{profile.name}:"
        self._sums = Cached(cache, metrics, decode=msgspec.json.Decoder(AccountSums).decode, ttl=BALANCE_TTL)

    async def of(self, chat_id: int, subscription_id: int | None = None) -> Portfolio | None:
        """What the chat's wallets hold, or one of them; None where it watches none, or not that one."""
        now = self._clock.now()
        own = await self._own.own(chat_id, now - DAY, [NATIVE])
        if subscription_id is not None:
            only = tuple(each for each in own.wallets if each.subscription_id == subscription_id)
            own = replace(own, wallets=only)
        if not own.wallets:
            return None
        whole = _whole(own.wallets)

        def rank(mint: str) -> tuple[bool, bool, str]:
            """What is listed, or had a price yesterday, comes first, so that nobody can crowd it out."""
            return mint not in self._listed, mint not in own.before, mint

        # What they held when their accounts were last looked at is mostly what they hold.
        expected = sorted(own.mints, key=rank)
        sums, facts = await asyncio.gather(
            self._read(own.wallets, whole), self._valuation.facts(expected, expected[:NAMED])
        )
        amounts = sum((Counter(each.tokens) for each in sums.values()), Counter[str]())
        mints = sorted(amounts, key=rank)
        if len(expected) > NAMED or not own.mints.issuperset(mints):
            facts = await self._valuation.facts(mints, mints[:NAMED])
        held = with_facts(
            [HeldToken(mint, amount, None) for mint, amount in amounts.items()],
            facts.identities,
            facts.prices,
        )
        # What all of them together could not sell has no value in any of them.
        believed = {priced_as(each.mint): each.price for each in held if each.price and each.usd is not None}
        parts = [
            _part(wallet, sums[wallet.address], facts.identities, believed, facts.prices.get(NATIVE))
            for wallet in own.wallets
            if wallet.address in sums
        ]
        parts.sort(key=lambda part: -(part.total.usd or Decimal(-1)))
        lamports = sum(each.lamports for each in sums.values())
        staked = sum(each.staked for each in sums.values())
        slices = slices_of(held, lamports, staked, facts.prices, own.before)
        return Portfolio(
            at=now,
            parts=tuple(parts),
            unread=tuple(each for each in own.wallets if each.address not in sums),
            slices=slices,
            identities=facts.identities,
            native=facts.prices.get(NATIVE),
            change=change_of(slices),
            partial=tuple(
                each
                for each in own.wallets
                if each.left_out and each.address not in whole and each.address in sums
            ),
            priced=facts.priced,
        )

    async def _read(self, wallets: Sequence[OwnWallet], whole: Collection[str]) -> Mapping[str, AccountSums]:
        accounts = {self._prefix + each.address: each.accounts for each in wallets}

        async def load(keys: Sequence[str]) -> Mapping[str, AccountSums]:
            wanted = {key.removeprefix(self._prefix): accounts[key] for key in keys}
            read = await self._source.of(wanted, whole)
            return {self._prefix + wallet: sums for wallet, sums in read.items()}

        found = await self._sums.get_or_load_many(list(accounts), load)
        return {key.removeprefix(self._prefix): sums for key, sums in found.items()}


def _part(
    wallet: OwnWallet,
    sums: AccountSums,
    identities: Mapping[str, TokenIdentity],
    prices: Mapping[str, Price],
    native: Price | None,
) -> Part:
    tokens = [
        HeldToken(mint, amount, None, sums.frozen.get(mint, 0))
        for mint, amount in sums.tokens.items()
        if mint in identities
    ]
    return Part(
        wallet.subscription_id,
        wallet.address,
        wallet.label,
        sums.lamports,
        sums.staked,
        with_facts(tokens, identities, prices),
        native,
        nameless=len(sums.tokens) - len(tokens),
    )


def _whole(wallets: Sequence[OwnWallet]) -> frozenset[str]:
    """The large wallets whose accounts are all read: as many as there is room for, the smallest first."""
    room, chosen = WHOLE_ACCOUNTS, set()
    for each in sorted(wallets, key=lambda wallet: wallet.left_out):
        room -= len(each.accounts) + each.left_out if each.left_out else 0
        if each.left_out and room >= 0:
            chosen.add(each.address)
    return frozenset(chosen)
