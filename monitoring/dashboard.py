"""The dashboard: whom the system serves and with what, how fast, and how well it is."""

from collections.abc import Sequence
from typing import Final

from monitoring.panels import WINDOW, Colour, Kind, Panel, Query, Row, Threshold, Unit
from monitoring.rules import CACHE_HITS, ERRORS
from walletwatch.domain.alerts import AlertLimits

TITLE: Final = "X1 Wallet Watcher"
_LIMITS: Final = AlertLimits()
_QUANTILES: Final = (0.5, 0.95, 0.99)


def _rate(metric: str, labels: str = "", *, by: str = "") -> str:
    grouping = f" by ({by})" if by else ""
    return f"sum{grouping} (rate({metric}{labels}[{WINDOW}]))"


def _seldom(metric: str) -> str:
    """The rate of what may never have happened.

    A counter appears with its first event; before that it is 0 if counters can be read at all.
    """
    return f"{_rate(metric)} or 0 * sum(walletwatch_invocations_total)"


def _quantile(share: float, histogram: str, labels: str = "", *, by: str = "") -> str:
    kept = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({kept}) (rate({histogram}_bucket{labels}[{WINDOW}])))"


def _quantiles(histogram: str, labels: str = "", shares: Sequence[float] = _QUANTILES) -> Sequence[Query]:
    return [Query(_quantile(share, histogram, labels), f"p{share * 100:g}") for share in shares]


def _up_to(limit: float) -> Sequence[Threshold]:
    return Threshold(None, Colour.GOOD), Threshold(limit, Colour.BAD)


def _count(title: str, says: str, metric: str) -> Panel:
    return Panel(
        title,
        says,
        [Query(f"sum({metric})", title)],
        width=4,
        kind=Kind.NUMBER,
        limits=[Threshold(None, Colour.NEUTRAL)],
    )


_HEALTH_NAMES: Final = (
    (1.0, "healthy", Colour.GOOD),
    (0.5, "degraded", Colour.WARNING),
    (0.0, "unhealthy", Colour.BAD),
)

SYSTEM: Final = Row(
    "System",
    [
        Panel(
            "Health",
            "Of the worst component; GET /health says the same.",
            [Query("min(walletwatch_component_health)", "health")],
            width=4,
            kind=Kind.NUMBER,
            names=_HEALTH_NAMES,
        ),
        _count("Users", "Users that ever spoke to the bot.", "walletwatch_users"),
        _count("Chats", "Chats that are written to.", "walletwatch_chats"),
        _count("Wallets", "Wallets that at least one chat watches.", "walletwatch_wallets"),
        _count("Subscriptions", "Watches of all chats.", "walletwatch_subscriptions"),
        _count("Instances", "Lambda environments that reported lately.", "walletwatch_instances"),
        Panel(
            "Active instances",
            "Lambda environments that reported lately. A function at its maximum concurrency is flat on top.",
            [Query("sum by (function) (walletwatch_instances)", "{function}")],
            width=8,
            stacked=True,
        ),
        Panel(
            "Requests",
            "Invocations that ended, each second. Watchers run once a minute, consumers take batches.",
            [Query(_rate("walletwatch_invocations_total", by="function"), "{function}")],
            width=8,
            unit=Unit.PER_SECOND,
            stacked=True,
        ),
        Panel(
            "Error rate",
            "Share of the last five minutes' work that failed: records that are shown again, handlers and "
            "invocations that failed. An alert above the line.",
            [Query(ERRORS, "of all work")],
            width=8,
            unit=Unit.SHARE,
            limits=_up_to(_LIMITS.error_share),
        ),
        Panel(
            "Memory",
            "What the fullest environment of each function uses of what it may. An alert above the line.",
            [
                Query(
                    "max by (function) (walletwatch_instance_memory_bytes"
                    " / walletwatch_instance_memory_limit_bytes)",
                    "{function}",
                )
            ],
            width=8,
            unit=Unit.SHARE,
            limits=_up_to(_LIMITS.memory),
            maximum=1,
        ),
        Panel(
            "Cold starts",
            "Environments that began, each second. Many of them in the webhook are slow answers to people.",
            [Query(_rate("walletwatch_cold_starts_total", by="function"), "{function}")],
            width=8,
            unit=Unit.PER_SECOND,
            stacked=True,
        ),
        Panel(
            "Users and wallets",
            "Whom the system serves, over time.",
            [
                Query("sum(walletwatch_users)", "users"),
                Query("sum(walletwatch_wallets)", "wallets"),
                Query("sum(walletwatch_subscriptions)", "subscriptions"),
            ],
            width=8,
        ),
    ],
)

