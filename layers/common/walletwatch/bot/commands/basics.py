"""The bot and its people: the ways on, how a chat is spoken to, how it is served, and a person's own data."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from telegram.error import TelegramError

from walletwatch.bot import timezones
from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, address_of, called, watched_by
from walletwatch.bot.folding import folded
from walletwatch.bot.formatting import whole
from walletwatch.bot.keyboards import Action, CallbackData, StaleData, wished
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import LANGUAGES, texts
from walletwatch.bot.views.basics import SETTINGS
from walletwatch.bot.views.groups import welcome
from walletwatch.bot.views.ways import giving_up
from walletwatch.domain.chats import Chat, ChatSettings
from walletwatch.services.personal import COPIES_AN_HOUR, FEEDBACK_A_DAY, MAX_FEEDBACK

FOLLOW_TELEGRAM: Final = "auto"


async def start(talk: Talk, dialogue: Dialogue) -> None:
    """Greet; a deep link's payload goes to the area that knows its prefix."""
    found = dialogue.catalogue.link(talk.arguments[0]) if talk.arguments else None
    if found is None:
        await talk.send(welcome(talk.say) if talk.in_group else dialogue.views.basics.greeting(talk.say))
        return
    handle, payload = found
    await handle(talk, dialogue, payload)


async def open_wallet(talk: Talk, dialogue: Dialogue, payload: str) -> None:
    """A deep link `w_<address>` offers what can be done with that address."""
    address = address_of(payload)
    known = called(address, await watched_by(talk, dialogue))
    await talk.send(dialogue.views.wallets.bare_address(address, talk.say, known=known))


async def menu(talk: Talk, dialogue: Dialogue) -> None:
    """Show the ways on."""
    await talk.show(dialogue.views.basics.main_menu(talk.say, in_group=talk.in_group))


async def cancel(talk: Talk, dialogue: Dialogue) -> None:
    """Say whether there was a question to give up; every command gives it up."""
    key = "cancel.nothing" if talk.given_up is None else "cancel.done"
    text = talk.say(key, name=talk.given_up.command if talk.given_up else "")
    await talk.show(dialogue.views.basics.cancelled(text, talk.say))


async def run(talk: Talk, dialogue: Dialogue, name: str) -> None:
    """Do what a command does that is sent without anything behind it.

    Raises:
        StaleData: There is no such command, or not here.
    """
    for command in dialogue.catalogue.commands(private=not talk.in_group):
        if command.name == name:
            await command.run(talk, dialogue)
            return
    raise StaleData


async def help_(talk: Talk, dialogue: Dialogue) -> None:
    """/help: the topics; /help WORDS: what has them in its name, its description or its topic's."""
    words = folded(" ".join(talk.arguments).removeprefix("/")).split()
    if not words:
        await _topics(talk, dialogue)
        return
    private, say = not talk.in_group, talk.say
    described = [
        (command.name, folded(f"{command.name} {say(f'command.{command.name}')} {say(f'topic.{topic}')}"))
        for topic in dialogue.catalogue.topics(private=private)
        for command in dialogue.catalogue.commands(topic, private=private)
    ]
    fits = [(name, text) for name, text in described if all(word in text for word in words)]
    # Nothing has all of them: what has the most comes nearest.
    if not fits:
        most = max(sum(word in text for word in words) for _, text in described)
        fits = [each for each in described if most and sum(word in each[1] for word in words) == most]
    found = sorted((name for name, _ in fits), key=lambda name: all(word not in name for word in words))
    topics = dialogue.catalogue.topics(private=private)
    await talk.show(dialogue.views.basics.found(" ".join(talk.arguments), found, topics, say))


async def help_topic(talk: Talk, dialogue: Dialogue, name: str) -> None:
    """The commands of a topic.

    Raises:
        StaleData: There is no such topic.
    """
    if not name:
        await _topics(talk, dialogue)
        return
    private = not talk.in_group
    topic = next((topic for topic in dialogue.catalogue.topics(private=private) if topic == name), None)
    if topic is None:
        raise StaleData
    commands = dialogue.catalogue.commands(topic, private=private)
    names = [command.name for command in commands]
    await talk.show(dialogue.views.basics.topic(topic.value, names, talk.say))


async def _topics(talk: Talk, dialogue: Dialogue) -> None:
    topics = dialogue.catalogue.topics(private=not talk.in_group)
    await talk.show(dialogue.views.basics.topics(topics, talk.say, in_group=talk.in_group))


async def settings(talk: Talk, dialogue: Dialogue) -> None:
    """Show the switches, and how the chat is spoken to."""
    await talk.show(dialogue.views.basics.settings(talk.chat, talk.say))


