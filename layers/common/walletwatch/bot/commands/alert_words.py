"""What people write of alerts: times, amounts, percentages, hours, days, and the options of an alert."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from walletwatch.bot.commands.dialogue import Complaint
from walletwatch.domain.alert_rules.rule import MAX_COOLDOWN, MAX_NAME_LENGTH, NewRule
from walletwatch.domain.quiet import QuietHours

MAX_LIFETIME: Final = timedelta(days=365)
MAX_AMOUNT: Final = Decimal(10) ** 20
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TIME: Final = re.compile(r"(\d{1,5})\s*(m|min|h|d|w)", re.ASCII)
_SCALES: Final = {"k": Decimal(1000), "m": Decimal(1_000_000), "b": Decimal(1_000_000_000)}
_GROUPED: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,25}([.,]\d{1,30})?|[.,]\d{1,30}", re.ASCII)
_CLOCK: Final = r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap]m)?"
_HOURS: Final = re.compile(rf"{_CLOCK}\s*[-\u2013\u2014]\s*{_CLOCK}(?![\d:.a-z])", re.ASCII)
NOTHING: Final = frozenset({"0", "no", "none", "off", "never"})
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def time_of(text: str) -> timedelta | None:
    """A length of time such as `30m`, `2h`, `7d`; None where it is none."""
    match = _TIME.fullmatch(text.lower())
    if match is None:
        return None
    unit = _UNITS[match[2][0]]
    return timedelta(**{unit: int(match[1])})


def rest_of(text: str) -> timedelta | None:
    """How long an alert rests; zero for `off`, None where it is no time, or too long a one."""
    time = timedelta() if text.lower() in NOTHING else time_of(text)
    return time if time is not None and time <= MAX_COOLDOWN else None


def lifetime_of(text: str) -> timedelta | None:
    """How long an alert lives; zero for `never` ending, None where it is no time, or too long a one."""
    time = timedelta() if text.lower() in NOTHING else time_of(text)
    return time if time is not None and time <= MAX_LIFETIME else None


def number_of(text: str) -> Decimal | None:
    """A number above zero such as `1000`, `1,000.5`, `0,5` or `2.5k`; None where it is none."""
    text = text.lower().replace("_", "").replace("\u00a0", "")
    scale = _SCALES.get(text[-1:], Decimal(1))
    if text[-1:] in _SCALES:
        text = text[:-1]
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif not _NUMBER.fullmatch(text):
        return None
    try:
        value = Decimal(text.replace(",", ".")) * scale
    except InvalidOperation:
        return None
    return value if 0 < value <= MAX_AMOUNT else None


def usd_of(words: Sequence[str]) -> Decimal | None:
    """A worth such as `$5`, `5$`, `5 usd` or `5usd`; None where it is none."""
    text = "".join(words).lower()
    for mark in ("usd", "$"):
        if text.endswith(mark):
            return number_of(text.removesuffix(mark))
        if text.startswith(mark):
            return number_of(text.removeprefix(mark))
    return None


def units_of(value: Decimal, decimals: int) -> int | None:
    """So many whole tokens in base units; None where they have more places than the token, or too many."""
    scaled = value.scaleb(decimals)
    units = int(scaled)
    return units if 0 < units < 2**64 and units == scaled else None


def whole_of(text: str, least: int, most: int) -> int:
    """A whole number within bounds.

    Raises:
        Complaint: It is none.
    """
    text = text.removesuffix("%")
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or not least <= int(text) <= most:
        raise Complaint("addalert.bad_count", least=least, most=most)
    return int(text)


def quiet_of(words: Sequence[str]) -> QuietHours:
    """Hours and weekdays such as `22:00-07:00 mon-fri` or `10pm-7am`.

    Raises:
        Complaint: They are none.
    """
    text = " ".join(words).lower()
    match = _HOURS.match(text)
    if match is None:
        raise Complaint("quiet.bad")
    start, end = _minutes(*match.groups()[:3]), _minutes(*match.groups()[3:])
    whole_day = 24 * 60
    if end == whole_day:
        end = 0
    if start >= whole_day or end >= whole_day or start == end:
        raise Complaint("quiet.bad")
    return QuietHours(start, end, _weekdays(text[match.end() :]))


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    """Minutes after midnight of a time of day, by 24 hours or by twice 12.

    Raises:
        Complaint: There is no such time.
    """
    hours, minutes = int(hour), int(minute or 0)
    if minutes > 59 or (half is not None and not 1 <= hours <= 12):
        raise Complaint("quiet.bad")
    if half is not None:
        hours = hours % 12 + (12 if half == "pm" else 0)
    return hours * 60 + minutes


def _weekdays(text: str) -> tuple[int, ...]:
    days: set[int] = set()
    for part in text.replace(",", " ").split():
        first, _, last = part.partition("-")
        begin, end = _weekday(first), _weekday(last or first)
        days |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return () if len(days) == 7 else tuple(sorted(days))


def _weekday(text: str) -> int:
    for index, name in enumerate(_WEEKDAYS):
        if text[:3] == name and text.isalpha():
            return index
    raise Complaint("quiet.bad")


def with_options[R: NewRule](rule: R, words: Sequence[str], now: datetime) -> R:
    """A rule with what stands behind its terms: `once urgent cooldown=1h expires=7d name=word`.

    Raises:
        Complaint: A word is no option.
    """
    for word in words:
        name, _, value = word.partition("=")
        name = name.lower()
        if word.lower() in {"once", "urgent"}:
            rule = replace(rule, repeats=False) if name == "once" else replace(rule, urgent=True)
        elif name == "name" and 0 < len(value) <= MAX_NAME_LENGTH:
            rule = replace(rule, name=value)
        elif name == "cooldown" and (time := rest_of(value)) is not None:
            rule = replace(rule, cooldown=time)
        elif name == "expires" and (time := lifetime_of(value)) is not None:
            rule = replace(rule, expires_at=now + time if time else None)
        else:
            raise Complaint("addalert.bad_option", word=word[:40])
    return rule
