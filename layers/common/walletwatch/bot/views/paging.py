"""What long lists share."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import batched
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


def numbered(title: Html, page: int, last: int) -> Html:
    """The title of a list, with the number of its page where it has several."""
    return Html(f"{title} · {page + 1}/{last + 1}") if last else title


def turns(
    action: Action, place: Callable[[int], object], page: int, last: int, say: Texts
) -> tuple[tuple[Button, ...], ...]:
    """A row with the buttons to the pages before and behind, where there are any.

    Args:
        action: Shows a page.
        place: What is behind the action, for the number of a page.
        page: The one that is shown.
        last: The last one.
        say: Of the reader.
    """
    row = []
    if page > 0:
        row.append(button(say("button.previous"), action, place(page - 1)))
    if page < last:
        row.append(button(say("button.next"), action, place(page + 1)))
    return (tuple(row),) if row else ()


def behind(ref: str) -> Callable[[int], str]:
    """Puts the number of a page behind what the pages are of."""
    return lambda number: f"{ref}{SEPARATOR}{number}"


def in_rows(buttons: Sequence[Button], size: int) -> tuple[tuple[Button, ...], ...]:
    """The buttons in rows of so many."""
    return tuple(batched(buttons, size, strict=False))


def age(at: datetime, now: datetime, say: Texts) -> Html:
    """How long ago something was read."""
    passed = now - at
    return say("common.just_now") if passed < JUST_NOW else say("common.ago", time=lasting(passed, say))
