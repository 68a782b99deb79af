"""What the administrators' commands show."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.system_alerts import duration, moment
from walletwatch.domain.administration import Maintenance, Redriven
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
PANEL: Final = (
    ("users", "feedbacks", "reviews"),
    ("broadcast", "analytics", "stats_all"),
    ("queues", "sysalerts", "health"),
    ("rpc", "cache", "metrics"),
    ("audit", "maintenance"),
)
"""The commands that the panel has a button for, by what they are about: people, the whole, and the system."""
UNKNOWN: Final = "?"


def panel(
    report: HealthReport, vitals: Vitals, maintenance: Maintenance | None, say: Texts
) -> RenderedMessage:
    """The first look: how everything is, and the ways on."""
    lines = [say(f"admin.panel.{report.status.value}", icon=HEALTH_ICONS[report.status]), Html("")]
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
    rows = [tuple(button(say(f"button.{name}"), Action.ADMIN, name) for name in names) for names in PANEL]
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
    rows.append((button(say("button.refresh"), Action.ADMIN, "queues"), *_to_panel(say)))
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


def purged(queue: str, count: int, say: Texts) -> RenderedMessage:
    """That failed messages are gone."""
    return RenderedMessage(
        say("admin.purge.done", queue=queue, count=count),
        ((button(say("button.queues"), Action.ADMIN, "queues"),),),
    )


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
    return RenderedMessage(
        join_lines(lines), ((button(say("button.refresh"), Action.ADMIN, "rpc"), *_to_panel(say)),)
    )


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
    rows = (
        (
            button(say("button.refresh"), Action.ADMIN, "cache"),
            button(say("button.clear_cache"), Action.ADMIN, "clearcache"),
        ),
        _to_panel(say),
    )
    return RenderedMessage(join_lines(lines), rows)


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
    return RenderedMessage(
        join_lines(lines), ((button(say("button.refresh"), Action.ADMIN, "stats_all"), *_to_panel(say)),)
    )


def _instances(instances: Sequence[Instance], now: datetime, say: Texts) -> Iterator[Html]:
    yield say("admin.stats.instances", count=len(instances))
    for function, group in groupby(instances, key=lambda each: each.function):
        each = list(group)
        age = (now - min(instance.started_at for instance in each)).total_seconds()
        yield say("admin.stats.function", function=function, count=len(each), age=duration(age))


def maintenance(current: Maintenance | None, say: Texts) -> RenderedMessage:
    """Whether people are asked to come back later."""
    if current is None:
        begin = button(say("button.begin_maintenance"), Action.MAINTENANCE, "on")
        return RenderedMessage(say("admin.maintenance.off"), ((begin, *_to_panel(say)),))
    end = button(say("button.end_maintenance"), Action.MAINTENANCE, "off")
    return RenderedMessage(_maintenance_line(current, say), ((end, *_to_panel(say)),))


def _to_panel(say: Texts) -> tuple[Button, ...]:
    return (button(say("button.panel"), Action.ADMIN, "panel"),)


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
