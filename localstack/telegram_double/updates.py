"""Updates on their way to the bot: the queue behind getUpdates and the webhook."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from telegram_double.clock import Clock
from telegram_double.fields import Json
from telegram_double.policy import Policy

UPDATE_KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
)
_ONLY_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}
_FIRST_UPDATE_ID = 100_000_001


@dataclass(slots=True)
class Update:
    """One update and how its delivery goes.

    Attributes:
        kind: The field of the Update object that is set.
        payload: The object in it.
        queue: Updates with the same key are delivered one after the other.
        expires_at: Time of the double's clock after which it is dropped.
        delay_s: Telegram's retry delay so far.
        wakeup_at: Time of the double's clock of the next attempt.
        in_flight: Is being sent, so its fate is decided by the answer.
    """

    id: int
    kind: str
    payload: object
    queue: str
    expires_at: float
    created_at: float
    wakeup_at: float
    delay_s: int = 1
    failures: int = 0
    repeats: int = 0
    in_flight: bool = False

    def wire(self) -> Json:
        """The Update object."""
        return {"update_id": self.id, self.kind: self.payload}


@dataclass(frozen=True, slots=True)
class Webhook:
    """What setWebhook was told."""

    url: str
    secret_token: str | None
    max_connections: int
    ip_address: str | None = None


@dataclass(slots=True)
class UpdateQueue:
    """Pending updates in order, with the bot's choice of kinds and its webhook."""

    clock: Clock
    policy: Policy
    webhook: Webhook | None = None
    allowed: list[str] | None = None
    last_error_at: float | None = None
    last_error: str = ""
    next_id: int = _FIRST_UPDATE_ID
    created: int = 0
    expired: int = 0
    repeat_next: int = 0
    _pending: dict[int, Update] = field(default_factory=dict)
    _queues: dict[str, deque[Update]] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, kind: str, payload: object, queue: str, lifetime_s: float | None = None) -> Update | None:
        """Queues an update; None if the bot did not ask for its kind."""
        if self.allowed is not None and kind not in self.allowed:
            return None
        if self.allowed is None and kind in _ONLY_ON_REQUEST:
            return None
        now = self.clock.now()
        update = Update(
            id=self.next_id,
            kind=kind,
            payload=payload,
            queue=queue,
            expires_at=now + (self.policy.update_lifetime_s if lifetime_s is None else lifetime_s),
            created_at=time.time(),
            wakeup_at=now,
        )
        if self.repeat_next > 0:
            self.repeat_next -= 1
            update.repeats = 1
        self.next_id += 1
        self.created += 1
        self._pending[update.id] = update
        self._queues.setdefault(queue, deque()).append(update)
        self.wake()
        return update

    def allow(self, kinds: list[str] | None) -> None:
        """Sets the kinds; an empty list is the default choice, None changes nothing."""
        if kinds is not None:
            self.allowed = [kind for kind in kinds if kind in UPDATE_KINDS] or None

    def pending(self) -> list[Update]:
        """Updates that are neither confirmed nor expired, oldest first."""
        for update in list(self._pending.values()):
            self._drop_if_expired(update)
        return list(self._pending.values())

    def heads(self) -> list[Update]:
        """The first update of each queue."""
        heads = []
        for name, queue in list(self._queues.items()):
            while queue:
                self._drop_if_expired(queue[0])
                if queue[0].id in self._pending:
                    heads.append(queue[0])
                    break
                queue.popleft()
            else:
                del self._queues[name]
        return heads

    def _drop_if_expired(self, update: Update) -> None:
        if update.expires_at < self.clock.now() and not update.in_flight:
            self.expired += 1 if self._pending.pop(update.id, None) else 0

    def confirm(self, update_id: int) -> None:
        """Forgets an update that was delivered or given up."""
        self._pending.pop(update_id, None)

    def confirm_before(self, update_id: int) -> None:
        """Forgets all updates below a number, as getUpdates does with its offset."""
        self._pending = {number: update for number, update in self._pending.items() if number >= update_id}
        self.heads()

    def clear(self) -> None:
        """Drops all pending updates."""
        self._pending.clear()
        self._queues.clear()

    def wake(self) -> None:
        """Tells those who wait that something changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def changed(self) -> asyncio.Event:
        """Is set at the next change; take it before looking at the queue."""
        return self._changed
