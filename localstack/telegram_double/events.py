"""What happened, in order, for the chat page and for tests that wait."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something a watcher of the double may want to see.

    Attributes:
        seq: Position in the order of all events, from 1; a cursor.
        kind: message, edit, delete, chat, action, callback_answer, commands, reaction, pin, alert or reset.
        data: What the page needs to show it.
    """

    seq: int
    kind: str
    data: dict[str, Any]


@dataclass(slots=True)
class EventLog:
    """The latest events and a way to wait for the next."""

    seq: int = 0
    _events: deque[Event] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, kind: str, **data: object) -> int:
        """Appends an event and wakes everybody who waits. Returns its ``seq``."""
        self.seq += 1
        self._events.append(Event(self.seq, kind, data))
        self._changed.set()
        self._changed = asyncio.Event()
        return self.seq

    def since(self, seq: int) -> list[Event]:
        """Events behind the cursor, oldest first (at most the latest 10,000 are kept)."""
        fresh = list(takewhile(lambda event: event.seq > seq, reversed(self._events)))
        return fresh[::-1]

    async def wait_beyond(self, seq: int) -> None:
        """Returns when there is an event behind the cursor."""
        while self.seq <= seq:
            await self._changed.wait()