PERFORMANCE: Final = Row(
    "Performance",
    [
        Panel(
            "From block to message",
            "From the block of an activity to Telegram's acceptance of its message. An alert where p95 is "
            "above the line.",
            _quantiles("walletwatch_delivery_latency_seconds", shares=(0.5, 0.95)),
            width=8,
            unit=Unit.SECONDS,
            limits=_up_to(_LIMITS.delivery.total_seconds()),
        ),
        Panel(
            "Answer to a person",
            "How long the webhook works on an update.",
            _quantiles("walletwatch_invocation_latency_seconds", '{function="webhook"}'),
            width=8,
            unit=Unit.SECONDS,
        ),
        Panel(
            "Invocations, p95",
            "Of each function that answers or consumes; watchers run for their whole minute on purpose.",
            [
                Query(
                    _quantile(
                        0.95,
                        "walletwatch_invocation_latency_seconds",
                        '{function!~"sweep|stream"}',
                        by="function",
                    ),
                    "{function}",
                )
            ],
            width=8,
            unit=Unit.SECONDS,
        ),
        Panel(
            "Queues: throughput",
            "Records taken from the queues, each second, by the function that takes them.",
            [Query(_rate("walletwatch_records_total", by="function"), "{function}")],
            width=8,
            unit=Unit.PER_SECOND,
        ),
        Panel(
            "Queues: depth",
            "Messages that wait, or are being worked on. It grows where the throughput is not enough.",
            [
                Query('sum by (queue) (walletwatch_queue_messages{state="visible"})', "{queue}"),
                Query('sum by (queue) (walletwatch_queue_messages{state="in_flight"})', "{queue} in flight"),
            ],
            width=8,
        ),
        Panel(
            "Queues: age",
            "How long the records that were taken lately had waited at most; no line where some wait and "
            "none is taken.",
            [Query("max by (queue) (walletwatch_queue_age_seconds)", "{queue}")],
            width=8,
            unit=Unit.SECONDS,
        ),
        Panel(
            "Cache hit rate",
            "Share of reads that found something, over five minutes; no line without reads. An alert below "
            "the line.",
            [Query(CACHE_HITS, "of reads")],
            width=8,
            unit=Unit.SHARE,
            limits=[Threshold(None, Colour.BAD), Threshold(_LIMITS.cache_hit_share, Colour.GOOD)],
            maximum=1,
        ),
        Panel(
            "Stores: round trip",
            "As the health function sees it; no line for one that does not answer.",
            [
                Query("max(walletwatch_redis_latency_seconds)", "Redis"),
                Query("max(walletwatch_database_latency_seconds)", "PostgreSQL"),
            ],
            width=8,
            unit=Unit.SECONDS,
        ),
        Panel(
            "RPC: exchanges",
            "How long one HTTP exchange with a node takes.",
            _quantiles("walletwatch_rpc_latency_seconds"),
            width=8,
            unit=Unit.SECONDS,
        ),
        Panel(
            "RPC: connections",
            "Of the busiest environment: connections in use and its limit; of all: calls that wait for one.",
            [
                Query("max(walletwatch_rpc_connections_in_use)", "in use"),
                Query("max(walletwatch_rpc_connections_limit)", "limit"),
                Query("max(walletwatch_rpc_waiting)", "waiting"),
            ],
            width=8,
        ),
        Panel(
            "RPC: calls",
            "JSON-RPC calls as providers bill them, and the HTTP requests they come in.",
            [
                Query(_rate("walletwatch_rpc_calls_total"), "calls"),
                Query(_rate("walletwatch_rpc_requests_total"), "requests"),
            ],
            width=8,
            unit=Unit.PER_SECOND,
        ),
        Panel(
            "RPC: hedges",
            "Slow reads for which a second endpoint was asked, and those where it was faster.",
            [
                Query(_seldom("walletwatch_rpc_hedges_total"), "asked"),
                Query(_seldom("walletwatch_rpc_hedges_won_total"), "won"),
            ],
            width=8,
            unit=Unit.PER_SECOND,
        ),
    ],
)

