"""/export, and its questions."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, called, is_first_tap, owned, refusal
from walletwatch.bot.keyboards import Action, number_of
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.exports import ALL, ExportChoice
from walletwatch.bot.views.wallets import cut
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import Subscription
from walletwatch.domain.exports import EXPORT_PERIODS, ExportFormat
from walletwatch.domain.plans import Quota

_FORMATS: Final = {each.value: each for each in ExportFormat} | {"excel": ExportFormat.XLSX}
_PERIODS: Final = {each.value: each for each in EXPORT_PERIODS} | {"365d": EXPORT_PERIODS[2]}
"""`all` alone is all time where a wallet is named, and else all wallets."""


async def export(talk: Talk, dialogue: Dialogue) -> None:
    """Write a chat's history: `/export [format] [wallet|all] [30d|90d|1y|all]`; it asks for the rest."""
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    if not watched:
        raise Complaint("list.empty")
    choice, meant = _read(talk.arguments, watched)
    if choice.wallet is None and len(watched) == 1:
        choice = replace(choice, wallet=str(watched[0].id))
    await _next(talk, dialogue, choice, meant)


async def chosen(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Go on with what a button said.

    Raises:
        StaleData: It says nothing.
        Complaint: The wallet is not the chat's, or not any more.
    """
    choice = ExportChoice.decode(argument)
    watched: Sequence[Subscription] = ()
    if choice.wallet is None:
        watched = await dialogue.watching.subscriptions(talk.chat_id)
    elif choice.wallet != ALL:
        await owned(talk, dialogue, number_of(choice.wallet))
    await _next(talk, dialogue, choice, watched)


def _read(
    words: Sequence[str], watched: Sequence[Subscription]
) -> tuple[ExportChoice, Sequence[Subscription]]:
    """What the words say, in any order, and the wallets that may be meant where they name several.

    Raises:
        Complaint: They name no wallet that the chat watches, and no format.
    """
    choice, left = ExportChoice(), []
    for word in words:
        lowered = word.casefold()
        if lowered in _FORMATS and choice.format is None:
            choice = replace(choice, format=_FORMATS[lowered])
        elif lowered in _PERIODS and lowered != ALL and choice.period is None:
            choice = replace(choice, period=_PERIODS[lowered])
        else:
            left.append(word)
    alls = [word for word in left if word.casefold() == ALL]
    name = " ".join(word for word in left if word.casefold() != ALL)
    if name:
        found = called(name, watched)
        if not found and is_address(name):
            raise Complaint("error.not_watched")
        if not found:
            raise Complaint(
                "history_export.unknown",
                name=cut(name),
                formats=", ".join(each.value for each in ExportFormat),
            )
        choice, watched = replace(choice, wallet=str(found[0].id) if len(found) == 1 else None), found
        alls = [ALL, *alls]
    elif alls:
        choice = replace(choice, wallet=ALL)
    if len(alls) > 1 and choice.period is None:
        choice = replace(choice, period=_PERIODS[ALL])
    return choice, watched


async def _next(
    talk: Talk, dialogue: Dialogue, choice: ExportChoice, watched: Sequence[Subscription]
) -> None:
    """Ask for the first thing that is missing, or begin."""
    view = dialogue.views.exports
    if choice.format is None:
        await talk.show(view.ask_format(choice, talk.say))
    elif choice.wallet is None:
        await talk.show(view.ask_wallet(choice, watched, talk.say))
    elif choice.period is None:
        await talk.show(view.ask_period(choice, talk.say))
    else:
        await _begin(talk, dialogue, choice)


async def _begin(talk: Talk, dialogue: Dialogue, choice: ExportChoice) -> None:
    assert choice.format is not None
    assert choice.period is not None
    # A button can be pressed again; each press is a request of its own, and a repeated delivery is not.
    request = talk.query_id or str(talk.message_id)
    refused, first = await asyncio.gather(
        refusal(talk, dialogue, Quota.EXPORTS, request), is_first_tap(talk, dialogue, "export")
    )
    if not first:
        await dialogue.quotas.give_back(talk.chat, Quota.EXPORTS, request)
        return
    if refused is not None:
        raise refused
    begun = dialogue.views.exports.begun(talk.say)
    if talk.query_id is None:
        progress_id = await talk.send(begun)
    else:
        progress_id = talk.message_id
        await talk.show(begun)
    await dialogue.exports.request(
        choice.format,
        request=request,
        chat_id=talk.chat_id,
        subscription_id=None if choice.wallet == ALL else int(choice.wallet or 0),
        period=choice.period,
        language=talk.say.language,
        timezone=talk.chat.settings.timezone,
        progress_id=progress_id,
        topic=talk.topic,
    )


AREA: Final = Area(
    Topic.EXPORT,
    commands=(Command("export", export),),
    buttons={Action.EXPORT_HISTORY: lambda talk, dialogue, data: chosen(talk, dialogue, data.argument)},
)
