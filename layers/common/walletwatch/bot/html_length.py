"""Telegram's limit of a message: 4096 UTF-16 units after its entities are parsed (Bot API, sendMessage)."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Final

from walletwatch.bot.texts import Html

MAX_UNITS: Final = 4096
_TAG: Final = re.compile(r"<[^>]*>")


def plain(html: str) -> str:
    """The text that remains of Telegram HTML: for what knows no markup, such as buttons and toasts."""
    return unescape(_TAG.sub("", html))


def units(html: str) -> int:
    """UTF-16 code units of the text that remains of Telegram HTML."""
    return len(plain(html).encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """Plain text of at most so many UTF-16 units; what does not fit becomes an ellipsis."""
    encoded = text.encode("utf-16-le")
    if len(encoded) <= 2 * limit:
        return text
    # Half a character at the end goes with the rest.
    return f"{encoded[: 2 * (limit - 1)].decode('utf-16-le', 'ignore')}…"


def join_lines(lines: Sequence[Html]) -> Html:
    """Lines as one message; those that do not fit are left out from the first such line on.

    Each line closes what it opens, so a message that is cut between two of them stays valid.
    """
    kept: list[Html] = []
    total = 0
    for line in lines:
        total += units(line) + 1
        if total > MAX_UNITS:
            break
        kept.append(line)
    return Html("\n".join(kept))
