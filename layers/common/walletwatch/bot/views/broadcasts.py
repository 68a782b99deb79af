"""Messages to many: how they are written, and how far they are."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from walletwatch.bot.formatting import lasting, when, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import LANGUAGES, Html, Texts, texts
from walletwatch.domain.broadcasts import RATES, Audience, Broadcast, BroadcastState, Segment
from walletwatch.domain.chats import DEFAULT_LANGUAGE, DEFAULT_TIMEZONE
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.broadcasting import Standing

BAR: Final = 12
ICONS: Final = {
    BroadcastState.DRAFT: "📝",
    BroadcastState.RUNNING: "🚀",
    BroadcastState.STOPPED: "⏹",
    BroadcastState.DONE: "✅",
}


def message(broadcast: Broadcast, language: str) -> RenderedMessage:
    """What a reader of this language gets."""
    rows: list[tuple[Button, ...]] = []
    if broadcast.link is not None:
        rows.append((Button(broadcast.link.text, url=broadcast.link.url),))
    rows.append((button(texts(language)("button.no_news"), Action.NO_NEWS),))
    return RenderedMessage(broadcast.html, tuple(rows))


def overview(begun: Sequence[Broadcast], say: Texts, zone: str) -> RenderedMessage:
    """To whom something can be written, and what was."""
    lines = [say("broadcast.title")]
    lines += [
        say(
            "broadcast.line",
            icon=ICONS[each.state],
            id=each.id,
            to=audience(each.audience, say),
            at=when(each.started_at, say, zone),
        )
        for each in begun
    ]
    if not begun:
        lines.append(say("broadcast.none"))
    lines += [Html(""), say("broadcast.choose")]
    named = [Audience(segment) for segment in Segment if segment is not Segment.LANGUAGE]
    named += [Audience(Segment.LANGUAGE, language) for language in LANGUAGES]
    buttons = [button(audience(each, say), Action.AUDIENCE, each) for each in named]
    shown = [button(f"{ICONS[each.state]} #{each.id}", Action.BROADCAST, each.id) for each in begun]
    rows = (*_by(2, buttons), *_by(5, shown), (button(say("button.panel"), Action.ADMIN, "panel"),))
    return RenderedMessage(join_lines(lines), rows)


def preview(broadcast: Broadcast, say: Texts) -> RenderedMessage:
    """What a draft would do, and the buttons that decide; the message itself stands above."""
    html = say(
        "broadcast.preview",
        id=broadcast.id,
        to=audience(broadcast.audience, say),
        people=whole(broadcast.expected, say),
        rate=broadcast.per_second,
        lasts=lasting(max(broadcast.lasts, timedelta(seconds=1)), say),
    )
    paces = tuple(
        button(
            say("button.pace_chosen" if rate == broadcast.per_second else "button.pace", rate=rate),
            Action.BROADCAST_PACE,
            f"{broadcast.id}.{rate}",
        )
        for rate in RATES
    )
    rows = (
        (
            button(
                say("button.send_to", people=whole(broadcast.expected, say)),
                Action.BROADCAST_CONFIRMED,
                broadcast.id,
            ),
        ),
        paces,
        (
            button(say("button.add_link"), Action.BROADCAST_LINK, broadcast.id),
            button(say("button.discard"), Action.BROADCAST_DISCARDED, broadcast.id),
        ),
    )
    return RenderedMessage(html, rows)


def discarded(say: Texts) -> RenderedMessage:
    """That a draft is gone."""
    return RenderedMessage(
        say("broadcast.discarded"), ((button(say("button.broadcasts"), Action.BROADCASTS),),)
    )


def standing(standing: Standing, say: Texts, zone: str) -> RenderedMessage:
    """How far a broadcast is, or what became of it."""
    broadcast, outcome = standing.broadcast, standing.outcome
    state = "over" if standing.is_over and broadcast.state is BroadcastState.DONE else broadcast.state.value
    seen_to = outcome.sent + outcome.failed + outcome.blocked + outcome.suppressed
    lines = [
        say(f"broadcast.state.{state}", icon=ICONS[broadcast.state], id=broadcast.id),
        say("broadcast.to", to=audience(broadcast.audience, say), people=whole(broadcast.expected, say)),
    ]
    if not standing.is_over:
        lines.append(Html(_bar(seen_to, max(broadcast.expected, broadcast.queued))))
    lines += [
        say(
            "broadcast.outcome",
            sent=whole(outcome.sent, say),
            failed=whole(outcome.failed, say),
            blocked=whole(outcome.blocked, say),
            pending=whole(outcome.pending, say),
            suppressed=whole(outcome.suppressed, say),
        ),
        say("broadcast.started", at=when(broadcast.started_at, say, zone)),
    ]
    if broadcast.ended_at is not None and standing.is_over:
        lines.append(say("broadcast.ended", at=when(broadcast.ended_at, say, zone)))
    rows: list[tuple[Button, ...]] = []
    if not standing.is_over:
        rows.append(
            (
                button(say("button.refresh"), Action.BROADCAST, broadcast.id),
                button(say("button.stop"), Action.BROADCAST_STOPPED, broadcast.id),
            )
        )
    rows.append((button(say("button.broadcasts"), Action.BROADCASTS),))
    return RenderedMessage(join_lines(lines), tuple(rows))


def progress(found: Standing) -> RenderedMessage:
    """How far a broadcast is, for the message that tells it unasked: in English."""
    return standing(found, texts(DEFAULT_LANGUAGE), DEFAULT_TIMEZONE)


def audience(meant: Audience, say: Texts) -> Html:
    """Who is meant."""
    return say(
        f"audience.{meant.segment.value}", language=_language(meant.language) if meant.language else ""
    )


def _language(code: str) -> str:
    return texts(code)("language.name") if code in LANGUAGES else code


def _bar(part: int, whole_: int) -> str:
    filled = min(BAR, round(BAR * part / whole_)) if whole_ else BAR
    return "▓" * filled + "░" * (BAR - filled)


def _by(size: int, buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[start : start + size]) for start in range(0, len(buttons), size))
