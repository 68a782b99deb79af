"""What long lists share."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from walletwatch.bot.formatting import lasting
from walletwatch.bot.keyboards import SEPARATOR, Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.work import Button

JUST_NOW: Final = timedelta(seconds=2)


def page_of(page: int, count: int, size: int) -> tuple[int, int]:
    """A page that exists and the last one, counted from zero; behind the last one is the last."""
    last = max(0, (count - 1) // size)
    return min(page, last), last


def turns(action: Action, ref: str, page: int, last: int, say: Texts) -> Sequence[Sequence[Button]]:
    """A row with the buttons to the pages before and behind, where there are any."""
    row = []
    if page > 0:
        row.append(button(say("button.previous"), action, f"{ref}{SEPARATOR}{page - 1}"))
    if page < last:
        row.append(button(say("button.next"), action, f"{ref}{SEPARATOR}{page + 1}"))
    return (tuple(row),) if row else ()


def in_rows(buttons: Sequence[Button], size: int) -> Sequence[tuple[Button, ...]]:
    """The buttons in rows of so many."""
    return [tuple(buttons[start : start + size]) for start in range(0, len(buttons), size)]


def age(at: datetime, now: datetime, say: Texts) -> Html:
    """How long ago something was read."""
    passed = now - at
    return say("common.just_now") if passed < JUST_NOW else say("common.ago", time=lasting(passed, say))
