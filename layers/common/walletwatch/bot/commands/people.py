"""What administrators see of people, and do about them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from telegram.error import BadRequest, Forbidden

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import TWICE, Complaint, Dialogue
from walletwatch.bot.keyboards import Action, CallbackData, StaleData
from walletwatch.bot.people_marks import read_query
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html, texts
from walletwatch.bot.views import people as people_view
from walletwatch.bot.views.ways import giving_up
from walletwatch.domain.people import QUOTAS, PeopleOrder, PeopleQuery, Person, settable
from walletwatch.domain.plans import Quota
from walletwatch.services.people_desk import AdministratorsStay

MAX_ID: Final = 2**52
"""Telegram's ids have at most 52 significant bits (Bot API, User.id)."""
MAX_REPLY: Final = 3500
PLAN: Final = "plan"
DELIVERED_WITHIN: Final = timedelta(days=1)
"""Within so long Telegram delivers again what was not seen to (Bot API, "Getting updates")."""


async def users(talk: Talk, dialogue: Dialogue) -> None:
    """/users [ID or @NAME] [active]: people, newest or most active first."""
    words = [word.lower() for word in talk.arguments]
    order = PeopleOrder.NEWEST
    if "active" in words:
        order = PeopleOrder.ACTIVE
        words.remove("active")
    if not words:
        await show_page(talk, dialogue, PeopleQuery(order))
    elif words[0].isascii() and words[0].isdecimal():
        await show_card(talk, dialogue, _id(words[0]))
    else:
        prefix = words[0].removeprefix("@")
        if not prefix or not prefix.isascii() or not prefix.replace("_", "").isalnum() or len(prefix) > 32:
            raise Complaint("people.search_usage")
        await show_page(talk, dialogue, PeopleQuery(order, prefix))


async def show_page(talk: Talk, dialogue: Dialogue, query: PeopleQuery) -> None:
    """A page of people."""
    page = await dialogue.admin_desk.people.page(query)
    await talk.show(people_view.page(page, dialogue.admin_desk.people.now(), talk.say))


async def user(talk: Talk, dialogue: Dialogue) -> None:
    """/user ID: all that is to be known of somebody."""
    if await _lacks_person(talk, dialogue, "user"):
        return
    await show_card(talk, dialogue, _id(talk.arguments[0]))


