"""What is read of the running system: /health and /metrics show these facts, and alerts are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from walletwatch.domain.pools import SourceState


@dataclass(frozen=True, slots=True)
class Lost:
    """A part that could not be examined.

    Attributes:
        error: Name of the error's class; never its text, which may hold an address or a secret.
    """

    error: str


type Reading[T] = T | Lost


@dataclass(frozen=True, slots=True)
class StoreVitals:
    """Redis or PostgreSQL: how long a round trip takes."""

    latency_ms: float


@dataclass(frozen=True, slots=True)
class EndpointVitals:
    """One RPC endpoint, as the instances see it.

    Attributes:
        up: Whether most of them ask it.
        behind: Whether most of them find it behind.
        latency_ms: In the middle of theirs; None where none has an answer yet.
    """

    name: str
    up: bool
    behind: bool
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class RpcVitals:
    """The chain's RPC.

    Attributes:
        slot: The newest confirmed slot.
        latency_ms: Of asking for that.
        busy: Share of its connections that the busiest instance used, 0 to 1.
        limit: Connections of that instance.
        waiting: Calls of all instances that waited for a connection or a budget.
    """

    slot: int
    latency_ms: float
    busy: float
    limit: int
    waiting: int
    endpoints: tuple[EndpointVitals, ...]


@dataclass(frozen=True, slots=True)
class QueueVitals:
    """One queue and its dead-letter queue, in approximate numbers (SQS, GetQueueAttributes).

    Attributes:
        age_seconds: How long the last records waited at most; None where nothing was taken while some waited.
    """

    name: str
    visible: int
    in_flight: int
    delayed: int
    dead: int
    age_seconds: float | None


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How many messages a queue and its dead-letter queue have, about."""

    name: str
    visible: int
    in_flight: int
    delayed: int
    dead: int


@dataclass(frozen=True, slots=True)
class LastLook:
    """How far a watcher has come, and when; None before its first look."""

    name: str
    slot: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class WatcherVitals:
    """One of the two watchers.

    Attributes:
        behind_blocks: Slots it has yet to look at; None where that cannot be told.
        behind_seconds: For how long it has not looked at the newest; None before its first look.
    """

    name: str
    behind_blocks: int | None
    behind_seconds: float | None


@dataclass(frozen=True, slots=True)
class TelegramVitals:
    """What Telegram says of the webhook (Bot API, getWebhookInfo).

    Attributes:
        is_set: Whether updates are delivered to us at all.
        last_error_at: When a delivery last failed.
        last_error: What Telegram says of it.
    """

    is_set: bool
    pending_updates: int
    last_error_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class FunctionVitals:
    """The environments of one function.

    Attributes:
        memory_bytes: Of the fullest.
        memory_limit_bytes: None outside Lambda.
    """

    function: str
    instances: int
    memory_bytes: int
    memory_limit_bytes: int | None


@dataclass(frozen=True, slots=True)
class TrafficVitals:
    """What was counted in the last minutes.

    Attributes:
        work: Pieces of work that were tried: updates, records, and invocations that take neither.
        failures: Those that failed.
        deliveries: Messages of activities that Telegram accepted.
        delivery_p95_seconds: From a block to Telegram's acceptance, for 95 of 100; None without deliveries.
        rate_limited: Answers of Telegram that were a rate limit.
    """

    work: int
    failures: int
    cache_hits: int
    cache_misses: int
    deliveries: int
    delivery_p95_seconds: float | None
    rate_limited: int

    @property
    def error_share(self) -> float | None:
        """Failures in the work, 0 to 1; None without work."""
        return min(1.0, self.failures / self.work) if self.work else None

    @property
    def cache_hit_share(self) -> float | None:
        """Hits in the reads of the cache, 0 to 1; None without reads."""
        reads = self.cache_hits + self.cache_misses
        return self.cache_hits / reads if reads else None


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that stops being valid: a certificate, or a secret that is to be replaced."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Population:
    """Whom the system serves.

    Attributes:
        users: That ever spoke to the bot.
        chats: That are written to.
        wallets: That a chat watches.
        subscriptions: Watches of all chats.
        open_alerts: Alerts that are not over, by level.
    """

    users: int
    chats: int
    wallets: int
    subscriptions: int
    open_alerts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Vitals:
    """All that was read at one moment."""

    at: datetime
    redis: Reading[StoreVitals]
    database: Reading[StoreVitals]
    rpc: Reading[RpcVitals]
    queues: Reading[Sequence[QueueVitals]]
    watchers: Reading[Sequence[WatcherVitals]]
    telegram: Reading[TelegramVitals]
    functions: Reading[Sequence[FunctionVitals]]
    traffic: Reading[TrafficVitals]
    expiries: Reading[Sequence[Expiry]]
    population: Reading[Population]
    lists: Reading[Sequence[SourceState]] = ()
