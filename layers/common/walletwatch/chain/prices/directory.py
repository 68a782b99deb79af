"""Which pools an exchange has: asked of the chain once an hour, and shared between instances."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from walletwatch.chain.prices.pool_account import (
    DISCRIMINATOR_FILTER,
    IDENTITY,
    MINT_OFFSETS,
    SIZE,
    Pool,
    is_pool,
    read_pool,
)
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, PriceUnavailable
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, Exchange
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

LISTING_AGE: Final = timedelta(hours=1)
RETRY_AFTER: Final = timedelta(minutes=5)
DISCOVERY_SECONDS: Final = 3.0
POOLS_PER_PAIR: Final = 8
"""The deepest ones of a pair; whoever opens hundreds of empty ones makes nobody read them."""

_log = logging.getLogger("walletwatch.prices")


class _Listing(msgspec.Struct, frozen=True):
    at: datetime
    pools: tuple[Pool, ...]


class PoolDirectory:
    """The pools that pair a token with the native one or with a stable one.

    A node that does not list a program's accounts leaves the pools that the chain profile names.
    """

    def __init__(
        self, chain: Chain, exchange: Exchange, *, cache: Cache, clock: Clock, metrics: Metrics
    ) -> None:
        self._chain = chain
        self._exchange = exchange
        self._anchors = frozenset({WRAPPED_NATIVE_MINT, *exchange.stable_mints})
        self._clock = clock
        self._metrics = metrics
        self._key = f"pools:1:{exchange.program}"
        self._listings = Cached(cache, metrics, decode=msgspec.json.Decoder(_Listing).decode, ttl=LISTING_AGE)
        self._pools: Sequence[Pool] | None = None
        self._ask_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def pools(self) -> Sequence[Pool]:
        """All known pools with at least one anchor side.

        Raises:
            ChainUnavailable: The chain could not be asked, not even for the pools that are named.
            PriceUnavailable: The node does not list pools, and none is named.
        """
        async with self._one_at_a_time:
            now = self._clock.now()
            if self._ask_at is None or now >= self._ask_at:
                await self._look(now)
            if self._pools is None:
                self._pools = await self._named()
            return self._pools

    async def _look(self, now: datetime) -> None:
        try:
            listing = await self._listings.get_or_load(self._key, self._listing)
        except (ChainRefused, ChainUnavailable, TimeoutError) as error:
            self._metrics.count("PoolDiscoveryFailures")
            reason = f"{type(error).__name__}: {error}"
            _log.warning("pools could not be listed", extra={"reason": reason})
            # What is known stays: pools never change what they pair.
            self._ask_at = now + (LISTING_AGE if isinstance(error, ChainRefused) else RETRY_AFTER)
            return
        self._pools, self._ask_at = listing.pools, listing.at + LISTING_AGE

    async def _listing(self) -> _Listing:
        async with asyncio.timeout(DISCOVERY_SECONDS):
            return _Listing(self._clock.now(), tuple(await self._discovered()))

    async def _discovered(self) -> Iterable[Pool]:
        answers = await asyncio.gather(
            *(
                self._chain.program_accounts(
                    self._exchange.program,
                    size=SIZE,
                    memcmp={0: DISCRIMINATOR_FILTER, offset: mint},
                    slice_=IDENTITY,
                )
                for mint in sorted(self._anchors)
                for offset in MINT_OFFSETS
            )
        )
        found = (read_pool(account.address, account.data) for answer in answers for account in answer)
        return _deepest({pool.address: pool for pool in found if pool is not None}.values())

    async def _named(self) -> Sequence[Pool]:
        if not self._exchange.pools:
            raise PriceUnavailable("the node does not list pools, and the chain profile names none")
        accounts = await self._chain.accounts(self._exchange.pools)
        offset, length = IDENTITY
        pools = (
            read_pool(account.address, account.data[offset : offset + length])
            for account in accounts.values()
            if account is not None and is_pool(account, self._exchange.program)
        )
        return [pool for pool in pools if pool is not None and self._anchors.intersection(pool.mints)]


def _deepest(pools: Iterable[Pool]) -> Iterable[Pool]:
    pairs: defaultdict[frozenset[str], list[Pool]] = defaultdict(list)
    for pool in pools:
        pairs[frozenset(pool.mints)].append(pool)
    for pair in pairs.values():
        pair.sort(key=lambda pool: (-pool.lp_supply, pool.address))
        yield from pair[:POOLS_PER_PAIR]