async def toggle(talk: Talk, dialogue: Dialogue, name: str, wish: str) -> None:
    """Turn one switch on or off."""
    if name not in SETTINGS:
        raise Complaint("error.outdated")
    turned: dict[str, Any] = {name: wished(wish)}
    await _change(talk, dialogue, replace(talk.chat.settings, **turned))
    await talk.show(dialogue.views.basics.settings(talk.chat, talk.say))


async def language(talk: Talk, dialogue: Dialogue) -> None:
    """/language [CODE or NAME]: choose what to be spoken to in."""
    if talk.arguments:
        await set_language(talk, dialogue, _language(" ".join(talk.arguments)))
    else:
        await talk.show(dialogue.views.basics.languages(talk.chat, talk.say))


async def set_language(talk: Talk, dialogue: Dialogue, code: str) -> None:
    """Speak this language from now on, or whichever Telegram says."""
    if code != FOLLOW_TELEGRAM and code not in LANGUAGES:
        raise Complaint("language.unknown", known=", ".join(_language_names().values()))
    chosen = None if code == FOLLOW_TELEGRAM else code
    await _change(talk, dialogue, replace(talk.chat.settings, language=chosen))
    await talk.show(dialogue.views.basics.languages(talk.chat, talk.say))


def _language(written: str) -> str:
    """The code of what was written: a code such as `es` or `es-MX`, or a language's own name."""
    name = folded(written)
    code = name.replace("_", "-").partition("-")[0]
    return next((known for known, called in _language_names().items() if folded(called) == name), code)


def _language_names() -> Mapping[str, str]:
    return {code: texts(code)("language.name") for code in LANGUAGES}


async def timezone(talk: Talk, dialogue: Dialogue) -> None:
    """/timezone [CITY or OFFSET]: choose whose clock times are told by."""
    now = dialogue.watching.now()
    if not talk.arguments:
        asked = await dialogue.conversations.ask(talk.contact, "timezone")
        zones = dialogue.views.basics.zones(talk.chat, timezones.POPULAR, now, talk.say, asked=asked)
        await talk.show(zones)
        return
    found = timezones.find_zones(" ".join(talk.arguments), now)
    if not found:
        raise Complaint("timezone.unknown")
    if len(found) == 1:
        await set_timezone(talk, dialogue, found[0])
    else:
        await talk.show(dialogue.views.basics.zones(talk.chat, found, now, talk.say, asked=False))


async def set_timezone(talk: Talk, dialogue: Dialogue, name: str) -> None:
    """Tell times by this zone's clock from now on."""
    now = dialogue.watching.now()
    if timezones.find_zones(name, now) != (name,):
        raise Complaint("error.outdated")
    await _change(talk, dialogue, replace(talk.chat.settings, timezone=name))
    await talk.show(dialogue.views.basics.zone_set(talk.chat, now, talk.say))


async def currency(talk: Talk, dialogue: Dialogue) -> None:
    """/currency [CODE]: choose what values are told in."""
    await dialogue.rates.load()
    if talk.arguments:
        await _set_currency(talk, dialogue, " ".join(talk.arguments))
    else:
        await _show_currencies(talk, dialogue)


