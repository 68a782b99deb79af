"""The languages: each says all that English says, with the same values, and Telegram takes it."""

import re
import string
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from telegram_double.html_mode import parse_html
from tests.unit.bot.conftest import Chat
from walletwatch.bot.commands.table import ADMIN_COMMANDS, CATALOGUE, COMMANDS
from walletwatch.bot.formatting import day, lasting, number, when
from walletwatch.bot.texts import LANGUAGES, PLURALS, entries, supported, texts

LOCALES = Path(__file__).parents[3] / "layers/common/walletwatch/bot/locales"
ENGLISH = "en"
OTHERS = [language for language in LANGUAGES if language != ENGLISH]
FORMS = ("one", "few", "many", "other")
MAX_DESCRIPTION = 256
"""Bot API, BotCommand.description."""
MAX_BUTTON = 40
"""Characters that a phone shows of a button that has a row of its own, or nearly."""
HALF_ROWS = ("alert.kind.", "filters.kind.", "topic.")
MAX_HALF = 24
"""Of one that stands beside another."""
MAX_ALERT = 200
"""Bot API, answerCallbackQuery.text."""
TAG = re.compile(r"<[^>]*>")
COMMAND = re.compile(r"(?<![\w<])/[a-z_]{2,}")
TYPOGRAPHIC = set("“”«»„‘’—–…−·()¿¡「」《》、。，：；？！（）।॰%№→<>|+")
MOMENT = datetime(2026, 3, 5, 14, 7, 9, tzinfo=UTC)


def files(language: str) -> Mapping[str, Mapping[str, str]]:
    """The texts of each file, by key."""
    return {
        path.name: dict(flattened(tomllib.loads(path.read_text())))
        for path in sorted((LOCALES / language).iterdir())
    }


