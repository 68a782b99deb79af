"""Texts of the locale files, with their values escaped.

A language has a folder with a file for each part of the bot. It holds trusted Telegram HTML with `{named}`
places. What is put there is escaped unless it is `Html` already, so a label or a token's name can never
become markup.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from html import escape as escape_html
from importlib import resources
from typing import Final

from walletwatch.bot.locale_files import read
from walletwatch.domain.chats import DEFAULT_LANGUAGE, Chat
from walletwatch.domain.currencies import DOLLARS, Exchange, Rates

LANGUAGES: Final = ("en", "es", "ru", "zh", "hi")
"""The languages that have a folder, each with all texts."""
_TURNS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Embeddings, overrides and isolates (Unicode, UAX #9)."""


class Html(str):
    """Text that is Telegram HTML already."""

    __slots__ = ()


def escape(text: str) -> Html:
    """Plain text as Telegram HTML (Bot API, "HTML style": three characters).

    What turns the direction of writing is left out: it would turn what stands behind the text, too.
    """
    return Html(escape_html(text.translate(_TURNS), quote=False))


def _one_other(count: int) -> str:
    return "one" if count == 1 else "other"


def _hindi(count: int) -> str:
    return "one" if count in {0, 1} else "other"


def _russian(count: int) -> str:
    if count % 10 == 1 and count % 100 != 11:
        return "one"
    if count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14}:
        return "few"
    return "many"


PLURALS: Final[Mapping[str, Callable[[int], str]]] = {
    "en": _one_other,
    "es": _one_other,
    "hi": _hindi,
    "ru": _russian,
    "zh": lambda _count: "other",
}
"""CLDR's cardinal categories for whole numbers, by language."""


class Texts:
    """The texts of one language.

    Attributes:
        exchange: Into what the reader is told values in.
        day: Whose rates count (UTC); None for those of today.
    """

    def __init__(self, language: str, exchange: Exchange = DOLLARS, day: date | None = None) -> None:
        self.exchange = exchange
        self.day = day
        self.language = supported(language)
        self._entries = entries(self.language)

    def __call__(self, key: str, /, **values: object) -> Html:
        """The text of a key; `count` among the values chooses the plural.

        Raises:
            KeyError: No locale file has the key, or the text has a place that no value is given for.
        """
        template = self._template(key, values.get("count"))
        return Html(template.format_map({name: _value(value) for name, value in values.items()}))

    def on(self, at: int | datetime | None) -> "Texts":
        """The same for what happened at a moment: Unix seconds, or a moment that knows its zone."""
        if at is None:
            return self
        moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
        return Texts(self.language, self.exchange, moment.astimezone(UTC).date())

    def in_dollars(self) -> "Texts":
        """The same for what is told in dollars, whatever the reader has chosen."""
        return texts(self.language)

    def _template(self, key: str, count: object) -> str:
        if key not in self._entries and isinstance(count, int):
            return self._entries[f"{key}.{PLURALS[self.language](count)}"]
        return self._entries[key]


def supported(language: str | None) -> str:
    """The language that is used for a person who prefers this one (IETF tag, as Telegram sends it)."""
    base = (language or DEFAULT_LANGUAGE).lower().split("-")[0]
    return base if base in LANGUAGES else DEFAULT_LANGUAGE


@cache
def texts(language: str) -> Texts:
    """The texts for a language, with values in dollars, read once."""
    return Texts(language)


def texts_for(chat: Chat, rates: Rates) -> Texts:
    """The texts as a chat wishes to be spoken to."""
    return Texts(chat.spoken_language, rates.exchange(chat.settings.currency))


@cache
def entries(language: str) -> Mapping[str, str]:
    """All texts of a language that has files, by key, as they are written."""
    return read(resources.files("walletwatch.bot") / "locales", language)


def _value(value: object) -> str:
    return value if isinstance(value, Html) else escape(str(value))
