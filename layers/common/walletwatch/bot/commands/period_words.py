"""Periods as people write them: `today`, `last week`, `30d`, `2026`, `2026-11`, `2026-11-01..2026-11-15`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from walletwatch.bot.commands.dialogue import Complaint
from walletwatch.domain.periods import ALL_TIME, Period

_DAYS: Final[Mapping[str, int]] = {
    "day": 1,
    "24h": 1,
    "week": 7,
    "month": 30,
    "quarter": 91,
    "year": 365,
}
_AGO: Final[Mapping[str, int]] = {"today": 0, "yesterday": 1}
_BEFORE: Final = frozenset({"last", "past", "this"})
_COUNT: Final = re.compile(r"(\d{1,4})(d|w|m|y)")
_UNITS: Final[Mapping[str, int]] = {"d": 1, "w": 7, "m": 30, "y": 365}
_YEAR: Final = re.compile(r"20\d{2}")
_DATE: Final = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_BETWEEN: Final = re.compile(r"([\d-]*)(?:\.\.|…)([\d-]*)")


def take_period(words: Sequence[str], now: datetime, zone: tzinfo) -> tuple[Period | None, list[str]]:
    """The period that the words name, and the words that are left.

    Raises:
        Complaint: A date is none, or the first is after the last.
    """
    left: list[str] = []
    period: Period | None = None
    waiting = list(words)
    while waiting:
        taken = _one(waiting, now.astimezone(zone).date()) if period is None else None
        if taken is None:
            left.append(waiting.pop(0))
        else:
            period, count = taken
            del waiting[:count]
    return period, left


def _one(words: Sequence[str], today: date) -> tuple[Period, int] | None:
    """The period that the first words name, and how many they are."""
    first, second = words[0].lower(), words[1].lower() if len(words) > 1 else ""
    if first in _BEFORE and second in _DAYS:
        return Period(days=_DAYS[second]), 2
    if (first, second) == ("all", "time"):
        return ALL_TIME, 2
    if first.isdecimal() and len(first) <= 4 and second in {"days", "day"}:
        return _checked(days=int(first)), 2
    period = _relative(first, today) or _written(first)
    return None if period is None else (period, 1)


def _relative(word: str, today: date) -> Period | None:
    if word in _DAYS:
        return Period(days=_DAYS[word])
    if word in _AGO:
        day = today - timedelta(days=_AGO[word])
        return Period(first=day, last=day)
    count = _COUNT.fullmatch(word)
    return _checked(days=int(count[1]) * _UNITS[count[2]]) if count else None


def _written(word: str) -> Period | None:
    """Days, months and years as ISO 8601 writes them."""
    if _YEAR.fullmatch(word):
        return _checked(first=date(int(word), 1, 1), last=date(int(word), 12, 31))
    if _DATE.fullmatch(word):
        return _checked(first=_first(word), last=_last(word))
    between = _BETWEEN.fullmatch(word)
    if between is None or not any(between.groups()):
        return None
    start, end = between.groups()
    return _checked(first=_first(start) if start else None, last=_last(end) if end else None)


def _checked(*, days: int | None = None, first: date | None = None, last: date | None = None) -> Period:
    try:
        return Period(days, first, last)
    except ValueError as error:
        raise Complaint("error.period") from error


def _first(text: str) -> date:
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError as error:
        raise Complaint("error.period") from error


def _last(text: str) -> date:
    """The day, or the last one of a month."""
    first = _first(text)
    if len(text) > 7:
        return first
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