async def choose_currency(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """Show the currencies, or tell values in the one that was tapped."""
    await dialogue.rates.load()
    if data.argument:
        await _set_currency(talk, dialogue, data.argument)
    else:
        await _show_currencies(talk, dialogue)


async def _show_currencies(talk: Talk, dialogue: Dialogue) -> None:
    offered = dialogue.rates.known.offered
    await talk.show(dialogue.views.basics.currencies(talk.chat, offered, talk.say))


async def _set_currency(talk: Talk, dialogue: Dialogue, name: str) -> None:
    """Tell values in this from now on; a currency goes by its code and by its symbol."""
    offered = dialogue.rates.known.offered
    wanted = name.lower()
    names = ((each, {each.currency.value, each.code.lower(), each.symbol.lower()}) for each in offered)
    chosen = next((each.currency for each, called in names if wanted in called), None)
    if chosen is None:
        raise Complaint("currency.unknown", known=", ".join(each.code for each in offered))
    await _change(talk, dialogue, replace(talk.chat.settings, currency=chosen))
    await _show_currencies(talk, dialogue)


async def status(talk: Talk, dialogue: Dialogue) -> None:
    """Show how well this chat is served."""
    found = await dialogue.watching.status(talk.chat_id)
    await talk.show(dialogue.views.basics.status(found, talk.chat.settings.timezone, talk.say))


async def about(talk: Talk, dialogue: Dialogue) -> None:
    """Say what this bot is, and which chain it watches."""
    await talk.show(dialogue.views.basics.about(dialogue.views.profile, talk.say))


async def privacy(talk: Talk, dialogue: Dialogue) -> None:
    """Say what is kept, for how long, and how to be forgotten."""
    await talk.show(dialogue.views.basics.privacy(talk.say, in_group=talk.in_group))


async def my_data(talk: Talk, dialogue: Dialogue) -> None:
    """/mydata: everything that is kept of the person, as a document."""
    user_id = _person(talk)
    copy = await dialogue.personal.copy(user_id)
    if copy is None:
        raise Complaint("mydata.limit", count=COPIES_AN_HOUR)
    caption = talk.say("mydata.caption", count=copy.rows)
    if copy.cut:
        caption = talk.say("mydata.cut", caption=caption, tables=", ".join(copy.cut))
    await talk.document("my-data.json", copy.content, caption)


async def delete_me(talk: Talk, dialogue: Dialogue) -> None:
    """/deleteme: ask whether it is meant."""
    _person(talk)
    await talk.show(dialogue.views.basics.forget_question(talk.say))


async def forget_confirmed(talk: Talk, dialogue: Dialogue) -> None:
    """Forget the person whose private chat this is."""
    await dialogue.personal.forget(_person(talk))
    await talk.show(dialogue.views.basics.forgotten(talk.say))


async def feedback(talk: Talk, dialogue: Dialogue) -> None:
    """/feedback TEXT: keep it, and tell those who run the bot."""
    user_id = _person(talk)
    if not talk.arguments:
        await dialogue.conversations.ask(talk.contact, "feedback")
        await talk.reply(talk.say("ask.feedback"), giving_up(talk.say))
        return
    text = talk.written(0)
    if len(text) > MAX_FEEDBACK:
        raise Complaint("feedback.too_long", limit=whole(MAX_FEEDBACK, talk.say))
    number = await dialogue.personal.hear(user_id, text)
    if number is None:
        raise Complaint("feedback.limit", count=FEEDBACK_A_DAY)
    await talk.reply(talk.say("feedback.heard"))
    message = dialogue.views.basics.feedback_for_operators(number, talk.contact, text)
    for chat_id in sorted(dialogue.operators.chats):
        try:
            await talk.tell(chat_id, message)
        except TelegramError:
            # It is kept, and /feedbacks shows it: whoever gave it need not hear of our troubles.
            dialogue.metrics.count("FeedbackUntold")


async def _change(talk: Talk, dialogue: Dialogue, changed: ChatSettings) -> Chat:
    """Store the chat's settings, and speak by them from here on."""
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    talk.meet(await dialogue.watching.change_settings(talk.chat_id, changed))
    return talk.chat


def _person(talk: Talk) -> int:
    """The person, in their private chat.

    Raises:
        Complaint: It is no private chat: others would see what is theirs.
    """
    if talk.in_group or talk.contact.user_id is None:
        raise Complaint("error.private_only")
    return talk.contact.user_id


AREA: Final = Area(
    Topic.BASICS,
    commands=(
        Command("menu", menu),
        Command("status", status),
        Command("settings", settings),
        Command("language", language),
        Command("timezone", timezone),
        Command("currency", currency),
        Command("help", help_),
        Command("about", about),
        Command("privacy", privacy),
        Command("mydata", my_data, private=True),
        Command("deleteme", delete_me, private=True),
        Command("feedback", feedback, private=True),
        Command("cancel", cancel, recalls=True),
        Command("start", start, names_wallet=True),
    ),
    buttons={
        Action.RUN: lambda talk, dialogue, data: run(talk, dialogue, data.argument),
        Action.MENU: lambda talk, dialogue, _data: menu(talk, dialogue),
        Action.SETTINGS: lambda talk, dialogue, _data: settings(talk, dialogue),
        Action.TOGGLE: lambda talk, dialogue, data: toggle(talk, dialogue, *data.parts),
        Action.LANGUAGE: lambda talk, dialogue, data: (
            set_language(talk, dialogue, data.argument) if data.argument else language(talk, dialogue)
        ),
        Action.TIMEZONE: lambda talk, dialogue, data: (
            set_timezone(talk, dialogue, data.argument) if data.argument else timezone(talk, dialogue)
        ),
        Action.CURRENCY: choose_currency,
        Action.HELP: lambda talk, dialogue, data: help_topic(talk, dialogue, data.argument),
        Action.STATUS: lambda talk, dialogue, _data: status(talk, dialogue),
        Action.FORGET_CONFIRMED: lambda talk, dialogue, _data: forget_confirmed(talk, dialogue),
    },
    links={"w": open_wallet},
)