async def show_card(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """Somebody, with what can be done about them."""
    card = await dialogue.admin_desk.people.card(user_id)
    if card is None:
        raise Complaint("people.unknown", id=user_id)
    is_admin = user_id in dialogue.operators.users
    now = dialogue.admin_desk.people.now()
    await talk.show(people_view.card(card, now, talk.say, _zone(talk), is_admin=is_admin))


async def wallets(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """A page of what somebody's chats watch: `<id>` or `<id>.<behind>`."""
    user_id, _, after = argument.partition(".")
    page = await dialogue.admin_desk.people.wallets(_number(user_id), after=_number(after or "0"))
    await talk.show(people_view.wallets(page, dialogue.views.profile, talk.say))


async def ban(talk: Talk, dialogue: Dialogue) -> None:
    """/ban ID [REASON]: keep somebody out."""
    if await _lacks_person(talk, dialogue, "ban"):
        return
    await _ban(talk, dialogue, _id(talk.arguments[0]), " ".join(talk.arguments[1:]))


async def ask_ban(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """Ask first."""
    person = _known(await dialogue.admin_desk.people.person(user_id), user_id)
    await talk.show(people_view.ask_ban(person, talk.say))


async def unban(talk: Talk, dialogue: Dialogue) -> None:
    """/unban ID: let somebody in again."""
    if await _lacks_person(talk, dialogue, "unban"):
        return
    await unban_one(talk, dialogue, _id(talk.arguments[0]))


async def unban_one(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """The command or the button."""
    _known(await dialogue.admin_desk.people.unban(user_id, by=_user(talk)), user_id)
    await _done(talk, dialogue, user_id, talk.say("people.unbanned", id=user_id))


async def grant(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """The premium plan for a month more."""
    once, by, tap = dialogue.admin_desk.once, _user(talk), talk.query_id
    if not await once.may(by, f"grant:{user_id}", within=TWICE, tap=tap):
        return
    if not await once.may(by, f"granted:{tap}", within=DELIVERED_WITHIN):
        # It came to something before, and only the answer was lost.
        await show_card(talk, dialogue, user_id)
        return
    person = _known(await dialogue.admin_desk.people.grant(user_id, by=_user(talk)), user_id)
    text = people_view.granted(person, talk.say, _zone(talk))
    await _done(talk, dialogue, user_id, text)


async def ask_revoke(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """Ask first: it may have been paid for."""
    person = _known(await dialogue.admin_desk.people.person(user_id), user_id)
    if not person.is_premium(dialogue.admin_desk.people.now()):
        await show_card(talk, dialogue, user_id)
        return
    await talk.show(people_view.ask_revoke(person, talk.say, _zone(talk)))


async def revoke(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """No premium any more."""
    _known(await dialogue.admin_desk.people.revoke(user_id, by=_user(talk)), user_id)
    await _done(talk, dialogue, user_id, talk.say("people.revoked", id=user_id))


async def limits(talk: Talk, dialogue: Dialogue) -> None:
    """/limits [ID [QUOTA VALUE|plan]]: what the plans allow; or see or set what somebody may have."""
    if not talk.arguments:
        await talk.show(people_view.plans(dialogue.admin_desk.people.limits, talk.say))
        return
    user_id = _id(talk.arguments[0])
    if len(talk.arguments) == 1:
        await show_limits(talk, dialogue, user_id)
        return
    name, value = talk.arguments[1].lower(), "".join(talk.arguments[2:]).lower()
    if name not in QUOTAS:
        raise Complaint("people.quota_unknown", known=", ".join(QUOTAS))
    if not value:
        if not await dialogue.conversations.ask(talk.contact, "limits", before=(str(user_id), name)):
            raise Complaint("people.limits_usage", known=", ".join(QUOTAS))
        question = talk.say("people.ask_quota", quota=talk.say(f"people.quota.{name}"), id=user_id)
        await talk.reply(question, giving_up(talk.say))
        return
    values = settable(Quota(name))
    if value != PLAN and not (value.isascii() and value.isdecimal() and int(value) in values):
        raise Complaint("people.quota_value", least=values[0], limit=values[-1])
    set_to, people = (None if value == PLAN else int(value)), dialogue.admin_desk.people
    _known(await people.set_quota(user_id, name, set_to, by=_user(talk)), user_id)
    await show_limits(talk, dialogue, user_id)


async def show_limits(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """What somebody may have, and buttons to change it."""
    person = _known(await dialogue.admin_desk.people.person(user_id), user_id)
    now = dialogue.admin_desk.people.now()
    allowed = dialogue.admin_desk.people.limits
    await talk.show(people_view.limits(person, allowed, now, talk.say, _zone(talk)))


async def ask_limit(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Ask for a quota's value: `<id>.<quota>`."""
    user_id, _, name = argument.partition(".")
    if name not in QUOTAS:
        raise StaleData
    talk.arguments = (str(_number(user_id)), name)
    await limits(talk, dialogue)


async def feedbacks(talk: Talk, dialogue: Dialogue) -> None:
    """/feedbacks: what people said, newest first."""
    await show_feedback(talk, dialogue, "")


async def show_feedback(talk: Talk, dialogue: Dialogue, before: str) -> None:
    """A page of it."""
    page = await dialogue.admin_desk.people.feedback(before=_number(before) if before else None)
    await talk.show(people_view.feedbacks(page, talk.say, _zone(talk)))


async def reply(talk: Talk, dialogue: Dialogue) -> None:
    """/reply ID TEXT: write to somebody through the bot."""
    if await _lacks_person(talk, dialogue, "reply"):
        return
    user_id, text = _id(talk.arguments[0]), talk.written(1)
    person = _known(await dialogue.admin_desk.people.person(user_id), user_id)
    if not text:
        if not await dialogue.conversations.ask(talk.contact, "reply", before=(str(user_id),)):
            raise Complaint("people.usage.reply")
        await talk.reply(talk.say("people.ask_reply", id=user_id), giving_up(talk.say))
        return
    if len(text) > MAX_REPLY:
        raise Complaint("people.reply_too_long", limit=MAX_REPLY)
    try:
        await talk.tell(user_id, people_view.letter(text, texts(person.language)))
    except (Forbidden, BadRequest) as error:
        # It is their chat that is gone, not the administrator's.
        raise Complaint("people.unreachable", id=user_id, reason=error.message) from error
    await dialogue.admin_desk.people.replied(user_id, text, by=_user(talk))
    await talk.reply(talk.say("people.replied", id=user_id))


async def ask_reply(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """The button that writes to somebody."""
    talk.arguments = (str(user_id),)
    await reply(talk, dialogue)


async def _ban(talk: Talk, dialogue: Dialogue, user_id: int, reason: str) -> None:
    try:
        person = await dialogue.admin_desk.people.ban(user_id, reason or None, by=_user(talk))
    except AdministratorsStay as error:
        raise Complaint("people.admins_stay") from error
    _known(person, user_id)
    await _done(talk, dialogue, user_id, talk.say("people.banned", id=user_id))


async def _done(talk: Talk, dialogue: Dialogue, user_id: int, text: Html) -> None:
    """Say what was done: beside the card, which shows how it is now, where a button was pressed."""
    if talk.query_id is None:
        await talk.reply(text)
        return
    await show_card(talk, dialogue, user_id)
    await talk.toast(people_view.plain(text))


async def _lacks_person(talk: Talk, dialogue: Dialogue, command: str) -> bool:
    """Ask who is meant, if that was not said."""
    if talk.arguments:
        return False
    if not await dialogue.conversations.ask(talk.contact, command):
        raise Complaint(f"people.usage.{command}")
    await talk.reply(talk.say(f"people.ask.{command}"), giving_up(talk.say))
    return True


def _known(person: Person | None, user_id: int) -> Person:
    if person is None:
        raise Complaint("people.unknown", id=user_id)
    return person


def _id(text: str) -> int:
    number = text.removeprefix("#")
    if not (number.isascii() and number.isdecimal()) or int(number) > MAX_ID:
        raise Complaint("people.no_id")
    return int(number)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) >= 2**63:
        raise StaleData
    return int(text)


def _user(talk: Talk) -> int:
    assert talk.contact.user_id is not None
    return talk.contact.user_id


def _zone(talk: Talk) -> str:
    return talk.chat.settings.timezone


def _of_number(run: Callable[[Talk, Dialogue, int], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def handler(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
        await run(talk, dialogue, data.number)

    return handler


AREA: Final = Area(
    Topic.ADMIN,
    commands=(
        Command("users", users),
        Command("user", user),
        Command("ban", ban),
        Command("unban", unban),
        Command("limits", limits),
        Command("feedbacks", feedbacks),
        Command("reply", reply),
    ),
    buttons={
        Action.PEOPLE: lambda talk, dialogue, data: show_page(talk, dialogue, read_query(data.argument)),
        Action.PERSON: _of_number(show_card),
        Action.PERSON_WALLETS: lambda talk, dialogue, data: wallets(talk, dialogue, data.argument),
        Action.BAN: _of_number(ask_ban),
        Action.BAN_CONFIRMED: lambda talk, dialogue, data: _ban(talk, dialogue, data.number, ""),
        Action.UNBAN: _of_number(unban_one),
        Action.GRANT: _of_number(grant),
        Action.REVOKE: _of_number(ask_revoke),
        Action.REVOKE_CONFIRMED: _of_number(revoke),
        Action.PERSON_LIMITS: _of_number(show_limits),
        Action.LIMIT: lambda talk, dialogue, data: ask_limit(talk, dialogue, data.argument),
        Action.MESSAGE_PERSON: _of_number(ask_reply),
        Action.FEEDBACKS: lambda talk, dialogue, data: show_feedback(talk, dialogue, data.argument),
    },
)
