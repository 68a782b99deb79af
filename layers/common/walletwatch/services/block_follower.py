"""Matching the chain's blocks, one after the other, against the watched wallets.

Each block names its parent, so a block is matched only after its parent was, and the position moves only
after the wallets of a block are queued. What cannot be had block by block any more is covered by looking at
the histories of all wallets instead.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Final

from walletwatch.domain.chain import Block, Position, SignatureInfo
from walletwatch.domain.errors import BlockNotAvailable, MalformedTransaction, SlotSkipped
from walletwatch.domain.slots import AnnouncedChain
from walletwatch.domain.work import BalanceCheck, CheckReason
from walletwatch.ports.chain import Blocks, Concerned, SlotFeed
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.queueing import Queues
from walletwatch.ports.watching import FollowStore
from walletwatch.services.transactions import Transactions

PARALLEL_BLOCKS: Final = 4
BLOCKS_PER_QUESTION: Final = 64
FEED_PATIENCE: Final = timedelta(seconds=1.2)
"""Three slots. A feed that is silent for longer does not stop the follower: it asks the node."""
PAUSE_SECONDS: Final = 0.1
MAX_LAG: Final = 64
PATIENT_BLOCKS: Final = 500
"""After so many blocks without one that was asked for too early, the follower comes closer again."""
MAX_FORK: Final = 64
"""Slots. A confirmed block is never given up on a healthy chain, and a finalized one never at all."""
TRANSACTIONS_PER_CHECK: Final = 200

_log = logging.getLogger("walletwatch.following")


class BlockFollower:
    """What one holder of the lease does and knows.

    Args:
        token: The lease's fencing token.
        concerned: Tells whom a transaction may concern.

    Attributes:
        slot: The last block whose wallets are queued.
        followed: How many blocks that were since the start.
    """

    def __init__(
        self,
        token: int,
        *,
        store: FollowStore,
        blocks: Blocks,
        feed: SlotFeed,
        transactions: Transactions,
        concerned: Concerned,
        queues: Queues,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self.followed = 0
        self.slot = 0
        self._token = token
        self._store = store
        self._blocks = blocks
        self._feed = feed
        self._transactions = transactions
        self._concerned = concerned
        self._queues = queues
        self._clock = clock
        self._metrics = metrics
        self._announced = AnnouncedChain()
        self._lag = 0
        self._blocks_since_lag = 0
        self._hashes: OrderedDict[int, str] = OrderedDict()
        self._left: Sequence[int] = ()
        self._wallets: set[str] = set()
        self._as_of: datetime | None = None

    async def start(self) -> None:
        """Begin where the last holder ended; where nobody was before, with the newest block."""
        position = await self._store.take(self._token)
        if position is not None:
            self._stand_at(position)
            return
        block = await self._blocks.block(await self._blocks.newest())
        # Whoever was watched before this is looked at once; from here on blocks tell.
        self.slot = block.slot
        await self._refresh(block.slot)
        await self._look_at_all(since=None)
        await self._finish(block)

    async def step(self) -> None:
        """Match the next few blocks that are there by now, or wait for the next one.

        A few only, so that the lease is renewed in time while there is much to catch up with.
        """
        slots = self._left or await self._next_slots()
        self._left = ()
        followed = self.followed
        answers = await asyncio.gather(
            *(self._blocks.block(slot) for slot in slots[:PARALLEL_BLOCKS]), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, SlotSkipped):
                # If this is not true, the next block's parent will say so.
                continue
            if isinstance(answer, BlockNotAvailable):
                await self._fall_back()
                return
            if isinstance(answer, BaseException):
                raise answer
            if answer.slot > self.slot:
                for block in await self._with_ancestors(answer):
                    await self._follow(block)
        self._left = slots[PARALLEL_BLOCKS:]
        if slots and not self._left and self.followed == followed:
            await self._clock.sleep(PAUSE_SECONDS)

    async def _next_slots(self) -> Sequence[int]:
        news = await self._feed.announced(timedelta(0))
        self._announced.announce(news)
        slots = self._announced.after(self.slot, lag=self._lag)
        if slots:
            return slots
        if slots is not None:
            news = await self._feed.announced(FEED_PATIENCE)
            self._announced.announce(news)
            if news:
                return self._announced.after(self.slot, lag=self._lag) or ()
        found = await self._blocks.slots_after(self.slot, BLOCKS_PER_QUESTION)
        self._metrics.count("SlotsAskedFor")
        if not found:
            # At the tip, and the feed is silent: the node decides how often there is something new.
            self._announced.announce(await self._feed.announced(FEED_PATIENCE))
        return found

    async def _fall_back(self) -> None:
        """A block was asked for before it was confirmed: keep a little more distance."""
        self._metrics.count("BlocksAskedTooEarly")
        self._lag = min(self._lag + 1, MAX_LAG)
        self._blocks_since_lag = 0
        await self._clock.sleep(PAUSE_SECONDS)

    async def _with_ancestors(self, block: Block) -> Sequence[Block]:
        """The block and those before it that were not matched yet, oldest first."""
        chain = [block]
        while not self._follows_known(chain[-1]):
            parent = chain[-1].parent_slot
            if len(chain) > MAX_FORK or parent < self.slot - MAX_FORK:
                await self._give_up_gap(block.slot)
                return [block]
            try:
                chain.append(await self._blocks.block(parent))
            except SlotSkipped:
                await self._give_up_gap(block.slot)
                return chain[::-1]
        if chain[-1].parent_slot != self.slot:
            self._metrics.count("ForksSeen")
            _log.warning("fork", extra={"slot": block.slot, "known": self.slot})
        return chain[::-1]

    def _follows_known(self, block: Block) -> bool:
        return self._hashes.get(block.parent_slot) == block.previous_blockhash

    async def _give_up_gap(self, until: int) -> None:
        """Blocks are gone for good: the histories of all wallets tell what was in them."""
        self._metrics.count("GapsLookedUp")
        _log.error("blocks are missing", extra={"after": self.slot, "until": until})
        await self._refresh(until)
        await self._look_at_all(since=self.slot - MAX_FORK)

    async def _follow(self, block: Block) -> None:
        started = self._clock.now()
        await self._refresh(block.slot)
        matches, results = self._match(block)
        if matches:
            await self._transactions.share(results)
            await self._queues.check(list(_checks(matches)))
        await self._finish(block)
        metrics, done = self._metrics, self._clock.now()
        metrics.count("BlocksFollowed")
        metrics.count("TransactionsMatched", len(results))
        metrics.milliseconds("BlockMatched", (done - started).total_seconds() * 1000)

    async def _refresh(self, slot: int) -> None:
        watched = await self._store.begin(slot, self._token, self._as_of)
        self._wallets.update(watched.addresses)
        self._as_of = watched.as_of

    def _match(
        self, block: Block
    ) -> tuple[Mapping[str, Sequence[SignatureInfo]], Mapping[str, Mapping[str, Any]]]:
        """The transactions of each watched wallet, and their results."""
        matches: dict[str, list[SignatureInfo]] = {}
        results: dict[str, Mapping[str, Any]] = {}
        for result in block.transactions:
            try:
                concerned = self._concerned(result) & self._wallets
            except MalformedTransaction as error:
                # It may be anybody's, so whoever is named anywhere in it is told that it is unreadable.
                concerned = frozenset(self._wallets.intersection(_texts(result)))
                self._metrics.count("UnreadableTransactions")
                _log.exception("unreadable transaction", extra={"slot": block.slot, "reason": str(error)})
            if not concerned:
                continue
            info = _info(result, block.slot)
            if info is None:
                # What has no signature cannot be told, nor looked for.
                _log.error("transaction without a signature", extra={"slot": block.slot})
                continue
            results[info.signature] = result
            for wallet in concerned:
                matches.setdefault(wallet, []).append(info)
        return matches, results

    async def _finish(self, block: Block) -> None:
        position = Position(block.slot, block.blockhash)
        await self._store.move(position, self._token)
        self._stand_at(position)
        self.followed += 1
        self._blocks_since_lag += 1
        if self._blocks_since_lag >= PATIENT_BLOCKS and self._lag:
            self._lag -= 1
            self._blocks_since_lag = 0

    def _stand_at(self, position: Position) -> None:
        self.slot = position.slot
        self._hashes[position.slot] = position.blockhash
        while len(self._hashes) > MAX_FORK:
            self._hashes.popitem(last=False)

    async def _look_at_all(self, *, since: int | None) -> None:
        checks = [
            BalanceCheck(wallet, CheckReason.GAP, since_slot=None if since is None else max(since, 0))
            for wallet in sorted(self._wallets)
        ]
        await self._queues.check(checks)


def _checks(matches: Mapping[str, Sequence[SignatureInfo]]) -> Iterable[BalanceCheck]:
    for wallet, transactions in matches.items():
        for part in batched(transactions, TRANSACTIONS_PER_CHECK, strict=False):
            yield BalanceCheck(wallet, CheckReason.IN_BLOCK, transactions=part)


def _info(result: Mapping[str, Any], slot: int) -> SignatureInfo | None:
    match result:
        case {"transaction": {"signatures": [str(signature), *_]}, **rest}:
            meta = rest.get("meta")
            return SignatureInfo(signature, slot, isinstance(meta, Mapping) and meta.get("err") is not None)
    return None


def _texts(value: Any) -> Iterable[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
