"""How alerts look in the administrators' chats."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts, texts
from walletwatch.domain.alerts import Alert, AlertLevel
from walletwatch.domain.chats import DEFAULT_LANGUAGE
from walletwatch.domain.work import Button, RenderedMessage

ICONS: Final[Mapping[AlertLevel, str]] = {
    AlertLevel.INFO: "🔵",
    AlertLevel.WARNING: "🟡",
    AlertLevel.ERROR: "🟠",
    AlertLevel.CRITICAL: "🔴",
}
OVER: Final = "🟢"
MAX_LISTED: Final = 10
TIME: Final = "%Y-%m-%d %H:%M:%S UTC"


def alert_message(alert: Alert) -> RenderedMessage:
    """The message of an alert, or of its end; in English, as all that administrators are told unasked."""
    say = texts(DEFAULT_LANGUAGE)
    title, text = _title(alert, say), _text(alert, say)
    if alert.resolved_at is not None:
        lasted = duration((alert.resolved_at - alert.raised_at).total_seconds())
        return RenderedMessage(say("alert.over", icon=OVER, title=title, id=alert.id, lasted=lasted))
    html = say(
        "alert.raised",
        icon=ICONS[alert.level],
        level=say(f"alert.level.{alert.level.value}"),
        title=title,
        text=text,
        id=alert.id,
        since=moment(alert.raised_at),
    )
    acknowledge = button(say("button.acknowledge"), Action.ACKNOWLEDGE, alert.id)
    return RenderedMessage(html, ((acknowledge, button(say("button.alerts"), Action.ALERTS)),))


def alert_list(alerts: Sequence[Alert], say: Texts) -> RenderedMessage:
    """The open alerts, each with a button to acknowledge it."""
    if not alerts:
        return RenderedMessage(say("alert.none"), (_ways(say),))
    lines = [say("alert.list", count=len(alerts))]
    rows: list[tuple[Button, ...]] = []
    for alert in alerts[:MAX_LISTED]:
        key = "alert.line" if alert.acknowledged_at is None else "alert.line_acknowledged"
        lines.append(
            say(
                key,
                icon=ICONS[alert.level],
                id=alert.id,
                title=_title(alert, say),
                text=_text(alert, say),
                since=moment(alert.raised_at),
            )
        )
        if alert.acknowledged_at is None:
            rows.append((button(say("button.acknowledge_one", id=alert.id), Action.ACKNOWLEDGE, alert.id),))
    if len(alerts) > MAX_LISTED:
        lines.append(say("alert.more", count=len(alerts) - MAX_LISTED))
    rows.append(_ways(say))
    return RenderedMessage(Html("\n\n".join(lines)), tuple(rows))


def _ways(say: Texts) -> tuple[Button, ...]:
    return (button(say("button.refresh"), Action.ALERTS), button(say("button.panel"), Action.ADMIN, "panel"))


def moment(at: datetime) -> str:
    """A point in time for operators."""
    return f"{at:{TIME}}"


def duration(seconds: float) -> str:
    """A length of time in its two greatest units."""
    left = round(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if left >= size or (unit == "s" and not parts):
            parts.append(f"{left // size} {unit}")
            left %= size
    return " ".join(parts[:2])


def _title(alert: Alert, say: Texts) -> Html:
    title = say(f"alert.{alert.condition.value}.title")
    return say("alert.of", title=title, subject=alert.subject) if alert.subject else title


def _text(alert: Alert, say: Texts) -> Html:
    facts = {"blocks": "?", **alert.facts}
    return say(f"alert.{alert.condition.value}.text", **facts)
