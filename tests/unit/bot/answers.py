"""What is wrong with an answer that Telegram would take."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from telegram_double.html_mode import parse_html

TEXTS: Final = ("text", "caption")
SCRIPTS: Final = {"ru": "[а-яё]", "zh": "[\u4e00-\u9fff]", "hi": "[\u0900-\u097f]"}
"""Letters of a language that no other of the bot's has."""
_ESCAPED: Final = re.compile(r"&(?:lt|gt|amp|quot|#\d+);")
_PLACE: Final = re.compile(r"\{[a-z_]{2,}\}")
"""Of a text, where a value was to be."""
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def keyboard(arguments: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """The rows of buttons of a call."""
    markup = arguments.get("reply_markup") or {}
    rows: list[list[dict[str, Any]]] = (json.loads(markup) if isinstance(markup, str) else markup).get(
        "inline_keyboard", []
    )
    return rows


def data_of(arguments: Mapping[str, Any]) -> list[str]:
    """The callback data of a call's buttons."""
    return [
        button["callback_data"] for row in keyboard(arguments) for button in row if "callback_data" in button
    ]


def flaws(arguments: Mapping[str, Any], language: str) -> Iterator[str]:
    """What a person would see that they should not; names of strangers are `furnished.EVIL`."""
    for part in TEXTS:
        if not arguments.get(part):
            continue
        shown = parse_html(arguments[part]) if arguments.get("parse_mode") == "HTML" else None
        text = shown.text if shown else arguments[part]
        yield from _in_text(text)
        if shown and any(entity.type == "spoiler" for entity in shown.entities):
            yield f"markup of a stranger: {text}"
        labels = [button["text"] for row in keyboard(arguments) for button in row]
        script = SCRIPTS.get(language)
        if script and re.search(script, " ".join((text, *labels)), re.IGNORECASE) is None:
            yield f"not in {language}: {text}"
    for row in keyboard(arguments):
        for button in row:
            yield from _in_text(button["text"])


def _in_text(text: str) -> Iterator[str]:
    if _ESCAPED.search(text):
        yield f"escaped twice: {text}"
    if _PLACE.search(text):
        yield f"without its value: {text}"
    if _TURNS.search(text):
        yield f"turned around: {text!r}"
