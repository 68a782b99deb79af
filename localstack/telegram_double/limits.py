"""Telegram's flood control."""

import math
from dataclasses import dataclass, field

from telegram_double.clock import Clock
from telegram_double.errors import too_many_requests
from telegram_double.policy import Policy

_ROUNDING_S = 1e-9


@dataclass(slots=True)
class _Bucket:
    capacity: float
    per_second: float
    level: float
    filled_at: float

    def wait(self, cost: float, now: float) -> float:
        """Seconds until ``cost`` can be taken; 0 if now."""
        self.level = min(self.capacity, self.level + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        return max(0.0, (min(cost, self.capacity) - self.level) / self.per_second)

    def take(self, cost: float) -> None:
        self.level -= cost


@dataclass(slots=True)
class FloodControl:
    """Token buckets: one for the bot, one a chat, and a slower one a group.

    A call that would overdraw any of them takes nothing and is answered 429.
    """

    clock: Clock
    policy: Policy
    _overall: _Bucket | None = None
    _chats: dict[int, list[_Bucket]] = field(default_factory=dict)

    def charge(self, chat_id: int, *, group: bool, units: int) -> None:
        """Counts one message or edit.

        Args:
            chat_id: Where it goes.
            group: The chat is a group, supergroup or channel.
            units: Length of its text in UTF-16 units; long ones cost more.

        Raises:
            ApiError: 429 with ``retry_after``.
        """
        cost = self.policy.long_message_cost if units > self.policy.long_message_units else 1
        now = self.clock.now()
        if self._overall is None:
            self._overall = _bucket(self.policy.overall_burst, self.policy.overall_per_second, now)
        buckets = [self._overall, *self._chat_buckets(chat_id, group, now)]
        wait = max(bucket.wait(cost, now) for bucket in buckets)
        if wait > _ROUNDING_S:
            raise too_many_requests(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.take(cost)

    def _chat_buckets(self, chat_id: int, group: bool, now: float) -> list[_Bucket]:
        if chat_id not in self._chats:
            buckets = [_bucket(self.policy.chat_burst, self.policy.chat_per_second, now)]
            if group:
                buckets.append(_bucket(self.policy.group_burst, self.policy.group_per_minute / 60, now))
            self._chats[chat_id] = buckets
        return self._chats[chat_id]


def _bucket(capacity: float, per_second: float, now: float) -> _Bucket:
    return _Bucket(capacity, per_second, capacity, now)
