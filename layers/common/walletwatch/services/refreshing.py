"""Keeping up with an exchange's pools: who made them, what is left in them, and who emptied several."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Final

from walletwatch.domain.errors import ChainRefused, SourceRefused, SourceUnavailable, StoreUnavailable
from walletwatch.domain.pools import CHAIN, SHRUNK
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.listing import ExchangePools, PoolCreators, PoolList
from walletwatch.ports.volatile import Lease, Leases
from walletwatch.services.pool_suspects import PoolSuspects

LEASE: Final = "refresh"
LEASE_TTL: Final = timedelta(seconds=90)
"""Longer than one step may take; a killed run keeps the next one out for no longer."""
POOLS_AT_ONCE: Final = 100
RESERVE_SECONDS: Final = 40.0
"""What one more step, and the end of the run, may take."""
MOST: Final = 50_000
"""Pools that a run reads; the others are the first of the next one."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger("walletwatch.refreshing")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a run did.

    Attributes:
        listed: Pools that the sources name which were believed.
        refused: Sources whose answer was not taken.
        read: Pools that were read.
        drained: Those of them whose liquidity is gone.
        examined: Makers who were looked into.
        entered: Makers who were entered into the blocklist.
        complete: Whether nothing was left for the next run.
    """

    listed: int = 0
    refused: int = 0
    read: int = 0
    drained: int = 0
    examined: int = 0
    entered: int = 0
    complete: bool = False


@dataclass
class _Run:
    remaining: Callable[[], float]
    lease: Lease
    addresses: set[str] = field(default_factory=set)
    listed: dict[str, Decimal | None] = field(default_factory=dict)
    refused: int = 0
    read: int = 0
    drained: int = 0

    async def may_go_on(self) -> bool:
        """Whether there is time for another step, and nobody else has taken over."""
        return self.remaining() > RESERVE_SECONDS and await self.lease.renew()


class Refreshing:
    """The use case of the refresh function. Whatever is killed in it, the next run begins with what is left.

    Args:
        lists: Those who list pools, beside the chain; none where the chain profile has none.
        chain: The pools as they are; None where the chain profile has no exchange.
        store: What is remembered of them.
        suspects: Looks into those whose pools are drained.
        money: Mints that are worth something: less than one of them is no liquidity.
    """

    def __init__(
        self,
        *,
        lists: Sequence[PoolList],
        chain: ExchangePools | None,
        store: PoolCreators,
        suspects: PoolSuspects,
        leases: Leases,
        clock: Clock,
        metrics: Metrics,
        money: Collection[str],
    ) -> None:
        self._lists = lists
        self._chain = chain
        self._store = store
        self._suspects = suspects
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._money = money

    async def run(self, *, remaining: Callable[[], float], believe: str | None = None) -> Refreshed:
        """Ask who there is, read them, and look into those who stand out.

        Args:
            remaining: Seconds this invocation still has.
            believe: A source that has shrunk for a reason, by an operator's word.

        Raises:
            TransientError: What was done is kept.
        """
        if self._chain is None:
            return Refreshed(complete=True)
        lease = await self._leases.adopt(LEASE, LEASE_TTL)
        if lease is None:
            self._metrics.count("RefreshesWithoutLease")
            return Refreshed()
        try:
            return await self._refresh(_Run(remaining, lease), self._chain, believe)
        finally:
            # It ends by itself where the store is away.
            with suppress(StoreUnavailable):
                await lease.release()

    async def _refresh(self, run: _Run, chain: ExchangePools, believe: str | None) -> Refreshed:
        known = {state.source: state.count for state in await self._store.sources()}
        for each in self._lists:
            await self._ask(run, each, known.get(each.source), believed=believe == each.source)
        await self._ask_node(run, chain, known.get(CHAIN), believed=believe == CHAIN)
        seen = await self._store.seen()
        # What was never read goes first, then what was read the longest ago: a run that ends early leaves
        # nothing behind for good.
        addresses = sorted({*seen, *run.addresses}, key=lambda each: (seen.get(each, _NEVER), each))[:MOST]
        done = 0
        for batch in batched(addresses, POOLS_AT_ONCE, strict=False):
            if not await run.may_go_on():
                break
            await self._read(run, chain, batch)
            done += len(batch)
        examined = await self._suspects.examine(chain, run.may_go_on)
        result = Refreshed(
            listed=len(run.addresses),
            refused=run.refused,
            read=run.read,
            drained=run.drained,
            examined=examined.makers,
            entered=examined.entered,
            complete=done == len(addresses) and not examined.left,
        )
        _log.info("refreshed", extra={"done": asdict(result)})
        return result

    async def _ask(self, run: _Run, source: PoolList, before: int | None, *, believed: bool) -> None:
        """Take a list's pools, unless they cannot be believed: then what is known stays as it is."""
        try:
            pools = await source.pools()
            _doubt(len(pools), before, believed=believed)
        except (SourceRefused, SourceUnavailable) as error:
            await self._refuse(run, source.source, error)
            return
        await self._store.accept(source.source, len(pools), self._clock.now())
        run.listed.update((pool.address, pool.tvl_usd) for pool in pools)
        run.addresses.update(run.listed)

    async def _ask_node(self, run: _Run, chain: ExchangePools, before: int | None, *, believed: bool) -> None:
        try:
            addresses = await chain.listed()
            _doubt(len(addresses), before, believed=believed)
        except ChainRefused:
            # Many do not answer this; the exchange's list and what is known have to do.
            self._metrics.count("PoolDiscoveryFailures")
            return
        except SourceRefused as error:
            await self._refuse(run, CHAIN, error)
            return
        await self._store.accept(CHAIN, len(addresses), self._clock.now())
        run.addresses.update(addresses)

    async def _refuse(self, run: _Run, source: str, error: SourceRefused | SourceUnavailable) -> None:
        _log.warning("list not taken", extra={"source": source, "reason": str(error)})
        refused = isinstance(error, SourceRefused)
        self._metrics.count("ListSourcesRefused" if refused else "ListSourcesUnavailable")
        await self._store.refuse(source, str(error), self._clock.now())
        run.refused += 1

    async def _read(self, run: _Run, chain: ExchangePools, addresses: Sequence[str]) -> None:
        pools, most = await asyncio.gather(chain.read(addresses), self._store.most(addresses))
        drained = {pool.address for pool in pools if pool.is_drained(self._money, most.get(pool.address, 0))}
        listed = {address: run.listed[address] for address in addresses if address in run.listed}
        await self._store.keep(pools, drained, listed, self._clock.now())
        run.read += len(pools)
        run.drained += len(drained)
        self._metrics.count("PoolsRead", len(pools))
        # An address that is no pool of the exchange is nothing, whoever lists it.
        self._metrics.count("PoolsUnreadable", len(addresses) - len(pools))


def _doubt(count: int, before: int | None, *, believed: bool) -> None:
    if before is not None and count < before * SHRUNK and not believed:
        raise SourceRefused(f"{count} pools where there were {before}")
