"""Finding the time zone that a person means: by a city, a country, or by what a clock there shows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import available_timezones

from walletwatch.bot.cities import CITIES
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
_LONGEST: Final = 64
_ALSO_CALLED: Final = {"usa": "US", "uae": "AE", "england": "GB"}
_HALF_A_YEAR: Final = timedelta(days=182)
_OFFSET: Final = re.compile(
    r"(?:UTC|GMT)?\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?|()(\d{1,2}):(\d{2})", re.IGNORECASE
)
"""Without a sign it is an offset if minutes stand behind it, and ahead."""
_ABBREVIATION: Final = re.compile(r"[A-Za-z]{3,5}")
_BETWEEN_WORDS: Final = re.compile(r"[^\w]|_")


def find_zones(text: str, now: datetime) -> tuple[str, ...]:
    """The zones that may be meant, the best first, at most `MAX_FOUND`; none where the text means none.

    Args:
        text: An IANA name, a city, a country, what clocks call their zone such as `EST`, or an offset such as
            `+5:30`.
        now: When offsets are compared.
    """
    wanted = _words(text)
    if not wanted or len(wanted) > _LONGEST:
        return ()
    names = _names()
    # Names of zones have signs in them that are no words, such as Port-au-Prince.
    named = names.get(folded(text.strip()).replace(" ", "_")) or _cities().get(wanted)
    if named is not None:
        return (named,)
    offset = _OFFSET.fullmatch(text.strip())
    if offset is not None:
        return _at_offset(offset, now)
    countries = _countries()
    if wanted in countries:
        return tuple(_best_first(countries[wanted])[:MAX_FOUND])
    begun = re.compile(rf"(?:^| ){re.escape(wanted)}")
    found = [
        *_best_first(_called(text.strip(), now)),
        *_best_first(name for folded, name in names.items() if _city(folded).startswith(wanted)),
        *_best_first(zone for city, zone in _cities().items() if city.startswith(wanted)),
        *_best_first(zone for name, zones in countries.items() if begun.search(name) for zone in zones),
        *_best_first(name for folded, name in names.items() if begun.search(_words(folded))),
    ]
    present = [name for name in dict.fromkeys(found) if name in _places()]
    return tuple(present or dict.fromkeys(found))[:MAX_FOUND]


def _at_offset(match: re.Match[str], now: datetime) -> tuple[str, ...]:
    sign, hours, minutes = match.groups()[:3] if match[2] else match.groups()[3:]
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    wanted = -ahead if sign in {"-", "−"} else ahead
    found = [name for name in _places() if now.astimezone(zone_of(name)).utcoffset() == wanted]
    return tuple(_best_first(found)[:MAX_FOUND])


def _called(text: str, now: datetime) -> Sequence[str]:
    """The zones whose clocks show this behind the time, now or in half a year."""
    if _ABBREVIATION.fullmatch(text) is None:
        return ()
    shown, moments = text.upper(), (now, now + _HALF_A_YEAR)
    return [
        name
        for name in _places()
        if any(moment.astimezone(zone_of(name)).tzname() == shown for moment in moments)
    ]


def _best_first(names: Iterable[str]) -> list[str]:
    best = _best()
    return sorted(
        names, key=lambda name: (name not in POPULAR, name not in best, "/" not in name, len(name), name)
    )


def _city(name: str) -> str:
    return _words(name.rsplit("/", 1)[-1])


def _words(text: str) -> str:
    """`America/New_York` as `america new york`."""
    return " ".join(_BETWEEN_WORDS.sub(" ", folded(text)).split())


@cache
def _names() -> Mapping[str, str]:
    """Zones of places by their folded name; not the ones that only computers use."""
    return {
        name.casefold(): name
        for name in sorted(available_timezones())
        if name == "UTC" or ("/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/")))
    }


@cache
def _cities() -> Mapping[str, str]:
    return {_words(city): zone for city, zone in CITIES.items()}


@cache
def _places() -> Sequence[str]:
    """The names that zones have now: former ones, such as Calcutta, are none of these."""
    return ("UTC", *(row[2] for row in _table("zone.tab") if row[2].casefold() in _names()))


@cache
def _best() -> frozenset[str]:
    """Of the zones whose clocks agree from now on, the most populous one (tzdata, zonenow.tab)."""
    return frozenset(row[2] for row in _table("zonenow.tab"))


@cache
def _countries() -> Mapping[str, Sequence[str]]:
    """The zones of a country by its English name, in words, and by its code."""
    zones: dict[str, list[str]] = {}
    for row in _table("zone.tab"):
        if row[2].casefold() in _names():
            zones.setdefault(row[0], []).append(row[2])
    named = {_words(name): zones[code] for code, name in _table("iso3166.tab") if code in zones}
    coded = {code.casefold(): places for code, places in zones.items()}
    return named | coded | {name: zones[code] for name, code in _ALSO_CALLED.items()}


def _table(name: str) -> Sequence[Sequence[str]]:
    """The rows of a table of the time zone database (zone.tab, zonenow.tab or iso3166.tab)."""
    text = (files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
