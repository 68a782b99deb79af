"""What administrators are shown of the running system in figures, and of what was done to it."""

from collections.abc import Iterator
from typing import Final

from walletwatch.bot.formatting import whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.system_alerts import duration, moment
from walletwatch.domain.administration import AuditEntry
from walletwatch.domain.health import Health, HealthReport
from walletwatch.domain.telemetry import Tally
from walletwatch.domain.vitals import Lost, StoreVitals, Vitals
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.administering import AuditPage

ICONS: Final = {Health.HEALTHY: "🟢", Health.DEGRADED: "🟡", Health.UNHEALTHY: "🔴"}
UNKNOWN: Final = "?"
MEGABYTE: Final = 2**20
COUNTED: Final = {
    "answers": ("UpdatesHandled", "UpdatesLimited", "HandlerErrors", "AnswersRefused"),
    "watching": ("AccountsSwept", "Activities", "RpcCalls", "RpcFailures"),
    "telling": ("NotificationsSent", "DeliveriesPostponed", "TelegramRateLimited", "MessagesRefused"),
    "work": ("Records", "RecordsRetried", "RecordsFailed", "InvocationFailures"),
    "cache": ("CacheHits", "CacheMisses", "CacheFailures"),
}
"""The most important counts, by what they are about."""
TIMED: Final = ("InvocationLatency", "QueueWait", "DeliveryLatency", "RpcLatency")


def health(report: HealthReport, vitals: Vitals, say: Texts) -> RenderedMessage:
    """What GET /health tells operators."""
    figures = {
        "redis": _redis,
        "database": _database,
        "rpc": _rpc,
        "queues": _queues,
        "watcher": _watchers,
        "telegram": _telegram,
        "memory": _memory,
    }
    lines = [say(f"admin.panel.{report.status.value}", icon=ICONS[report.status])]
    for name, state in report.components.items():
        lines.append(say("admin.health.part", icon=ICONS[state], name=say(f"admin.part.{name}")))
        lines += [Html(f"   {line}") for line in figures[name](vitals, say)]
    lines.append(say("admin.health.at", at=moment(vitals.at)))
    return RenderedMessage(join_lines(lines), (_back("health", say),))


def metrics(recent: Tally | None, total: Tally | None, say: Texts) -> RenderedMessage:
    """The most important counts: of the last minutes, and ever."""
    if recent is None or total is None:
        return RenderedMessage(say("admin.uncounted"), (_back("metrics", say),))
    lines = [say("admin.metrics.title")]
    for group, names in COUNTED.items():
        lines += [Html(""), say(f"admin.metrics.{group}")]
        lines += [
            say(
                "admin.metrics.line",
                name=name,
                recent=whole(recent.of(name), say),
                total=whole(total.of(name), say),
            )
            for name in names
        ]
    lines += [Html(""), say("admin.metrics.times")]
    for name in TIMED:
        found = recent.histogram(name)
        lines.append(
            say(
                "admin.metrics.time",
                name=name,
                half=_seconds(found.quantile(0.5)),
                most=_seconds(found.quantile(0.95)),
            )
        )
    return RenderedMessage(join_lines(lines), (_back("metrics", say),))


def ask_clear(prefix: str, data: str, say: Texts) -> RenderedMessage:
    """A question before what is cached is forgotten."""
    question = say("admin.clear.ask", prefix=prefix) if prefix else say("admin.clear.ask_all")
    rows = (
        (button(say("button.confirm_clear"), Action.CLEAR_CONFIRMED, data),),
        (button(say("button.leave"), Action.ADMIN, "cache"),),
    )
    return RenderedMessage(question, rows)


def cleared(count: int, say: Texts) -> RenderedMessage:
    """What was forgotten."""
    return RenderedMessage(say("admin.clear.done", count=count), (_back("cache", say),))


