"""The record of all Bot API calls, without the token."""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field

from telegram_double.fields import Json

_SIZE = 100_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method.

    Attributes:
        seq: Number of the call, from 1.
        arguments: As received, decoded; uploads as ``{"file_name", "size"}``.
        started_at: Wall-clock times, seconds since 1970.
        status: HTTP status of the answer; None if a switched fault left the call without one.
        description: Why it was refused; None for a success.
        executed: It had its effect (a fault may hide that from the bot).
        via: "http", or "webhook" for a method in the webhook's answer.
    """

    seq: int
    method: str
    arguments: Json
    started_at: float
    finished_at: float
    status: int | None
    description: str | None
    executed: bool
    via: str

    def wire(self) -> Json:
        """As JSON."""
        return asdict(self)


@dataclass(slots=True)
class Journal:
    """The latest 100,000 calls and counters of all."""

    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=_SIZE))
    seq: int = 0
    by_method: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)

    def record(self, call: Call) -> None:
        """Adds a call."""
        self.calls.append(call)
        self.by_method[call.method] += 1
        self.by_status[str(call.status)] += 1

    def next_seq(self) -> int:
        """The number of a call that starts now."""
        self.seq += 1
        return self.seq

    def select(self, *, since: int = 0, method: str | None = None, status: int | None = None) -> list[Call]:
        """Calls behind a number, of one method (any case) or status."""
        return [
            call
            for call in self.calls
            if call.seq > since
            and (method is None or call.method.lower() == method.lower())
            and (status is None or call.status == status)
        ]
