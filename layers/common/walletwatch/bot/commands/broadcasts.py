"""Telling many people something: whom, what, a preview, and only then everybody."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from telegram.error import BadRequest

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.html_length import MAX_UNITS, units
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import LANGUAGES
from walletwatch.bot.views import broadcasts as broadcast_view
from walletwatch.bot.views.ways import giving_up
from walletwatch.domain.broadcasts import MAX_LINK_TEXT, MAX_URL, RATES, Audience, Broadcast, Link, Segment

LINK, STOP, SHOW = "link", "stop", "show"
MAX_HTML: Final = 8000
MAX_ID: Final = 2**63 - 1


async def broadcast(talk: Talk, dialogue: Dialogue) -> None:
    """/broadcast [AUDIENCE [TEXT] | link ID TEXT URL | show ID | stop ID]."""
    if not talk.arguments:
        await overview(talk, dialogue)
        return
    word = talk.arguments[0].lower()
    if word == LINK:
        await _link(talk, dialogue)
    elif word == STOP:
        await stop(talk, dialogue, _id(talk))
    elif word == SHOW:
        await show(talk, dialogue, _id(talk))
    else:
        await _write(talk, dialogue, word)


async def overview(talk: Talk, dialogue: Dialogue) -> None:
    """To whom something can be written, and what was."""
    begun = await dialogue.admin_desk.broadcasts.newest()
    await talk.show(broadcast_view.overview(begun, talk.say, talk.chat.settings.timezone))


async def choose(talk: Talk, dialogue: Dialogue, audience: str) -> None:
    """The button of an audience: what is to be written?"""
    talk.arguments = (audience,)
    await _write(talk, dialogue, audience)


async def pace(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """How fast a draft is to be sent: `<id>.<messages a second>`.

    Raises:
        StaleData: That is no rate.
    """
    number, _, rate = argument.partition(".")
    if rate not in map(str, RATES) or not number.isdecimal() or int(number) > MAX_ID:
        raise StaleData
    changed = await dialogue.admin_desk.broadcasts.pace(int(number), int(rate), by=_user(talk))
    await talk.show(broadcast_view.preview(_still_draft(changed), talk.say))


async def ask_link(talk: Talk, dialogue: Dialogue, broadcast_id: int) -> None:
    """The button that puts a button below a draft."""
    talk.arguments = (LINK, str(broadcast_id))
    await _link(talk, dialogue)


async def discard(talk: Talk, dialogue: Dialogue, broadcast_id: int) -> None:
    """Forget a draft."""
    if not await dialogue.admin_desk.broadcasts.discard(broadcast_id, by=_user(talk)):
        raise StaleData
    await talk.show(broadcast_view.discarded(talk.say))


async def confirm(talk: Talk, dialogue: Dialogue, broadcast_id: int) -> None:
    """Send it; the message with the button tells from now on how far it is."""
    if talk.query_id is None:
        raise StaleData
    # Where it was begun before, by a second tap or a second administrator, it is only shown.
    await dialogue.admin_desk.broadcasts.start(broadcast_id, (talk.chat_id, talk.message_id), by=_user(talk))
    await show(talk, dialogue, broadcast_id)


async def show(talk: Talk, dialogue: Dialogue, broadcast_id: int) -> None:
    """How far it is."""
    found = await dialogue.admin_desk.broadcasts.standing(broadcast_id)
    if found is None:
        raise Complaint("broadcast.unknown", id=broadcast_id)
    await talk.show(broadcast_view.standing(found, talk.say, talk.chat.settings.timezone))


async def stop(talk: Talk, dialogue: Dialogue, broadcast_id: int) -> None:
    """Send nothing more of it."""
    stopped = await dialogue.admin_desk.broadcasts.stop(broadcast_id, by=_user(talk))
    if stopped is None and await dialogue.admin_desk.broadcasts.standing(broadcast_id) is None:
        raise Complaint("broadcast.unknown", id=broadcast_id)
    await show(talk, dialogue, broadcast_id)


async def no_news(talk: Talk, dialogue: Dialogue) -> None:
    """The button below a broadcast: this chat wants no more of them."""
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    await dialogue.watching.change_settings(talk.chat_id, replace(talk.chat.settings, news=False))
    await talk.toast(talk.say("news.off"), alert=True)


async def _write(talk: Talk, dialogue: Dialogue, name: str) -> None:
    audience = _audience(dialogue, name)
    html = talk.written(1)
    if not html:
        if not await dialogue.conversations.ask(talk.contact, "broadcast", before=(str(audience),)):
            raise Complaint("broadcast.usage")
        people = await dialogue.admin_desk.broadcasts.count(audience)
        await talk.reply(
            talk.say("broadcast.ask_text", to=broadcast_view.audience(audience, talk.say), people=people),
            giving_up(talk.say),
        )
        return
    if len(html) > MAX_HTML or units(html) > MAX_UNITS:
        raise Complaint("broadcast.too_long", limit=MAX_UNITS)
    draft = await dialogue.admin_desk.broadcasts.draft(audience, html, by=_user(talk))
    try:
        # Telegram refuses it if its HTML is none.
        await talk.send(broadcast_view.message(draft, talk.say.language))
    except BadRequest as error:
        await dialogue.admin_desk.broadcasts.discard(draft.id, by=_user(talk))
        raise Complaint("broadcast.refused", reason=error.message) from error
    await talk.send(broadcast_view.preview(draft, talk.say))


async def _link(talk: Talk, dialogue: Dialogue) -> None:
    broadcast_id = _id(talk)
    draft = _still_draft(await dialogue.admin_desk.broadcasts.draft_of(broadcast_id))
    words = talk.arguments[2:]
    if not words:
        if not await dialogue.conversations.ask(talk.contact, "broadcast", before=(LINK, str(draft.id))):
            raise Complaint("broadcast.usage")
        await talk.reply(talk.say("broadcast.ask_link"), giving_up(talk.say))
        return
    text, url = " ".join(words[:-1]), words[-1]
    if not text or len(text) > MAX_LINK_TEXT or not _is_link(url):
        raise Complaint("broadcast.bad_link", limit=MAX_LINK_TEXT)
    link = Link(text, url)
    try:
        # Kept only if Telegram takes it: the draft may be sent by the buttons of an older preview.
        await talk.send(broadcast_view.message(replace(draft, link=link), talk.say.language))
    except BadRequest as error:
        raise Complaint("broadcast.link_refused", reason=error.message) from error
    changed = await dialogue.admin_desk.broadcasts.link(draft.id, link, by=_user(talk))
    await talk.send(broadcast_view.preview(_still_draft(changed), talk.say))


def _audience(dialogue: Dialogue, name: str) -> Audience:
    try:
        audience = dialogue.admin_desk.broadcasts.audience(name)
    except ValueError as error:
        known = [segment.value for segment in Segment if segment is not Segment.LANGUAGE]
        known += [str(Audience(Segment.LANGUAGE, language)) for language in LANGUAGES]
        raise Complaint("broadcast.no_audience", known=", ".join(known)) from error
    return audience


def _still_draft(found: Broadcast | None) -> Broadcast:
    if found is None:
        raise Complaint("broadcast.no_draft")
    return found


def _id(talk: Talk) -> int:
    text = talk.arguments[1].removeprefix("#") if len(talk.arguments) > 1 else ""
    if not (text.isascii() and text.isdecimal()) or int(text) > MAX_ID:
        raise Complaint("broadcast.usage")
    return int(text)


def _is_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"https", "tg"} and bool(parts.netloc) and len(url) <= MAX_URL


def _user(talk: Talk) -> int:
    assert talk.contact.user_id is not None
    return talk.contact.user_id


AREA: Final = Area(
    Topic.BASICS, buttons={Action.NO_NEWS: lambda talk, dialogue, _data: no_news(talk, dialogue)}
)

ADMIN_AREA: Final = Area(
    Topic.ADMIN,
    commands=(Command("broadcast", broadcast),),
    buttons={
        Action.BROADCASTS: lambda talk, dialogue, _data: overview(talk, dialogue),
        Action.AUDIENCE: lambda talk, dialogue, data: choose(talk, dialogue, data.argument),
        Action.BROADCAST_PACE: lambda talk, dialogue, data: pace(talk, dialogue, data.argument),
        Action.BROADCAST_LINK: lambda talk, dialogue, data: ask_link(talk, dialogue, data.number),
        Action.BROADCAST_DISCARDED: lambda talk, dialogue, data: discard(talk, dialogue, data.number),
        Action.BROADCAST_CONFIRMED: lambda talk, dialogue, data: confirm(talk, dialogue, data.number),
        Action.BROADCAST: lambda talk, dialogue, data: show(talk, dialogue, data.number),
        Action.BROADCAST_STOPPED: lambda talk, dialogue, data: stop(talk, dialogue, data.number),
    },
)
