"""/chart, and the buttons below pictures."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, called, owned
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.pictures import PictureChoice
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import Subscription
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pictures import PICTURE_PERIODS, PictureKind, Theme
from walletwatch.domain.work import RenderedMessage

_KINDS: Final = {
    "balance": PictureKind.BALANCE,
    "portfolio": PictureKind.ALLOCATION,
    "allocation": PictureKind.ALLOCATION,
    "flows": PictureKind.FLOWS,
    "pnl": PictureKind.PNL,
}
_PERIODS: Final = {period.value: period for period in PICTURE_PERIODS} | {"365d": Lookback.YEAR}
_THEMES: Final = {theme.value: theme for theme in Theme}


async def chart(talk: Talk, dialogue: Dialogue) -> None:
    """Draw a wallet: `/chart [wallet] [balance|portfolio|flows|pnl] [7d|30d|90d|1y] [dark] [mint]`."""
    choice, words = _read(talk.arguments)
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    if not watched:
        raise Complaint("list.empty")
    meant = watched
    if words:
        meant, choice = _of_wallet(choice, words, watched)
    if len(meant) == 1:
        choice = replace(choice, subscription_id=meant[0].id)
    elif words or choice.kind is not PictureKind.ALLOCATION:
        await talk.send(dialogue.views.pictures.choices(meant, choice, talk.say))
        return
    await draw_beside(talk, dialogue, choice)


async def chosen(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Draw in place of the question that was answered."""
    choice = await _allowed(talk, dialogue, argument)
    await talk.show(RenderedMessage(talk.say("chart.drawing")))
    await draw_instead(talk, dialogue, choice, talk.message_id)


async def another(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Draw in place of the picture whose button was pressed; it stays until the new one is there."""
    choice = await _allowed(talk, dialogue, argument)
    await draw_instead(talk, dialogue, choice, talk.message_id)
    await talk.toast(talk.say("chart.drawing"))


async def beside(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Draw as a message of its own, beside the one whose button was pressed."""
    await draw_beside(talk, dialogue, await _allowed(talk, dialogue, argument))


async def network(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Draw the people around an address, as a message of its own.

    Raises:
        StaleData: It is no address.
    """
    if not is_address(argument):
        raise StaleData
    await draw_beside(talk, dialogue, PictureChoice(PictureKind.NETWORK, about=argument))


def _read(words: Sequence[str]) -> tuple[PictureChoice, Sequence[str]]:
    """What was said of the picture, and the words that are left."""
    choice, left = PictureChoice(PictureKind.BALANCE), []
    for word in words:
        lowered = word.casefold()
        if lowered in _KINDS:
            choice = replace(choice, kind=_KINDS[lowered])
        elif lowered in _PERIODS:
            choice = replace(choice, period=_PERIODS[lowered])
        elif lowered in _THEMES:
            choice = replace(choice, theme=_THEMES[lowered])
        else:
            left.append(word)
    return choice, left


def _of_wallet(
    choice: PictureChoice, words: Sequence[str], watched: Sequence[Subscription]
) -> tuple[Sequence[Subscription], PictureChoice]:
    """The wallets that the words may mean, and the picture of the mint behind them if there is one.

    Raises:
        Complaint: The chat watches no such wallet.
    """
    *before, last = words
    named = called(" ".join(words), watched)
    if named:
        return named, choice
    if not is_address(last) or not choice.kind.has_period:
        raise Complaint("error.not_watched")
    named = called(" ".join(before), watched) if before else watched if len(watched) == 1 else ()
    if not named:
        raise Complaint("error.not_watched")
    return named, replace(choice, about=last)


async def _allowed(talk: Talk, dialogue: Dialogue, argument: str) -> PictureChoice:
    """What a button stands for, if its wallet is the chat's.

    Raises:
        StaleData: It stands for nothing.
        Complaint: The wallet is not the chat's, or not any more.
    """
    choice = PictureChoice.decode(argument)
    if choice.subscription_id is not None:
        await owned(talk, dialogue, choice.subscription_id)
    elif choice.kind is PictureKind.NETWORK:
        if choice.about is None:
            raise StaleData
    elif choice.kind is not PictureKind.ALLOCATION:
        raise StaleData
    return choice


async def draw_beside(talk: Talk, dialogue: Dialogue, choice: PictureChoice) -> None:
    """Queue a picture that is a message of its own."""
    if not await dialogue.pictures.allowed(talk.chat_id):
        raise Complaint("chart.limit")
    placeholder = await talk.send(RenderedMessage(talk.say("chart.drawing")))
    await _queue(talk, dialogue, choice, placeholder)


async def draw_instead(talk: Talk, dialogue: Dialogue, choice: PictureChoice, edits: int) -> None:
    """Queue a picture that an existing message becomes."""
    if not await dialogue.pictures.allowed(talk.chat_id):
        raise Complaint("chart.limit")
    await _queue(talk, dialogue, choice, edits)


async def _queue(talk: Talk, dialogue: Dialogue, choice: PictureChoice, edits: int) -> None:
    is_network = choice.kind is PictureKind.NETWORK
    await dialogue.pictures.request(
        choice.kind,
        # A button can be pressed again; each press is a request of its own, and a repeated delivery is not.
        request=talk.query_id or str(talk.message_id),
        chat_id=talk.chat_id,
        subscription_id=choice.subscription_id,
        address=choice.about if is_network else None,
        period=choice.period,
        theme=choice.theme,
        language=talk.say.language,
        timezone=talk.chat.settings.timezone,
        edits=edits,
        asset=NATIVE if is_network or choice.about is None else choice.about,
        topic=talk.topic,
    )


AREA: Final = Area(
    Topic.HISTORY,
    commands=(Command("chart", chart),),
    buttons={
        Action.PICTURE: lambda talk, dialogue, data: another(talk, dialogue, data.argument),
        Action.PICTURE_CHOSEN: lambda talk, dialogue, data: chosen(talk, dialogue, data.argument),
        Action.PICTURE_BESIDE: lambda talk, dialogue, data: beside(talk, dialogue, data.argument),
        Action.NETWORK: lambda talk, dialogue, data: network(talk, dialogue, data.argument),
    },
)