HEALTH: Final = Row(
    "Health",
    [
        Panel(
            "Components",
            "As GET /health judges them.",
            [Query("min by (component) (walletwatch_component_health)", "{component}")],
            width=12,
            kind=Kind.STATES,
            names=_HEALTH_NAMES,
        ),
        Panel(
            "RPC endpoints",
            "Whether most environments ask an endpoint; those with an open circuit breaker are not asked.",
            [Query("min by (endpoint) (walletwatch_rpc_endpoint_up)", "{endpoint}")],
            width=6,
            kind=Kind.STATES,
            names=[(1.0, "up", Colour.GOOD), (0.0, "down", Colour.BAD)],
        ),
        Panel(
            "Open alerts",
            "Alerts that are not over, by level; /sysalerts tells them.",
            [Query("sum by (level) (walletwatch_alerts)", "{level}")],
            width=6,
            kind=Kind.NUMBER,
            limits=[Threshold(None, Colour.GOOD), Threshold(1, Colour.WARNING)],
        ),
        Panel(
            "Watcher behind",
            "For how long the watcher that is ahead has not looked at the newest block, and when every "
            "account was looked at last. An alert above the line.",
            [
                Query("max(walletwatch_watcher_behind_seconds)", "watcher"),
                Query("max(walletwatch_sweep_age_seconds)", "sweep"),
            ],
            width=8,
            unit=Unit.SECONDS,
            limits=_up_to(_LIMITS.behind.total_seconds()),
        ),
        Panel(
            "Blocks behind",
            "Slots between the chain's newest block and the last one looked at.",
            [Query("max(walletwatch_watcher_behind_blocks)", "blocks")],
            width=8,
        ),
        Panel(
            "Dead letters",
            "Messages that failed in every try, and wait for /retryfailed.",
            [Query('sum by (queue) (walletwatch_queue_messages{state="dead"})', "{queue}")],
            width=8,
            stacked=True,
        ),
        Panel(
            "Telegram",
            "Messages that Telegram accepted, its rate limits (429), and sends that it did not take for now.",
            [
                Query(_rate("walletwatch_notifications_sent_total"), "sent"),
                Query(_seldom("walletwatch_telegram_rate_limited_total"), "429"),
                Query(_seldom("walletwatch_deliveries_postponed_total"), "postponed"),
            ],
            width=8,
            unit=Unit.PER_SECOND,
        ),
        Panel(
            "Updates kept by Telegram",
            "Updates that Telegram could not deliver yet: the webhook fails, or is slower than people write.",
            [Query("max(walletwatch_telegram_pending_updates)", "pending")],
            width=8,
        ),
        Panel(
            "RPC: faults",
            "Rate limits, calls that no try answered, and circuit breakers that opened.",
            [
                Query(_seldom("walletwatch_rpc_rate_limited_total"), "rate limited"),
                Query(_seldom("walletwatch_rpc_failures_total"), "failed"),
                Query(_seldom("walletwatch_rpc_breaker_openings_total"), "breakers opened"),
            ],
            width=8,
            unit=Unit.PER_SECOND,
        ),
        Panel(
            "Records that failed",
            "Shown again: for the time being (an outage), or by an error of ours: these become dead letters.",
            [
                Query(_seldom("walletwatch_records_retried_total"), "for now"),
                Query(_seldom("walletwatch_records_failed_total"), "by an error"),
            ],
            width=8,
            unit=Unit.PER_SECOND,
        ),
        Panel(
            "Valid for",
            "Time until a certificate or a secret expires. An alert below the line.",
            [Query("min by (name) (walletwatch_expiry_timestamp_seconds) - time()", "{name}")],
            width=8,
            unit=Unit.SECONDS,
            limits=[
                Threshold(None, Colour.BAD),
                Threshold(_LIMITS.expiry.total_seconds(), Colour.GOOD),
            ],
        ),
        Panel(
            "Scrapes",
            "Whether Prometheus gets an answer from GET /metrics. Without one everything here ends.",
            [Query("min(up)", "answered")],
            width=8,
            kind=Kind.STATES,
            names=[(1.0, "answered", Colour.GOOD), (0.0, "failed", Colour.BAD)],
        ),
    ],
)

ROWS: Final = (SYSTEM, PERFORMANCE, HEALTH)
