"""How the bot is used, as text with small bars."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from walletwatch.bot.formatting import percent, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.analytics import Cohort, Growth, Quality, Series
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.work import RenderedMessage

BARS: Final = "▁▂▃▄▅▆▇█"
SECTIONS: Final = ("growth", "retention", "wallets", "commands", "delivery")
CHART: Final = "chart"


def growth(found: Growth, say: Texts) -> RenderedMessage:
    """How many people there are, came, and were here."""
    lines = [
        say("analytics.growth", people=whole(found.total, say)),
        *_series("new", found.new, say),
        *_series("active", found.active, say),
    ]
    return _section("growth", lines, say)


def retention(cohorts: Sequence[Cohort], say: Texts) -> RenderedMessage:
    """Who of those who came in a week came back in the weeks after it."""
    lines = [say("analytics.retention")]
    for cohort in cohorts:
        # The week in which they came says nothing of coming back.
        back = "  ".join(percent(Decimal(people) / cohort.size, say) for people in cohort.back[1:])
        lines.append(
            say(
                "analytics.cohort",
                week=cohort.week.isoformat(),
                size=whole(cohort.size, say),
                back=back or say("analytics.this_week"),
            )
        )
    if not cohorts:
        lines.append(say("analytics.nothing"))
    return _section("retention", lines, say)


def wallets(active: Series, say: Texts) -> RenderedMessage:
    """In how many watched wallets something happened."""
    return _section("wallets", [say("analytics.wallets"), *_series("wallets_active", active, say)], say)


def commands(
    used: Sequence[tuple[str, int]], pressed: Sequence[tuple[str, int]], say: Texts
) -> RenderedMessage:
    """What is used the most."""
    lines = [say("analytics.commands")]
    top = max((count for _, count in used), default=0)
    lines += [
        say("analytics.command", bar=BARS[_height(count, top)], name=name, count=whole(count, say))
        for name, count in used
    ]
    if not used:
        lines.append(say("analytics.nothing"))
    if pressed:
        each = " · ".join(f"{name} {whole(count, say)}" for name, count in pressed)
        lines += [Html(""), say("analytics.buttons", each=each)]
    return _section("commands", lines, say)


def delivery(found: Quality, say: Texts) -> RenderedMessage:
    """How well messages were delivered."""
    made = sum(series.total for series in found.statuses.values())
    lines = [say("analytics.delivery")]
    for status in (DeliveryStatus.SENT, DeliveryStatus.FAILED):
        lines += _series(status.value, found.statuses[status], say)
    counts = {status.value: whole(series.total, say) for status, series in found.statuses.items()}
    lines.append(say("analytics.statuses", **counts))
    tried = found.statuses[DeliveryStatus.SENT].total + found.statuses[DeliveryStatus.FAILED].total
    if made and tried:
        share = Decimal(found.statuses[DeliveryStatus.SENT].total) / tried
        lines.append(say("analytics.delivered", share=percent(share, say)))
    if found.latency.total:
        lines.append(
            say(
                "analytics.latency",
                half=_seconds(found.latency.quantile(0.5)),
                most=_seconds(found.latency.quantile(0.95)),
            )
        )
    else:
        lines.append(say("analytics.no_latency"))
    return _section("delivery", lines, say)


def bars(values: Sequence[int]) -> str:
    """A bar for each value; only nothing has the lowest."""
    top = max(values, default=0)
    return "".join(BARS[_height(value, top)] for value in values)


def _height(value: int, top: int) -> int:
    if not value:
        return 0
    return max(1, (len(BARS) - 1) * value // top)


def _series(name: str, series: Series, say: Texts) -> list[Html]:
    return [
        Html(""),
        say(f"analytics.series.{name}", total=whole(series.total, say), today=whole(series.values[-1], say)),
        say("analytics.bars", bars=bars(series.values), top=whole(max(series.values), say)),
    ]


def _seconds(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f} s"


def _section(shown: str, lines: Sequence[Html], say: Texts) -> RenderedMessage:
    tabs = [
        button(say(f"button.analytics_{name}"), Action.ANALYTICS, name) for name in SECTIONS if name != shown
    ]
    rows = (
        tuple(tabs[:2]),
        tuple(tabs[2:]),
        (button(say("button.analytics_chart"), Action.ANALYTICS, CHART),),
        (
            button(say("button.refresh"), Action.ANALYTICS, shown),
            button(say("button.panel"), Action.ADMIN, "panel"),
        ),
    )
    return RenderedMessage(join_lines(lines), rows)
