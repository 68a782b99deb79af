"""What all commands share: the use cases they call, and finding the wallet that is meant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from walletwatch.bot.conversation import Conversations
from walletwatch.bot.formatting import short
from walletwatch.bot.keyboards import Action
from walletwatch.bot.operators import Operators
from walletwatch.bot.pasted import unlinked
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.bot.views.all import Views
from walletwatch.bot.views.ways import giving_up, nothing_watched
from walletwatch.domain import wallet_book
from walletwatch.domain.addresses import decode_address, is_address
from walletwatch.domain.chats import Subscription
from walletwatch.domain.errors import InvalidAddress, QuotaExceeded, UnknownWallet
from walletwatch.domain.plans import Quota
from walletwatch.domain.wallet_book import UnfitText
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.scanning import Risks
from walletwatch.ports.telling import Ledger
from walletwatch.services.admin_desk import AdminDesk
from walletwatch.services.administering import Administering
from walletwatch.services.alert_desk import AlertDesk
from walletwatch.services.analysing import Analysing
from walletwatch.services.backfilling import BackfillRequests
from walletwatch.services.balances import Balances
from walletwatch.services.browsing import Browsing
from walletwatch.services.currencies import FreshRates
from walletwatch.services.drawing import PictureRequests
from walletwatch.services.explaining import Explaining
from walletwatch.services.exporting import ExportRequests
from walletwatch.services.inline_cards import InlineCards
from walletwatch.services.linking import Linking
from walletwatch.services.listing import Listing
from walletwatch.services.money import Money
from walletwatch.services.personal import Personal
from walletwatch.services.plans import Plans
from walletwatch.services.quotas import Quotas
from walletwatch.services.reporting import ReportRequests
from walletwatch.services.scan_memory import ScanMemory
from walletwatch.services.scanning import ScanRequests
from walletwatch.services.wallets import Wallets
from walletwatch.services.watching import Watching

if TYPE_CHECKING:
    from walletwatch.bot.commands.command import Catalogue

EXAMPLE_ADDRESS: Final = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
TWICE: Final = timedelta(seconds=5)
"""Within so long a second tap is the same wish."""
_LIKE_AN_ADDRESS: Final = 26
"""Characters of the shortest word that was meant as an address."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The use cases behind the commands.

    Attributes:
        reports: What scans said: the chain is never read here for a scan, and a stranger's link never opened.
    """

    watching: Watching
    wallets: Wallets
    balances: Balances
    money: Money
    backfills: BackfillRequests
    scans: ScanRequests
    reports: ScanMemory
    admin: Administering
    admin_desk: AdminDesk
    listing: Listing
    desk: AlertDesk
    ledger: Ledger
    risks: Risks
    personal: Personal
    inline: InlineCards
    linking: Linking
    plans: Plans
    quotas: Quotas
    pictures: PictureRequests
    exports: ExportRequests
    views: Views
    catalogue: "Catalogue"
    operators: Operators
    metrics: Metrics
    conversations: Conversations
    clock: Clock
    browsing: Browsing
    explaining: Explaining
    analysing: Analysing
    summaries: ReportRequests
    rates: FreshRates


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
    text = unlinked(text)
    try:
        decode_address(text)
    except InvalidAddress as error:
        raise Complaint(f"error.{error.reason}") from error
    return text


def fitting[T](make: Callable[[str], T], text: str) -> T:
    """What is made of a text that was written.

    Raises:
        Complaint: It cannot be kept, and why.
    """
    try:
        return make(text)
    except UnfitText as error:
        raise Complaint(f"error.{error.reason}", limit=error.limit) from error


def label_of(words: Sequence[str]) -> str | None:
    """The label that was written, without characters that nobody sees.

    Raises:
        Complaint: It is too long.
    """
    return fitting(wallet_book.label_of, " ".join(words))


async def named_wallet(
    talk: Talk, dialogue: Dialogue, *, only_watched: bool
) -> tuple[str, Subscription | None] | None:
    """The wallet the arguments mean, by address or by label.

    None where there are no arguments, or where several are called so: `choose` asks which.

    Raises:
        Complaint: There is no such wallet, or the chat has to watch it and does not.
    """
    if not talk.arguments:
        return None
    watched = await watched_by(talk, dialogue)
    found = called(" ".join(talk.arguments), watched)
    if len(found) > 1:
        talk.meant = found
        return None
    if found:
        return found[0].address, found[0]
    if only_watched:
        raise not_watched(talk.arguments[0])
    word = unlinked(talk.arguments[0])
    if not is_address(word):
        raise not_watched(" ".join(talk.arguments) if len(word) < _LIKE_AN_ADDRESS else word)
    return word, None


async def wallet_and_rest(talk: Talk, dialogue: Dialogue) -> tuple[Subscription, str] | None:
    """The watched wallet that the first words mean, and what stands behind its name.

    None where there are no words, or where several wallets are called so: `choose` asks which. The longest
    name that fits is meant.

    Raises:
        Complaint: There is no such wallet.
    """
    if not talk.arguments:
        return None
    watched = await watched_by(talk, dialogue)
    for count in range(len(talk.arguments), 0, -1):
        found = called(" ".join(talk.arguments[:count]), watched)
        if len(found) > 1:
            talk.meant = found
            return None
        if found:
            return found[0], talk.rest(count)
    raise not_watched(talk.arguments[0])


async def watched_by(talk: Talk, dialogue: Dialogue) -> Sequence[Subscription]:
    """What the chat watches, in the order it was added; as it was read with the greeting, where it was."""
    return talk.watched if talk.watched is not None else await dialogue.watching.subscriptions(talk.chat_id)


def called(text: str, watched: Sequence[Subscription]) -> Sequence[Subscription]:
    """The wallet of this address, all of this label, or all whose address is shown so."""
    name = text.casefold()
    return (
        [each for each in watched if each.address == text]
        or [each for each in watched if each.label is not None and each.label.casefold() == name]
        or [each for each in watched if short(each.address) == text]
    )


def not_watched(word: str) -> Complaint:
    """Why no watched wallet is meant by a word."""
    if len(word) < _LIKE_AN_ADDRESS or " " in word:
        return Complaint("error.no_such_wallet", name=word[:64])
    if is_address(word):
        return Complaint("error.not_watched")
    try:
        decode_address(word)
    except InvalidAddress as error:
        return Complaint(f"error.{error.reason}")
    raise AssertionError("an address that is none")


def unknown_wallet(error: UnknownWallet) -> Complaint:
    """What is said of a wallet that the chat does not watch."""
    if not error.name:
        return Complaint("error.outdated")
    return Complaint("error.wallet_not_called", name=error.name[:64])


async def ask_address(talk: Talk, dialogue: Dialogue, command: str) -> None:
    """Ask for the address that the command lacks.

    Raises:
        Complaint: The answer would not be understood as one: the command has to come again with it.
    """
    if not await dialogue.conversations.ask(talk.contact, command):
        raise Complaint("error.no_address", name=command, example=EXAMPLE_ADDRESS)
    await talk.reply(talk.say(f"ask.{command}"), giving_up(talk.say))


async def choose(
    talk: Talk,
    dialogue: Dialogue,
    command: str,
    question: Html,
    action: Action,
    *,
    only_watched: bool = False,
) -> None:
    """Ask which wallet is meant: one of the chat's, by a button or by its name, or any other.

    Where a name was given that several wallets have, they are the choice.
    """
    view = dialogue.views.wallets
    if talk.meant:
        await talk.reply(talk.say("ask.which", count=len(talk.meant)), view.namesakes(talk.meant, action))
        return
    watched = await dialogue.wallets.book.recent(talk.chat_id)
    if not watched:
        if only_watched or talk.in_group:
            await talk.show(nothing_watched(talk.say))
        else:
            await ask_address(talk, dialogue, command)
        return
    rows = view.choices(watched, 0, action, talk.say)
    if await dialogue.conversations.ask(talk.contact, command):
        question = Html(f"{question}\n{talk.say('ask.or_send')}")
        rows = (*rows, *giving_up(talk.say))
    await talk.reply(question, rows)


async def owned(talk: Talk, dialogue: Dialogue, subscription_id: int) -> Subscription:
    """The subscription of a button, if it is this chat's.

    Raises:
        Complaint: It is not, or not any more.
    """
    subscription = await dialogue.wallets.book.use(talk.chat_id, subscription_id)
    if subscription is None:
        raise Complaint("error.outdated")
    return subscription


async def refusal(talk: Talk, dialogue: Dialogue, quota: Quota, request: str) -> QuotaExceeded | None:
    """Take one of what the sender has so much of in a day, beside other questions; why there is none."""
    try:
        await dialogue.quotas.take(talk.chat, quota, request)
    except QuotaExceeded as error:
        return error
    return None


async def is_first_tap(talk: Talk, dialogue: Dialogue, what: str) -> bool:
    """Whether this is no second tap on the same button of the same message; a command is always the first."""
    if talk.query_id is None:
        return True
    name = f"{what}:{talk.message_id}"
    return await dialogue.admin_desk.once.may(talk.chat_id, name, within=TWICE, tap=talk.query_id)


async def need_admin(talk: Talk) -> None:
    """Let nobody but administrators of a group go on.

    Raises:
        Complaint: The sender is none.
    """
    if not await talk.may_change():
        raise Complaint("error.admins_only")
