"""Commands of the lists of addresses, for everybody and for administrators."""

from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, address_of
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.bot.views import lists as list_view
from walletwatch.bot.views.ways import giving_up
from walletwatch.domain.lists import REPORTS_A_DAY, ListKind
from walletwatch.services.listing import Taken

MAX_PAGE: Final = 100_000
DECISIONS: Final = {"by": (False, True), "bn": (False, False), "ay": (True, True), "an": (True, False)}
"""In a button's data: whether it is an appeal, and whether the administrator agrees."""


async def blocklist(talk: Talk, dialogue: Dialogue) -> None:
    """/blocklist: whom people were warned of, and by whom."""
    await page(talk, dialogue, 0)


async def page(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """A page of it."""
    if number > MAX_PAGE:
        raise StaleData
    zone = talk.chat.settings.timezone
    await talk.show(list_view.page(await dialogue.listing.page(number), zone, talk.say))


async def report_scam(talk: Talk, dialogue: Dialogue) -> None:
    """/report_scam ADDRESS WHY: a person warns of an address."""
    said = await _said_or_asked(talk, dialogue, "report_scam", "report")
    if said is not None:
        await _report(talk, dialogue, said, appeal=False)


async def appeal(talk: Talk, dialogue: Dialogue) -> None:
    """/appeal ADDRESS WHY: a person says that an address is on the list by mistake."""
    if talk.arguments:
        address = address_of(talk.arguments[0])
        if not any(each.kind is ListKind.BLOCK for each in await dialogue.listing.entries(address)):
            raise Complaint("lists.appeal.not_listed", address=address)
    said = await _said_or_asked(talk, dialogue, "appeal", "appeal")
    if said is not None:
        await _report(talk, dialogue, said, appeal=True)


async def block(talk: Talk, dialogue: Dialogue) -> None:
    """/block ADDRESS REASON."""
    await _enter(talk, dialogue, ListKind.BLOCK)


async def allow(talk: Talk, dialogue: Dialogue) -> None:
    """/allow ADDRESS REASON: it wins over every warning."""
    await _enter(talk, dialogue, ListKind.ALLOW)


async def unblock(talk: Talk, dialogue: Dialogue) -> None:
    """/unblock ADDRESS: it is on no list any more."""
    if not talk.arguments:
        raise Complaint("lists.unblock.usage")
    address = address_of(talk.arguments[0])
    count = await dialogue.listing.drop(address, user_id=_user(talk))
    if not count:
        raise Complaint("lists.unblock.not_listed", address=address)
    await talk.reply(talk.say("lists.unblock.done", address=address))


async def reviews(talk: Talk, dialogue: Dialogue) -> None:
    """/reviews: what people report, to be decided."""
    for message in list_view.reviews(await dialogue.listing.reviews(), talk.say):
        await talk.send(message)


async def decide(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """A button of a review.

    Raises:
        StaleData: The argument is no decision on an address.
    """
    kind, _, text = argument.partition(".")
    if kind not in DECISIONS:
        raise StaleData
    is_appeal, agreed = DECISIONS[kind]
    address = address_of(text)
    done = await dialogue.listing.decide(address, appeal=is_appeal, agreed=agreed, user_id=_user(talk))
    outcome = ("agreed" if agreed else "refused") if done else "decided_before"
    await talk.show(list_view.decided(address, outcome, talk.say))


async def _report(talk: Talk, dialogue: Dialogue, said: tuple[str, str], *, appeal: bool) -> None:
    word = "appeal" if appeal else "report"
    address, reason = said
    taken = await dialogue.listing.report(address, reason, appeal=appeal, user_id=_user(talk))
    if taken is Taken.TOO_MANY:
        raise Complaint("lists.too_many", limit=REPORTS_A_DAY)
    outcome = "done" if taken is Taken.NEW else "said_before"
    await talk.reply(talk.say(f"lists.{word}.{outcome}", address=address))


async def _enter(talk: Talk, dialogue: Dialogue, kind: ListKind) -> None:
    address, reason = _said(talk, f"lists.{kind}.usage")
    await dialogue.listing.enter(address, kind, reason, user_id=_user(talk))
    await talk.reply(talk.say(f"lists.{kind}.done", address=address))


async def _said_or_asked(talk: Talk, dialogue: Dialogue, command: str, word: str) -> tuple[str, str] | None:
    """The address, and why; None where what is missing was asked for."""
    usage = f"lists.{word}.usage"
    if len(talk.arguments) >= 2:
        return _said(talk, usage)
    before = (address_of(talk.arguments[0]),) if talk.arguments else ()
    if not await dialogue.conversations.ask(talk.contact, command, before=before):
        raise Complaint(usage)
    question = "ask_why" if before else "ask_address"
    await talk.reply(talk.say(f"lists.{word}.{question}"), giving_up(talk.say))
    return None


def _said(talk: Talk, usage: str) -> tuple[str, str]:
    """The address, and why; a list without reasons is worth nothing."""
    if len(talk.arguments) < 2:
        raise Complaint(usage)
    return address_of(talk.arguments[0]), " ".join(talk.arguments[1:])


def _user(talk: Talk) -> int:
    # What a channel posts has no author: nobody can answer for it.
    if talk.contact.user_id is None:
        raise Complaint("lists.anonymous")
    return talk.contact.user_id


AREA: Final = Area(
    Topic.SECURITY,
    commands=(
        Command("blocklist", blocklist),
        Command("report_scam", report_scam),
        Command("appeal", appeal),
    ),
    buttons={Action.BLOCKLIST: lambda talk, dialogue, data: page(talk, dialogue, data.number)},
)

ADMIN_AREA: Final = Area(
    Topic.ADMIN,
    commands=(
        Command("block", block),
        Command("unblock", unblock),
        Command("allow", allow),
        Command("reviews", reviews),
    ),
    buttons={Action.REVIEW: lambda talk, dialogue, data: decide(talk, dialogue, data.argument)},
)
