"""/report."""

import re
from collections.abc import Mapping
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.formatting import zone_of
from walletwatch.bot.keyboards import Action, CallbackData, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.domain.reports import ReportPeriod, Schedule

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_PERIODS: Final[Mapping[str, ReportPeriod]] = {
    "": ReportPeriod.DAILY,
    "now": ReportPeriod.DAILY,
    "day": ReportPeriod.DAILY,
    "daily": ReportPeriod.DAILY,
    "week": ReportPeriod.WEEKLY,
    "weekly": ReportPeriod.WEEKLY,
}
_OFF: Final = frozenset({"off", "stop", "never"})
MORNING: Final = 9 * 60
ORDERS: Final[Mapping[str, Schedule]] = {
    "d": Schedule(ReportPeriod.DAILY, MORNING),
    "w": Schedule(ReportPeriod.WEEKLY, MORNING, weekday=0),
}
"""What a button orders; another time is written."""


async def report(talk: Talk, dialogue: Dialogue) -> None:
    """A report now: `/report [daily|weekly]`; one regularly: `/report daily 09:00`; none any more: `off`."""
    words = [word.lower() for word in talk.arguments]
    if words and words[0] in _OFF:
        await _cancel(talk, dialogue)
        return
    period = _PERIODS.get(words[0] if words else "")
    if period is None:
        raise Complaint("error.report")
    if len(words) > 1:
        await _order(talk, dialogue, _schedule(period, words[1:]))
        return
    await _show(talk, dialogue, period)


async def pressed(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Another period, or another order."""
    if data.argument == "off":
        await _cancel(talk, dialogue)
    elif data.argument in ORDERS:
        await _order(talk, dialogue, ORDERS[data.argument])
    elif data.argument in {ReportPeriod.DAILY, ReportPeriod.WEEKLY}:
        await _show(talk, dialogue, ReportPeriod(data.argument))
    else:
        raise StaleData


async def _show(talk: Talk, dialogue: Dialogue, period: ReportPeriod) -> None:
    zone = talk.chat.settings.timezone
    summary = await dialogue.summaries.now(talk.chat_id, period, zone_of(zone), talk.say.exchange)
    await talk.show(dialogue.views.report.report(summary, period, zone, talk.say))


async def _order(talk: Talk, dialogue: Dialogue, schedule: Schedule) -> None:
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    zone = talk.chat.settings.timezone
    due = await dialogue.summaries.order(talk.chat_id, schedule, zone_of(zone))
    await talk.show(dialogue.views.report.ordered(schedule.period, due, zone, talk.say))


async def _cancel(talk: Talk, dialogue: Dialogue) -> None:
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    cancelled = await dialogue.summaries.cancel(talk.chat_id)
    text = talk.say("report.stopped") if cancelled else talk.say("report.none_ordered")
    if talk.query_id is None:
        await talk.reply(text)
    else:
        await talk.toast(text, alert=True)


def _schedule(period: ReportPeriod, words: list[str]) -> Schedule:
    """The order that was written: `[day of the week] time`.

    Raises:
        Complaint: It is none.
    """
    weekday = None
    if period is ReportPeriod.WEEKLY:
        day = words[0][:3]
        weekday = _DAYS.index(day) if day in _DAYS else 0
        words = words[1:] if day in _DAYS else words
    time = _TIME.fullmatch(" ".join(words)) if words else None
    if words and time is None:
        raise Complaint("error.report")
    minute = MORNING if time is None else _minute(time)
    try:
        return Schedule(period, minute, weekday)
    except ValueError as error:
        raise Complaint("error.report") from error


def _minute(time: re.Match[str]) -> int:
    """Of the day; more than a day has, where there is no such time."""
    hour, minute, half = int(time[1]), int(time[2] or 0), (time[3] or "").lower()
    if minute > 59 or (half and not 1 <= hour <= 12):
        raise Complaint("error.report")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute


AREA: Final = Area(Topic.HISTORY, commands=(Command("report", report),), buttons={Action.REPORT: pressed})
