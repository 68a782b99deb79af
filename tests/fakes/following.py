"""The chain's blocks, their announcements and the follower's row, in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.outage import Outage
from tests.fakes.rows import Tables
from walletwatch.domain.chain import AnnouncedSlot, Block, Position
from walletwatch.domain.errors import BlockNotAvailable, ChainUnavailable, FencedOff, SlotSkipped
from walletwatch.domain.wallets import Progress, WatchedWallets
from walletwatch.ports.common import Clock


@dataclass
class FakeBlocks:
    """`ports.Blocks` over a chain that tests build; each block names its parent, as on a real one.

    Attributes:
        confirmed: The newest slot whose block is given out; None for all.
        lost: Slots whose blocks the node does not have any more.
    """

    blocks: dict[int, Block] = field(default_factory=dict)
    confirmed: int | None = None
    lost: set[int] = field(default_factory=set)
    down: bool = False
    asked: list[int] = field(default_factory=list)
    questions: int = 0

    def add(
        self, slot: int, *transactions: Mapping[str, Any], parent: int | None = None, fork: str = ""
    ) -> Block:
        """A block on the newest one, or on this parent."""
        if parent is None:
            parent = max((known for known in self.blocks if known < slot), default=slot - 1)
        before = self.blocks[parent].blockhash if parent in self.blocks else f"hash-{parent}"
        block = Block(slot, parent, f"hash-{slot}{fork}", before, transactions)
        self.blocks[slot] = block
        return block

    async def newest(self) -> int:
        self._check()
        return self._tip()

    async def slots_after(self, slot: int, limit: int) -> Sequence[int]:
        self._check()
        self.questions += 1
        known = sorted(number for number in self.blocks if slot < number <= self._tip())
        return known[:limit]

    async def block(self, slot: int) -> Block:
        self._check()
        self.asked.append(slot)
        if slot > self._tip():
            raise BlockNotAvailable("not yet")
        if slot not in self.blocks or slot in self.lost:
            raise SlotSkipped("skipped")
        return self.blocks[slot]

    def _tip(self) -> int:
        newest = max(self.blocks)
        return newest if self.confirmed is None else min(newest, self.confirmed)

    def _check(self) -> None:
        if self.down:
            raise ChainUnavailable("the fake chain is down")


@dataclass
class FakeFeed:
    """`ports.SlotFeed` over a list; waiting in vain lets other tasks run, and moves the clock."""

    clock: Clock
    news: list[AnnouncedSlot] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def announce(self, slot: int, parent: int) -> None:
        self.news.append(AnnouncedSlot(slot, parent))

    async def announced(self, patience: timedelta) -> Sequence[AnnouncedSlot]:
        self.asked.set()
        if not self.news:
            await asyncio.sleep(0)
            await self.clock.sleep(patience.total_seconds())
        news, self.news = self.news, []
        return news


@dataclass
class FakeFollowStore:
    """`ports.FollowStore` in memory. Its answers about who is watched always hold everybody."""

    tables: Tables
    outage: Outage
    clock: Clock

    async def take(self, token: int) -> Position | None:
        self.outage.check()
        self._fence(token)
        self.tables.follower.token = token
        return self.tables.follower.position

    async def begin(self, slot: int, token: int, since: datetime | None) -> WatchedWallets:
        self.outage.check()
        self._own(token)
        self.tables.follower.begun = max(self.tables.follower.begun or 0, slot)
        addresses = [row.address for row in self.tables.wallets.values() if self.tables.watched(row.id)]
        return WatchedWallets(addresses, self.clock.now())

    async def move(self, position: Position, token: int) -> None:
        self.outage.check()
        self._own(token)
        self.tables.follower.position = position
        self.tables.follower.progress = Progress(position.slot, self.clock.now())

    async def reached(self) -> int | None:
        self.outage.check()
        return self.tables.follower.begun

    def _fence(self, token: int) -> None:
        if token < self.tables.follower.token:
            raise FencedOff("somebody is newer")

    def _own(self, token: int) -> None:
        if token != self.tables.follower.token:
            raise FencedOff("somebody is newer")