def flattened(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def split(key: str, english: Mapping[str, str]) -> tuple[str, str | None]:
    """A key without its plural form, and the form."""
    base, _, form = key.rpartition(".")
    return (base, form) if form in FORMS and f"{base}.other" in english else (key, None)


def originals(key: str, english: Mapping[str, str]) -> list[str]:
    """The English texts that a text says in its language."""
    base, form = split(key, english)
    if form is None:
        return [english[base]]
    return [english[f"{base}.{each}"] for each in ("one", "other") if f"{base}.{each}" in english]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def tags(text: str) -> Counter[str]:
    return Counter(TAG.findall(text))


def signs(text: str) -> Counter[str]:
    """Emoji and the like: what is neither a letter nor punctuation of one language or another."""
    return Counter(
        character
        for character in text
        if unicodedata.category(character) in {"So", "Sm", "Sk"} and character not in TYPOGRAPHIC
    )


def numbers_of(form: str, language: str) -> set[int]:
    """Which numbers up to 200 have this form."""
    return {count for count in range(200) if PLURALS[language](count) == form}


@pytest.mark.parametrize("language", OTHERS)
class TestOtherLanguages:
    def test_every_file_is_there(self, language: str) -> None:
        assert set(files(language)) == set(files(ENGLISH))

    def test_every_text_is_there_and_no_other(self, language: str) -> None:
        english = files(ENGLISH)
        forms = {PLURALS[language](count) for count in range(200)}
        for name, said in files(language).items():
            expected = set()
            for key in english[name]:
                base, form = split(key, english[name])
                expected |= {key} if form is None else {f"{base}.{each}" for each in forms}
            assert set(said) == expected, name

    def test_values_stand_in_it_as_in_english(self, language: str) -> None:
        english = entries(ENGLISH)
        for key, text in entries(language).items():
            _, form = split(key, english)
            wanted = set[str]().union(*map(places, originals(key, english)))
            if form is None:
                assert places(text) == wanted, key
            else:
                assert places(text) - {"count"} == wanted - {"count"}, key
                # "One wallet" is true of one; a form that is of more numbers has to say which.
                assert {"count"} & wanted <= places(text) or len(numbers_of(form, language)) == 1, key

    def test_markup_signs_and_commands_are_those_of_english(self, language: str) -> None:
        english = entries(ENGLISH)
        for key, text in entries(language).items():
            for what in (tags, signs, lambda text: Counter(COMMAND.findall(TAG.sub(" ", text)))):
                assert what(text) in [what(original) for original in originals(key, english)], key

    def test_nothing_was_left_in_english(self, language: str) -> None:
        english = entries(ENGLISH)
        same = {
            key
            for key, text in entries(language).items()
            if text in originals(key, english) and len(re.findall(r"[a-z]{2,}", _words(text))) > 2
        }
        assert not same

    def test_letters_are_those_of_the_language(self, language: str) -> None:
        script = {"es": "LATIN", "ru": "CYRILLIC", "zh": "CJK", "hi": "DEVANAGARI"}[language]
        written = Counter(
            unicodedata.name(character, "?").split()[0]
            for text in entries(language).values()
            for character in _words(text)
            if character.isalpha()
        )
        assert written[script] > written.total() * 0.8
        assert set(written) <= {script, "LATIN", "MASCULINE", "FEMININE", "INFORMATION"}


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryLanguage:
    def test_telegram_takes_every_text(self, language: str) -> None:
        for key, text in entries(language).items():
            filled = text.format_map(dict.fromkeys(places(text), "https://x1.xyz/1"))
            assert parse_html(filled).text.strip() or key == "format.group", key

    def test_commands_are_described_within_telegrams_limit(self, language: str) -> None:
        say = texts(language)
        for command in (*COMMANDS, *ADMIN_COMMANDS):
            described = say(f"command.{command.name}")
            assert 3 <= len(described) <= MAX_DESCRIPTION, command.name
            assert described == unescape(TAG.sub("", described)), command.name
        assert len({say(f"command.{command.name}") for command in COMMANDS}) == len(COMMANDS)

    def test_buttons_are_short(self, language: str) -> None:
        for key, text in entries(language).items():
            if key.startswith(("button.", "topic.", "settings.", "language.follow")) and "title" not in key:
                assert 0 < len(re.sub(r"\{.*?\}", "1", text)) <= MAX_BUTTON, key
            if key.startswith(HALF_ROWS):
                assert 0 < len(text) <= MAX_HALF, key

    def test_complaints_fit_where_a_button_is_answered(self, language: str) -> None:
        for key, text in entries(language).items():
            if key.startswith("error."):
                assert len(TAG.sub("", text)) <= MAX_ALERT, key

    def test_days_and_numbers_are_written_as_people_write_them(self, language: str) -> None:
        say = texts(language)
        months = say("format.months").split()
        assert len(set(months)) == 12
        assert (day(MOMENT, say, "UTC"), when(MOMENT, say, "UTC")) == {
            "en": ("5 Mar 2026", "5 Mar 2026, 14:07:09 UTC"),
            "es": ("5 mar 2026", "5 mar 2026, 14:07:09 UTC"),
            "ru": ("5 мар 2026", "5 мар 2026, 14:07:09 UTC"),
            "zh": ("2026年3月5日", "2026年3月5日 14:07:09 UTC"),
            "hi": ("5 मार्च 2026", "5 मार्च 2026, 14:07:09 UTC"),
        }[language]
        assert (
            number(Decimal("1234567.891"), say)
            == {
                "en": "1,234,567.89",
                "es": "1\u00a0234\u00a0567,89",
                "ru": "1\u00a0234\u00a0567,89",
                "zh": "1,234,567.89",
                "hi": "12,34,567.89",
            }[language]
        )

    def test_a_length_of_time_in_each_unit(self, language: str) -> None:
        say = texts(language)
        for time in (timedelta(seconds=0), timedelta(minutes=1), timedelta(hours=5), timedelta(days=21)):
            said = lasting(time, say)
            assert re.match(r"\d+ ?\w", said), said

    async def test_help_finds_every_command_by_what_its_description_says(
        self, chat: Chat, language: str
    ) -> None:
        speaker = {"id": 1, "is_bot": False, "first_name": "x", "language_code": language}
        sender: dict[str, Any] = {"from": speaker}
        say = texts(language)
        for command in CATALOGUE.commands():
            word = max(re.findall(r"[^\W\d_]\S*", say(f"command.{command.name}")), key=len)
            for typed in (word, word.upper(), word.replace("ё", "е").replace("ó", "o")):
                await chat.send(f"/help {typed}", **sender)
                assert f"/{command.name} — " in chat.last, typed
        suggested = re.search("<code>/help (.*?)</code>", say("help.title"))
        assert suggested
        await chat.send(f"/help {suggested[1]}", **sender)
        assert "/balance — " in chat.last

    async def test_help_has_a_page_for_each_topic(self, chat: Chat, language: str) -> None:
        say = texts(language)
        for topic in CATALOGUE.topics():
            await chat.press(f"1:h:{topic}")
            assert "/" in chat.last
            assert say(f"topic.{topic}")


def test_english_has_both_forms_of_each_plural() -> None:
    english = entries(ENGLISH)
    for key in english:
        base, _, form = key.rpartition(".")
        if form in FORMS and "count" in places(english.get(f"{base}.other", "")):
            assert {f"{base}.one", f"{base}.other"} <= set(english), key
            assert places(english[f"{base}.one"]) | {"count"} == places(english[f"{base}.other"]), key


def test_a_region_is_spoken_to_in_its_language() -> None:
    assert [supported(tag) for tag in ("es-MX", "zh-hans", "pt-br", None)] == ["es", "zh", "en", "en"]


def _words(text: str) -> str:
    """What is said in the language: without places, markup, commands and what is quoted as code."""
    bare = re.sub(r"<code>.*?</code>", " ", text, flags=re.DOTALL)
    return COMMAND.sub(" ", TAG.sub(" ", re.sub(r"\{.*?\}", " ", bare)))
