"""What all commands share: the use cases they call, and finding the wallet that is meant."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from walletwatch.bot.conversation import Conversations
from walletwatch.bot.keyboards import Action
from walletwatch.bot.operators import Operators
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.bot.views.all import Views
from walletwatch.bot.views.wallets import PAGE_SIZE
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chats import MAX_LABEL_LENGTH, Subscription
from walletwatch.domain.errors import InvalidAddress
from walletwatch.ports.common import Metrics
from walletwatch.services.administering import Administering
from walletwatch.services.backfilling import BackfillRequests
from walletwatch.services.balances import Balances
from walletwatch.services.drawing import PictureRequests
from walletwatch.services.exporting import ExportRequests
from walletwatch.services.listing import Listing
from walletwatch.services.personal import Personal
from walletwatch.services.scan_memory import ScanMemory
from walletwatch.services.scanning import ScanRequests
from walletwatch.services.watching import Watching

if TYPE_CHECKING:
    from walletwatch.bot.commands.command import Catalogue

EXAMPLE_ADDRESS: Final = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The use cases behind the commands.

    Attributes:
        reports: What scans said: the chain is never read here for a scan, and a stranger's link never opened.
    """

    watching: Watching
    balances: Balances
    backfills: BackfillRequests
    scans: ScanRequests
    reports: ScanMemory
    admin: Administering
    listing: Listing
    personal: Personal
    pictures: PictureRequests
    exports: ExportRequests
    views: Views
    catalogue: "Catalogue"
    operators: Operators
    metrics: Metrics
    conversations: Conversations


class Complaint(Exception):
    """What the sender has to be told instead of an answer.

    Attributes:
        key: Of the text.
        values: For its places.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def address_of(text: str) -> str:
    """The address that was written.

    Raises:
        Complaint: It is none, and why.
    """
    try:
        decode_address(text)
    except InvalidAddress as error:
        raise Complaint(f"error.{error.reason}") from error
    return text


def label_of(words: Sequence[str]) -> str | None:
    """The label that was written, without characters that nobody sees.

    Raises:
        Complaint: It is too long.
    """
    text = "".join(
        character
        for character in " ".join(words)
        if unicodedata.category(character) not in _HIDDEN_CATEGORIES
    )
    label = " ".join(text.split())
    if len(label) > MAX_LABEL_LENGTH:
        raise Complaint("error.label_too_long", limit=MAX_LABEL_LENGTH)
    return label or None


async def named_wallet(
    talk: Talk, dialogue: Dialogue, *, only_watched: bool
) -> tuple[str, Subscription | None] | None:
    """The wallet the arguments mean, by address or by label; None where there are no arguments.

    Raises:
        Complaint: There is no such wallet, or the chat has to watch it and does not.
    """
    if not talk.arguments:
        return None
    text = " ".join(talk.arguments)
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    for subscription in watched:
        if text == subscription.address or text.casefold() == (subscription.label or "").casefold():
            return subscription.address, subscription
    address = address_of(talk.arguments[0])
    if only_watched:
        raise Complaint("error.not_watched")
    return address, None


async def ask_address(talk: Talk, dialogue: Dialogue, command: str) -> None:
    """Ask for the address that the command lacks.

    Raises:
        Complaint: The answer would not be understood as one: the command has to come again with it.
    """
    if not await dialogue.conversations.ask(talk.contact, command):
        raise Complaint("error.no_address", name=command, example=EXAMPLE_ADDRESS)
    await talk.reply(talk.say(f"ask.{command}"))


async def choose(
    talk: Talk,
    dialogue: Dialogue,
    command: str,
    question: Html,
    action: Action,
    *,
    only_watched: bool = False,
) -> None:
    """Ask which wallet is meant: one of the chat's, by a button or by its name, or any other."""
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    if not watched:
        if only_watched or talk.in_group:
            await talk.reply(talk.say("list.empty"))
        else:
            await ask_address(talk, dialogue, command)
        return
    if await dialogue.conversations.ask(talk.contact, command):
        question = Html(f"{question}\n{talk.say('ask.or_send')}")
    await talk.reply(question, dialogue.views.wallets.choices(watched[: 4 * PAGE_SIZE], action))


async def owned(talk: Talk, dialogue: Dialogue, subscription_id: int) -> Subscription:
    """The subscription of a button, if it is this chat's.

    Raises:
        Complaint: It is not, or not any more.
    """
    subscription = await dialogue.watching.subscription(talk.chat_id, subscription_id)
    if subscription is None:
        raise Complaint("error.outdated")
    return subscription
