"""Periods as people call them."""

from datetime import date, datetime, time

from walletwatch.bot.formatting import day, zone_of
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.periods import Period


def period_text(period: Period, zone: str, say: Texts) -> Html:
    """A period in few words."""
    if period.days is not None:
        return say("period.days", count=period.days)
    first = None if period.first is None else date_text(period.first, zone, say)
    last = None if period.last is None else date_text(period.last, zone, say)
    if first and last:
        return say("period.on", day=first) if first == last else say("period.between", first=first, last=last)
    if first:
        return say("period.since", day=first)
    return say("period.until", day=last) if last else say("period.all")


def date_text(on: date, zone: str, say: Texts) -> str:
    """A day of the calendar."""
    return day(datetime.combine(on, time(12), zone_of(zone)), say, zone)
