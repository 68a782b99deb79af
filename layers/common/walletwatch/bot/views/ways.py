"""The ways on that many messages share."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Texts
from walletwatch.domain.work import Button, RenderedMessage

type Rows = tuple[tuple[Button, ...], ...]


def runs(text: str, command: str) -> Button:
    """A button that does what a command does that is sent without anything behind it."""
    return button(text, Action.RUN, command)


def menu(say: Texts) -> tuple[Button, ...]:
    """A row with the way to the menu."""
    return (button(say("button.menu"), Action.MENU),)


def adding(say: Texts) -> Rows:
    """The ways to the first wallet."""
    return ((button(say("button.add"), Action.ADD), button(say("button.import"), Action.IMPORT)),)


def giving_up(say: Texts) -> Rows:
    """Leaves a question."""
    return ((runs(say("button.cancel"), "cancel"),),)


def leaving(question: RenderedMessage, say: Texts) -> RenderedMessage:
    """A question that can be left as well as answered."""
    return replace(question, keyboard=(*question.keyboard, *giving_up(say)))


def nothing_watched(say: Texts) -> RenderedMessage:
    """What is said instead of anything about wallets where none is watched."""
    return RenderedMessage(say("list.empty"), adding(say))


def lost(say: Texts) -> Rows:
    """For whoever was not understood."""
    return (tuple(button(say(text), action, place) for text, action, place in _LOST),)


def behind(complaint: str, say: Texts, private_chat: str) -> Rows:
    """What helps whoever is told this complaint; most are answered by another try.

    Args:
        complaint: Its key.
        say: Of the reader.
        private_chat: The link to the reader's chat with the bot.
    """
    if complaint in {"list.empty", "addalert.no_wallet"}:
        return adding(say)
    if complaint in _FOR_PRIVATE:
        return ((Button(say("button.private_chat"), url=private_chat),),)
    ways = _HELPFUL.get(complaint)
    return () if ways is None else (tuple(button(say(text), action, place) for text, action, place in ways),)


_FOR_PRIVATE: Final = frozenset({"error.private_only", "link.ask_in_private"})
_LIST: Final = ("button.list", Action.LIST, "0")
_PLAN: Final = ("button.plan", Action.PLAN, "")
_ALERTS: Final = ("button.alert.back", Action.AM_LIST, "0")
_LOST: Final = (("button.menu", Action.MENU, ""), ("button.help", Action.HELP, ""))
_TAGS: Final = ("button.tags", Action.TAGS, "")
_HELPFUL: Final[Mapping[str, tuple[tuple[str, Action, str], ...]]] = {
    "error.unclear": _LOST,
    "error.unknown_command": _LOST,
    "error.several_addresses": (("button.import", Action.IMPORT, ""),),
    "error.no_such_wallet": (_LIST,),
    "error.not_watched": (_LIST,),
    "error.wallet_not_called": (_LIST,),
    "error.no_such_tag": (_TAGS,),
    "language.unknown": (("button.language", Action.LANGUAGE, ""),),
    "timezone.unknown": (("button.timezone", Action.TIMEZONE, ""),),
    "currency.unknown": (("button.currency", Action.CURRENCY, ""),),
    "quota.wallets": (_PLAN, _LIST),
    "alerts.too_many": (_PLAN, _ALERTS),
    "alerts.none_such": (_ALERTS,),
    "quota.scans": (_PLAN,),
    "quota.exports": (_PLAN,),
}
