"""What the administrators' commands show."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.system_alerts import duration, moment
from walletwatch.domain.administration import AuditEntry, Maintenance, Redriven
from walletwatch.domain.health import Health, HealthReport
from walletwatch.domain.pools import SourceState
from walletwatch.domain.telemetry import Instance, Tally
from walletwatch.domain.vitals import Lost, QueueVitals, Vitals
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.administering import Figures

HEALTH_ICONS: Final[Mapping[Health, str]] = {
    Health.HEALTHY: "🟢",
    Health.DEGRADED: "🟡",
    Health.UNHEALTHY: "🔴",
}
PANEL: Final = ("queues", "sysalerts", "rpc", "cache", "stats_all", "audit")
"""The commands that the panel has a button for."""
UNKNOWN: Final = "?"


def panel(
    report: HealthReport, vitals: Vitals, maintenance: Maintenance | None, say: Texts
) -> RenderedMessage:
    """The first look: how everything is, and the ways on."""
    lines = [say("admin.panel", icon=HEALTH_ICONS[report.status], status=report.status.value)]
    lines += [
        say("admin.component", icon=HEALTH_ICONS[health], name=say(f"admin.part.{name}"))
        for name, health in report.components.items()
    ]
    if not isinstance(vitals.population, Lost):
        lines += [Html(""), say("admin.people", **_people(vitals))]
    if not isinstance(vitals.lists, Lost):
        lines += [_list(each, vitals.at, say) for each in vitals.lists]
    if maintenance is not None:
        lines += [Html(""), _maintenance_line(maintenance, say)]
    buttons = [button(say(f"button.{name}"), Action.ADMIN, name) for name in PANEL]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    return RenderedMessage(
        join_lines(lines), (*rows, (button(say("button.refresh"), Action.ADMIN, "panel"),))
    )


def queues(vitals: Vitals, say: Texts) -> RenderedMessage:
    """Depth, age and failures of each queue, and ways to mend them."""
    if isinstance(vitals.queues, Lost):
        return RenderedMessage(say("admin.unreadable", error=vitals.queues.error))
    lines = [say("admin.queues.title")]
    rows: list[tuple[Button, ...]] = []
    for queue in vitals.queues:
        lines.append(_queue(queue, say))
        if queue.dead:
            rows.append(
                (
                    button(
                        say("button.retry_failed", queue=queue.name, count=queue.dead),
                        Action.RETRY_FAILED,
                        queue.name,
                    ),
                    button(say("button.purge", queue=queue.name), Action.PURGE, queue.name),
                )
            )
    rows.append((button(say("button.refresh"), Action.ADMIN, "queues"),))
    return RenderedMessage(join_lines(lines), tuple(rows))


def retried(done: Mapping[str, Redriven], say: Texts) -> RenderedMessage:
    """What came of moving failed messages back."""
    lines = [say("admin.retried.title", count=sum(each.moved for each in done.values()))]
    for queue, each in done.items():
        lines.append(
            say("admin.retried.line", queue=queue, moved=each.moved, passed=each.passed_over, left=each.left)
        )
    return RenderedMessage(join_lines(lines), ((button(say("button.queues"), Action.ADMIN, "queues"),),))


def ask_purge(queue: str, count: int, say: Texts) -> RenderedMessage:
    """A question before something is deleted for good."""
    rows = (
        (button(say("button.confirm_purge"), Action.PURGE_CONFIRMED, queue),),
        (button(say("button.keep_failed"), Action.ADMIN, "queues"),),
    )
    return RenderedMessage(say("admin.purge.ask", queue=queue, count=count), rows)


def rpc(vitals: Vitals, tally: Tally | None, say: Texts) -> RenderedMessage:
    """The endpoints as the instances see them, and what was asked of them."""
    lines = [say("admin.rpc.title")]
    found = vitals.rpc
    if isinstance(found, Lost):
        lines.append(say("admin.unreadable", error=found.error))
    else:
        lines.append(
            say(
                "admin.rpc.pool",
                slot=f"{found.slot:,}",
                latency=f"{found.latency_ms:g}",
                percent=round(found.busy * 100),
                limit=found.limit,
                waiting=found.waiting,
            )
        )
        for endpoint in found.endpoints:
            state = "down" if not endpoint.up else "behind" if endpoint.behind else "up"
            lines.append(
                say(
                    f"admin.rpc.endpoint.{state}",
                    name=endpoint.name,
                    latency=UNKNOWN if endpoint.latency_ms is None else f"{endpoint.latency_ms:g}",
                )
            )
    if tally is None:
        lines.append(say("admin.uncounted"))
    else:
        lines.append(
            say(
                "admin.rpc.calls",
                calls=tally.of("RpcCalls"),
                requests=tally.of("RpcRequests"),
                retries=tally.of("RpcRetries"),
                failures=tally.of("RpcFailures"),
                limited=tally.of("RpcRateLimited"),
                hedges=tally.of("RpcHedges"),
                p95=_seconds(tally.histogram("RpcLatency").quantile(0.95)),
            )
        )
    return RenderedMessage(join_lines(lines), ((button(say("button.refresh"), Action.ADMIN, "rpc"),),))


def cache(vitals: Vitals, say: Texts) -> RenderedMessage:
    """How Redis answers, and how much of what is asked of it is there."""
    lines = [say("admin.cache.title")]
    if isinstance(vitals.redis, Lost):
        lines.append(say("admin.cache.down", error=vitals.redis.error))
    else:
        lines.append(say("admin.cache.up", latency=f"{vitals.redis.latency_ms:g}"))
    if isinstance(vitals.traffic, Lost):
        lines.append(say("admin.unreadable", error=vitals.traffic.error))
    else:
        share = vitals.traffic.cache_hit_share
        lines.append(
            say(
                "admin.cache.reads",
                hits=vitals.traffic.cache_hits,
                misses=vitals.traffic.cache_misses,
                percent=UNKNOWN if share is None else round(share * 100, 1),
            )
        )
    return RenderedMessage(join_lines(lines), ((button(say("button.refresh"), Action.ADMIN, "cache"),),))


def statistics(figures: Figures, say: Texts) -> RenderedMessage:
    """Whom the system serves, and what it did."""
    population, total = figures.population, figures.total
    lines = [
        say("admin.stats.title"),
        say(
            "admin.stats.people",
            users=population.users,
            chats=population.chats,
            wallets=population.wallets,
            subscriptions=population.subscriptions,
        ),
        say("admin.stats.deliveries", **{name.value: count for name, count in figures.deliveries.items()}),
    ]
    if total is not None:
        lines.append(
            say(
                "admin.stats.counted",
                updates=total.of("UpdatesHandled"),
                activities=total.of("Activities"),
                sent=total.of("NotificationsSent"),
                calls=total.of("RpcCalls"),
                p95=_seconds(total.histogram("DeliveryLatency").quantile(0.95)),
            )
        )
    if figures.instances is not None:
        lines += _instances(figures.instances, figures.at, say)
    if total is None or figures.instances is None:
        lines.append(say("admin.uncounted"))
    return RenderedMessage(join_lines(lines), ((button(say("button.refresh"), Action.ADMIN, "stats_all"),),))


def _instances(instances: Sequence[Instance], now: datetime, say: Texts) -> Iterator[Html]:
    yield say("admin.stats.instances", count=len(instances))
    for function, group in groupby(instances, key=lambda each: each.function):
        each = list(group)
        age = (now - min(instance.started_at for instance in each)).total_seconds()
        yield say("admin.stats.function", function=function, count=len(each), age=duration(age))


def maintenance(current: Maintenance | None, say: Texts) -> RenderedMessage:
    """Whether people are asked to come back later."""
    if current is None:
        return RenderedMessage(say("admin.maintenance.off"))
    return RenderedMessage(_maintenance_line(current, say))


def audit(entries: Sequence[AuditEntry], say: Texts) -> RenderedMessage:
    """What administrators did last."""
    if not entries:
        return RenderedMessage(say("admin.audit.empty"))
    lines = [say("admin.audit.title")]
    for entry in entries:
        details = ", ".join(f"{name}: {value}" for name, value in entry.details.items())
        lines.append(
            say(
                "admin.audit.line",
                at=moment(entry.at),
                user=entry.user_id,
                action=entry.action,
                details=details,
            )
        )
    return RenderedMessage(join_lines(lines))


def _list(source: SourceState, now: datetime, say: Texts) -> Html:
    if source.count is None or source.at is None:
        return say("admin.list.never", source=source.source, reason=source.reason or UNKNOWN)
    age = duration((now - source.at).total_seconds())
    if source.reason is None:
        return say("admin.list.good", source=source.source, count=source.count, age=age)
    return say("admin.list.kept", source=source.source, count=source.count, age=age, reason=source.reason)


def _queue(queue: QueueVitals, say: Texts) -> Html:
    return say(
        "admin.queues.line",
        name=queue.name,
        visible=queue.visible,
        in_flight=queue.in_flight,
        delayed=queue.delayed,
        dead=queue.dead,
        icon="🔴" if queue.dead else "🟢",
        age=UNKNOWN if queue.age_seconds is None else f"{queue.age_seconds:.1f}",
    )


def _people(vitals: Vitals) -> Mapping[str, int]:
    assert not isinstance(vitals.population, Lost)
    population = vitals.population
    return {
        "users": population.users,
        "wallets": population.wallets,
        "alerts": sum(population.open_alerts.values()),
    }


def _maintenance_line(current: Maintenance, say: Texts) -> Html:
    note = escape(current.note) if current.note else say("admin.maintenance.no_note")
    return say("admin.maintenance.on", since=moment(current.since), user=current.user_id, note=note)


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f} s"