def audit(page: AuditPage, say: Texts) -> RenderedMessage:
    """What administrators did, newest first."""
    query = page.query
    of = query.action if query.action is not None else query.user_id
    lines = [say("admin.audit.title") if of is None else say("admin.audit.of", of=of)]
    lines += [_entry(entry, say) for entry in page.entries]
    if not page.entries:
        lines.append(say("admin.audit.empty"))
    html = join_lines(lines)
    # What is too long for a message is on the next page.
    shown = page.entries[: html.count("\n")]
    user_id = "" if query.user_id is None else query.user_id
    rows: list[tuple[Button, ...]] = []
    turns = []
    if query.before is not None:
        turns.append(button(say("button.newest"), Action.AUDIT, f".{user_id}.{query.action or ''}"))
    if page.more or len(shown) < len(page.entries):
        before = shown[-1].id
        turns.append(button(say("button.older"), Action.AUDIT, f"{before}.{user_id}.{query.action or ''}"))
    if turns:
        rows.append(tuple(turns))
    rows.append(_back("audit", say))
    return RenderedMessage(html, tuple(rows))


def _entry(entry: AuditEntry, say: Texts) -> Html:
    """One line, whatever was written."""
    told = (f"{name}: {value}" for name, value in entry.details.items() if value != "")
    details = " ".join(", ".join(told).split())
    return say(
        "admin.audit.line", at=moment(entry.at), user=entry.user_id, action=entry.action, details=details
    )


def _redis(vitals: Vitals, say: Texts) -> Iterator[Html]:
    yield _store(vitals.redis, say)


def _database(vitals: Vitals, say: Texts) -> Iterator[Html]:
    yield _store(vitals.database, say)


def _store(found: StoreVitals | Lost, say: Texts) -> Html:
    if isinstance(found, Lost):
        return say("admin.unreadable", error=found.error)
    return say("admin.health.latency", ms=f"{found.latency_ms:g}")


def _rpc(vitals: Vitals, say: Texts) -> Iterator[Html]:
    found = vitals.rpc
    if isinstance(found, Lost):
        yield say("admin.unreadable", error=found.error)
        return
    up = sum(endpoint.up for endpoint in found.endpoints)
    yield say(
        "admin.health.rpc",
        slot=whole(found.slot, say),
        ms=f"{found.latency_ms:g}",
        up=up,
        endpoints=len(found.endpoints),
    )


def _queues(vitals: Vitals, say: Texts) -> Iterator[Html]:
    if isinstance(vitals.queues, Lost):
        yield say("admin.unreadable", error=vitals.queues.error)
        return
    for each in vitals.queues:
        yield say(
            "admin.health.queue", name=each.name, visible=whole(each.visible, say), dead=whole(each.dead, say)
        )


def _watchers(vitals: Vitals, say: Texts) -> Iterator[Html]:
    if isinstance(vitals.watchers, Lost):
        yield say("admin.unreadable", error=vitals.watchers.error)
        return
    for each in vitals.watchers:
        behind = UNKNOWN if each.behind_seconds is None else duration(each.behind_seconds)
        blocks = UNKNOWN if each.behind_blocks is None else whole(each.behind_blocks, say)
        yield say("admin.health.watcher", name=each.name, behind=behind, blocks=blocks)


def _telegram(vitals: Vitals, say: Texts) -> Iterator[Html]:
    found = vitals.telegram
    if isinstance(found, Lost):
        yield say("admin.unreadable", error=found.error)
        return
    if not found.is_set:
        yield say("admin.health.no_webhook")
    yield say("admin.health.pending", count=found.pending_updates)
    if found.last_error is not None and found.last_error_at is not None:
        yield say("admin.health.last_error", at=moment(found.last_error_at), error=found.last_error)


def _memory(vitals: Vitals, say: Texts) -> Iterator[Html]:
    if isinstance(vitals.functions, Lost):
        yield say("admin.unreadable", error=vitals.functions.error)
        return
    for each in vitals.functions:
        limit = UNKNOWN if each.memory_limit_bytes is None else str(each.memory_limit_bytes // MEGABYTE)
        yield say(
            "admin.health.memory",
            function=each.function,
            count=each.instances,
            used=each.memory_bytes // MEGABYTE,
            limit=limit,
        )


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f} s"


def _back(name: str, say: Texts) -> tuple[Button, ...]:
    refresh = button(say("button.refresh"), Action.ADMIN, name)
    return refresh, button(say("button.panel"), Action.ADMIN, "panel")
