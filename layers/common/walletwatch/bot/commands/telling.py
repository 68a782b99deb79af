"""The buttons below what is told."""

import re
from typing import Final

from walletwatch.bot.commands.command import Area, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.domain.delivery import PendingDelivery

_KEY: Final = re.compile("[0-9a-f]{32}")


async def details(talk: Talk, dialogue: Dialogue, key: str) -> None:
    """Show everything that is known of what a message told."""
    told = await _told(talk, dialogue, key)
    await talk.show(dialogue.views.activities.details(told.activities[0], told.subscription, told.names, key))


async def less(talk: Talk, dialogue: Dialogue, key: str) -> None:
    """Show the ways to hear less like what a message told."""
    told = await _told(talk, dialogue, key)
    await talk.show(dialogue.views.activities.less(told.activities[0], told.subscription, told.names, key))


async def _told(talk: Talk, dialogue: Dialogue, key: str) -> PendingDelivery:
    """The ledger entry of a message of this chat.

    Raises:
        StaleData: It is no ledger key.
        Complaint: The chat has no such entry, or not any more.
    """
    if _KEY.fullmatch(key) is None:
        raise StaleData
    told = await dialogue.ledger.entry(talk.chat_id, key)
    if told is None:
        raise Complaint("error.outdated")
    return told


AREA: Final = Area(
    Topic.ALERTS,
    buttons={
        Action.DETAILS: lambda talk, dialogue, data: details(talk, dialogue, data.argument),
        Action.LESS: lambda talk, dialogue, data: less(talk, dialogue, data.argument),
    },
)
