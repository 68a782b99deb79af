"""Telling many people something: written by an administrator, queued a few at a time, and reported on.

What is killed goes on: a step enters its page in the ledger and queues it before it moves on, so that it can
be repeated, and asks for the next one. Where there are too many steps, they meet at a page and become one.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from walletwatch.domain.broadcasts import (
    STEP,
    Audience,
    Broadcast,
    BroadcastState,
    Link,
    NewBroadcast,
    Outcome,
    broadcast_key,
)
from walletwatch.domain.errors import DeliveryUnavailable
from walletwatch.domain.work import BroadcastStep, Notification, Priority, RenderedMessage
from walletwatch.ports.broadcasting import Broadcasts, ProgressMessages
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.queueing import BroadcastQueues
from walletwatch.services.auditing import Auditing

STALLED: Final = timedelta(minutes=2)
"""A running broadcast that is overdue by so much has lost its next step."""
GIVEN_UP: Final = timedelta(hours=24)
"""After this the outcome is kept, whatever is still pending: a queue keeps a message for no longer."""
SHOWN: Final = 10

_log = logging.getLogger("walletwatch.broadcasting")

type RenderBroadcast = Callable[[Broadcast, str], RenderedMessage]
"""Makes the message for a reader of this language."""
type RenderProgress = Callable[["Standing"], RenderedMessage]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a broadcast is."""

    broadcast: Broadcast
    outcome: Outcome

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is on its way any more."""
        ended = self.broadcast.state in {BroadcastState.STOPPED, BroadcastState.DONE}
        return ended and not self.outcome.pending


class Broadcasting:
    """The use cases behind /broadcast. All of them are audited.

    Args:
        admins: Who runs the bot: an audience of their own, for trying.
    """

    def __init__(
        self,
        store: Broadcasts,
        queues: BroadcastQueues,
        auditing: Auditing,
        admins: Collection[int],
        clock: Clock,
    ) -> None:
        self._store = store
        self._queues = queues
        self._auditing = auditing
        self._admins = sorted(admins)
        self._clock = clock

    def audience(self, text: str) -> Audience:
        """The audience of this name.

        Raises:
            ValueError: There is none.
        """
        return Audience.read(text, self._admins)

    async def count(self, audience: Audience) -> int:
        """How many people are meant, about."""
        return await self._store.count(audience, self._clock.now())

    async def draft(self, audience: Audience, html: str, *, by: int) -> Broadcast:
        """Keep what was written; nothing is sent yet."""
        now = self._clock.now()
        expected = await self._store.count(audience, now)
        broadcast = await self._store.draft(NewBroadcast(by, audience, html, expected), now)
        await self._record(by, "draft", broadcast)
        return broadcast

    async def link(self, broadcast_id: int, link: Link, *, by: int) -> Broadcast | None:
        """Put a button below a draft; None where it is none, here and below."""
        return await self._recorded(by, "link", await self._store.change(broadcast_id, link=link))

    async def pace(self, broadcast_id: int, per_second: int, *, by: int) -> Broadcast | None:
        """Say how many messages of a draft are sent a second."""
        return await self._recorded(by, "pace", await self._store.change(broadcast_id, per_second=per_second))

    async def discard(self, broadcast_id: int, *, by: int) -> bool:
        """Forget a draft; whether it was one."""
        if await self.draft_of(broadcast_id) is None:
            return False
        await self._auditing.record(by, "broadcast", {"did": "discard", "broadcast": broadcast_id})
        return await self._store.discard(broadcast_id)

    async def start(self, broadcast_id: int, progress: tuple[int, int], *, by: int) -> Broadcast | None:
        """Send a draft; None where it is none, or was sent already. It is audited first: none is sent unseen.

        Args:
            broadcast_id: The draft.
            progress: The chat and the message that will tell how far it is.
            by: Who says so.
        """
        if await self._recorded(by, "start", await self.draft_of(broadcast_id)) is None:
            return None
        started = await self._store.start(broadcast_id, progress, self._clock.now())
        if started is not None:
            await self._queues.continue_broadcast(BroadcastStep(started.id, self._clock.now()))
        return started

    async def stop(self, broadcast_id: int, *, by: int) -> Broadcast | None:
        """Send nothing more of it; None where there is nothing left to stop."""
        return await self._recorded(by, "stop", await self._store.stop(broadcast_id, self._clock.now()))

    async def draft_of(self, broadcast_id: int) -> Broadcast | None:
        """A draft; None where it is none any more."""
        found = await self._store.find(broadcast_id)
        return found if found is not None and found.state is BroadcastState.DRAFT else None

    async def standing(self, broadcast_id: int) -> Standing | None:
        """How far it is; None where nothing of this number was begun. One that has come to a halt goes on."""
        broadcast = await self._store.find(broadcast_id)
        if broadcast is None or broadcast.state is BroadcastState.DRAFT:
            return None
        await _wake([broadcast], self._queues, self._clock)
        return Standing(broadcast, broadcast.outcome or await self._store.outcome(broadcast_id))

    async def newest(self) -> Sequence[Broadcast]:
        """Those that were begun, newest first."""
        return await self._store.newest(SHOWN)

    async def _recorded(self, by: int, did: str, broadcast: Broadcast | None) -> Broadcast | None:
        if broadcast is not None:
            await self._record(by, did, broadcast)
        return broadcast

    async def _record(self, by: int, did: str, broadcast: Broadcast) -> None:
        details: dict[str, str | int] = {
            "did": did,
            "broadcast": broadcast.id,
            "to": str(broadcast.audience),
            "expected": broadcast.expected,
            "rate": broadcast.per_second,
        }
        await self._auditing.record(by, "broadcast", details)


class BroadcastSteps:
    """Queues a broadcast's messages, page by page."""

    def __init__(
        self,
        store: Broadcasts,
        queues: BroadcastQueues,
        render: RenderBroadcast,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._queues = queues
        self._render = render
        self._clock = clock
        self._metrics = metrics

    async def run(self, step: BroadcastStep) -> None:
        """Queue the next page, and ask for the step after it. Safe to repeat.

        Raises:
            TransientError: To be tried again; what was queued is not told twice.
        """
        broadcast = await self._store.find(step.broadcast_id)
        if broadcast is None or broadcast.state is not BroadcastState.RUNNING:
            return
        now = self._clock.now()
        if broadcast.next_at is not None and broadcast.next_at > now:
            await self._queues.continue_broadcast(BroadcastStep(broadcast.id, broadcast.next_at))
            return
        page = await self._store.enter(broadcast, now)
        if page is None:
            return
        await self._queues.notify(
            [
                Notification(
                    broadcast_key(broadcast.id, recipient.chat_id),
                    recipient.chat_id,
                    self._render(broadcast, recipient.language),
                    now,
                    Priority.BULK,
                )
                for recipient in page.recipients
            ]
        )
        self._metrics.count("BroadcastsQueued", len(page.recipients))
        next_at = now + STEP
        if await self._store.advance(broadcast, page, next_at=next_at, at=now) and page.last is not None:
            await self._queues.continue_broadcast(BroadcastStep(broadcast.id, next_at))

    async def wake(self) -> int:
        """Ask for the steps of broadcasts that have come to a halt; how many there were."""
        return await _wake(await self._store.untold(), self._queues, self._clock)


class BroadcastReports:
    """Tells the administrators how far broadcasts are, by editing one message of each."""

    def __init__(
        self, store: Broadcasts, messages: ProgressMessages, render: RenderProgress, clock: Clock
    ) -> None:
        self._store = store
        self._messages = messages
        self._render = render
        self._clock = clock

    async def tell(self) -> int:
        """Tell how far they are, and keep the outcome of those that are over; how many are not."""
        left = 0
        for broadcast in await self._store.untold():
            standing = Standing(broadcast, await self._store.outcome(broadcast.id))
            ended = broadcast.ended_at
            over = standing.is_over or (ended is not None and self._clock.now() - ended > GIVEN_UP)
            if await self._told(standing) and over:
                await self._store.close(broadcast.id, standing.outcome)
            else:
                left += 1
        return left

    async def _told(self, standing: Standing) -> bool:
        if standing.broadcast.progress is None:
            return True
        chat_id, message_id = standing.broadcast.progress
        try:
            if not await self._messages.edit(chat_id, message_id, self._render(standing)):
                _log.warning("the message that tells a broadcast's progress is gone")
        except DeliveryUnavailable as error:
            _log.warning("a broadcast's progress waits to be told: %s", error)
            return False
        return True


async def _wake(broadcasts: Sequence[Broadcast], queues: BroadcastQueues, clock: Clock) -> int:
    now = clock.now()
    stalled = [
        each
        for each in broadcasts
        if each.state is BroadcastState.RUNNING and each.next_at is not None and each.next_at < now - STALLED
    ]
    for each in stalled:
        await queues.continue_broadcast(BroadcastStep(each.id, now))
    return len(stalled)
