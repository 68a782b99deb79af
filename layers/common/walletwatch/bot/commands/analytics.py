"""How the bot is used, for administrators."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.commands.pictures import draw_beside, draw_instead
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.bot.views import analytics as view
from walletwatch.bot.views.pictures import PictureChoice
from walletwatch.domain.pictures import PictureKind, Theme
from walletwatch.domain.work import RenderedMessage


async def analytics(talk: Talk, dialogue: Dialogue) -> None:
    """/analytics [SECTION]: how the bot is used."""
    name = talk.arguments[0].lower() if talk.arguments else view.SECTIONS[0]
    if name == view.CHART:
        await draw_beside(talk, dialogue, PictureChoice(PictureKind.USE))
        return
    if name not in _SECTIONS:
        raise Complaint("analytics.usage", known=", ".join((*view.SECTIONS, view.CHART)))
    await talk.show(await _SECTIONS[name](talk, dialogue))


async def section(talk: Talk, dialogue: Dialogue, name: str) -> None:
    """A part of it, a picture beside it, or that picture in the other colours.

    Raises:
        StaleData: There is no such part.
    """
    if name == view.CHART:
        await draw_beside(talk, dialogue, PictureChoice(PictureKind.USE))
        return
    if name in _THEMES:
        choice = PictureChoice(PictureKind.USE, theme=_THEMES[name])
        await draw_instead(talk, dialogue, choice, talk.message_id)
        await talk.toast(talk.say("chart.drawing"))
        return
    if name not in _SECTIONS:
        raise StaleData
    await talk.show(await _SECTIONS[name](talk, dialogue))


async def _growth(talk: Talk, dialogue: Dialogue) -> RenderedMessage:
    return view.growth(await dialogue.admin_desk.analytics.growth(), talk.say)


async def _retention(talk: Talk, dialogue: Dialogue) -> RenderedMessage:
    return view.retention(await dialogue.admin_desk.analytics.retention(), talk.say)


async def _wallets(talk: Talk, dialogue: Dialogue) -> RenderedMessage:
    return view.wallets(await dialogue.admin_desk.analytics.wallets(), talk.say)


async def _commands(talk: Talk, dialogue: Dialogue) -> RenderedMessage:
    used, pressed = await dialogue.admin_desk.analytics.commands()
    return view.commands(used, pressed, talk.say)


async def _delivery(talk: Talk, dialogue: Dialogue) -> RenderedMessage:
    return view.delivery(await dialogue.admin_desk.analytics.quality(), talk.say)


_SECTIONS: Final[Mapping[str, Callable[[Talk, Dialogue], Awaitable[RenderedMessage]]]] = {
    "growth": _growth,
    "retention": _retention,
    "wallets": _wallets,
    "commands": _commands,
    "delivery": _delivery,
}
_THEMES: Final = {theme.value: theme for theme in Theme}
assert tuple(_SECTIONS) == view.SECTIONS

AREA: Final = Area(
    Topic.ADMIN,
    commands=(Command("analytics", analytics),),
    buttons={Action.ANALYTICS: lambda talk, dialogue, data: section(talk, dialogue, data.argument)},
)
