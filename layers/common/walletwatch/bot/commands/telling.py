"""The buttons below what is told."""

import re
from typing import Final

from walletwatch.bot.commands.command import Area, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.domain.delivery import PendingDelivery

_TOLD: Final = re.compile(r"([0-9a-f]{32})(?:\.([1-9][0-9]?))?")
"""A ledger key, and which of the activities that its message tells."""


async def told(talk: Talk, dialogue: Dialogue, which: str) -> None:
    """Show a message again as it was sent."""
    delivery, _ = await _told(talk, dialogue, which)
    await talk.show(dialogue.views.deliveries.message(delivery))


async def details(talk: Talk, dialogue: Dialogue, which: str) -> None:
    """Show everything that is known of what a message told."""
    delivery, number = await _told(talk, dialogue, which)
    await talk.show(dialogue.views.deliveries.details(delivery, number))


async def less(talk: Talk, dialogue: Dialogue, which: str) -> None:
    """Show the ways to hear less like what a message told."""
    delivery, number = await _told(talk, dialogue, which)
    await talk.show(dialogue.views.deliveries.less(delivery, number))


async def _told(talk: Talk, dialogue: Dialogue, which: str) -> tuple[PendingDelivery, int | None]:
    """The ledger entry of a message of this chat, and the number of one of its activities.

    Raises:
        StaleData: It is no ledger key.
        Complaint: The chat has no such entry, or not any more.
    """
    match = _TOLD.fullmatch(which)
    if match is None:
        raise StaleData
    delivery = await dialogue.ledger.entry(talk.chat_id, match[1])
    if delivery is None:
        raise Complaint("error.outdated")
    return delivery, int(match[2]) if match[2] else None


AREA: Final = Area(
    Topic.ALERTS,
    buttons={
        Action.TOLD: lambda talk, dialogue, data: told(talk, dialogue, data.argument),
        Action.DETAILS: lambda talk, dialogue, data: details(talk, dialogue, data.argument),
        Action.LESS: lambda talk, dialogue, data: less(talk, dialogue, data.argument),
    },
)
