"""Finding the time zone that a person means: by its name, by a city, or by what a clock there is ahead."""

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from walletwatch.bot.folding import folded
from walletwatch.bot.formatting import zone_of

POPULAR: Final = (
    "UTC",
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Moscow",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
MAX_FOUND: Final = 8
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*([+-−])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)


def find_zones(text: str, now: datetime) -> tuple[str, ...]:
    """The zones that may be meant, the best first, at most `MAX_FOUND`; none where the text means none.

    Args:
        text: An IANA name, a part of one such as a city, or an offset such as `+5:30`.
        now: When offsets are compared.
    """
    wanted = folded(text.strip()).replace(" ", "_")
    if not wanted or len(wanted) > 64:
        return ()
    names = _names()
    if wanted in names:
        return (names[wanted],)
    offset = _OFFSET.fullmatch(text.strip())
    if offset is not None:
        return _at_offset(offset, now)
    cities = [name for folded, name in names.items() if folded.rsplit("/", 1)[-1].startswith(wanted)]
    others = [name for folded, name in names.items() if wanted in folded and name not in cities]
    return (*_best_first(cities), *_best_first(others))[:MAX_FOUND]


def _at_offset(match: re.Match[str], now: datetime) -> tuple[str, ...]:
    sign, hours, minutes = match.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    wanted = ahead if sign == "+" else -ahead
    found = [name for name in _names().values() if now.astimezone(zone_of(name)).utcoffset() == wanted]
    return tuple(_best_first(found)[:MAX_FOUND])


def _best_first(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: (name not in POPULAR, "/" not in name, len(name), name))


@cache
def _names() -> dict[str, str]:
    """Zones of places by their folded name; not the ones that only computers use."""
    return {
        name.casefold(): name
        for name in sorted(available_timezones())
        if name == "UTC" or ("/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/")))
    }
