"""Looking into makers of pools whose liquidity is gone, and warning of those who took it, again and again.

Nobody is warned of because a pool is empty: only because the chain shows that the maker of several tokens
took their liquidity soon after, and did not put it back. That is what scans call a pull.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.pulling import SERIAL, Pull, pulls
from walletwatch.domain.lists import MAX_REASON, ListEntry, ListKind
from walletwatch.domain.pools import POOLS, PoolPull, Suspect
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.listing import ExchangePools, PoolCreators
from walletwatch.ports.scanning import AddressLists
from walletwatch.services.looking_again import LookingAgain

MAKERS_A_RUN: Final = 20
TOKENS_OF_A_MAKER: Final = 12
POOLS_OF_A_MAKER: Final = 50
"""From so many on, the pools of somebody's tokens are not all known, and liquidity may be in another one."""

_SHARE: Final = Decimal("0.0001")
_log = logging.getLogger("walletwatch.refreshing")


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of it.

    Attributes:
        makers: Who were looked into.
        entered: Of whom people are warned since.
        left: Whether somebody waits for the next run.
    """

    makers: int
    entered: int
    left: bool


class PoolSuspects:
    """Looks into makers, a few in each run, the longest waiting first.

    Args:
        ordinary: Tokens that nobody is suspected for: money, and what the chain profile lists.
        known: Addresses that are no person's.
    """

    def __init__(
        self,
        store: PoolCreators,
        lists: AddressLists,
        again: LookingAgain,
        clock: Clock,
        metrics: Metrics,
        *,
        ordinary: Collection[str],
        known: Collection[str],
    ) -> None:
        self._store = store
        self._lists = lists
        self._again = again
        self._clock = clock
        self._metrics = metrics
        self._ordinary = ordinary
        self._known = known

    async def examine(self, chain: ExchangePools, may_go_on: Callable[[], Awaitable[bool]]) -> Examined:
        """Look into those who wait.

        Args:
            chain: Where to look.
            may_go_on: Asked before each of them.
        """
        waiting = await self._store.suspects(money=self._ordinary, least=SERIAL, limit=MAKERS_A_RUN + 1)
        makers = entered = 0
        for suspect in waiting[:MAKERS_A_RUN]:
            if not await may_go_on():
                break
            found = await self._pulls(chain, suspect)
            if found is None:
                # The node could not say: they are asked about again, after all others.
                await self._store.postpone(suspect.creator, self._clock.now())
                continue
            if len(found) >= SERIAL and await self._warn(suspect.creator, found):
                entered += 1
            # Last of all: whoever is killed before it is looked into again.
            await self._store.examined(suspect.creator, [_noted(pull) for pull in found], self._clock.now())
            makers += 1
        self._metrics.count("PoolMakersExamined", makers)
        return Examined(makers, entered, left=makers < len(waiting))

    async def _pulls(self, chain: ExchangePools, suspect: Suspect) -> Sequence[Pull] | None:
        """What somebody pulled soon after he made it; None where that has to be asked again."""
        if suspect.creator in self._known:
            return ()
        mints = suspect.mints[:TOKENS_OF_A_MAKER]
        pools = await self._store.pools_of(mints)
        if len(pools) >= POOLS_OF_A_MAKER:
            return ()
        deeds = await chain.deeds(suspect.creator, mints, pools)
        if isinstance(deeds, Unknown):
            return None if deeds.reason is UnknownReason.UNAVAILABLE else ()
        return [pull for pull in pulls(deeds) if pull.soon]

    async def _warn(self, creator: str, found: Sequence[Pull]) -> bool:
        entries = await self._lists.entries([creator])
        if any(each.kind is not ListKind.BLOCK or each.source == POOLS for each in entries):
            return False
        tokens = ", ".join(pull.token.mint for pull in found)
        reason = f"Made {len(found)} tokens and soon took their liquidity out: {tokens}"
        # First, since the looks come minutes later and find the entry by then; after a run that is killed in
        # between they find nothing, and are asked for again.
        await self._again.at(creator)
        entry = ListEntry(creator, ListKind.BLOCK, POOLS, reason[:MAX_REASON], self._clock.now())
        entered = await self._lists.warn(entry)
        if entered:
            _log.info("maker entered", extra={"creator": creator, "tokens": len(found)})
            self._metrics.count("PoolMakersEntered")
        return entered


def _noted(pull: Pull) -> PoolPull:
    last = next(removal for removal in reversed(pull.removals) if removal.drain is not None)
    share = pull.share.quantize(_SHARE)
    return PoolPull(pull.token.mint, last.deed.signature, last.deed.slot, share, pull.soon)
