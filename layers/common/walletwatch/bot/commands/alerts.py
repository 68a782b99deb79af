"""/alerts, /addalert, /editalert, /delalert, /testalert."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from walletwatch.bot.commands.alert_wizard import add, asked_again
from walletwatch.bot.commands.alert_words import MAX_LIFETIME, with_options
from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, label_of, need_admin
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.bot.views.alerts import sample
from walletwatch.bot.views.ways import giving_up
from walletwatch.domain.alert_rules.firing import PendingAlert
from walletwatch.domain.alert_rules.rule import (
    MAX_COOLDOWN,
    MAX_NAME_LENGTH,
    AlertKind,
    Rule,
    Terms,
    has_expired,
)
from walletwatch.domain.money import NATIVE

_ON: Final = {"0": False, "1": True}


async def alerts(talk: Talk, dialogue: Dialogue) -> None:
    """Show the first page of the chat's alerts."""
    await page(talk, dialogue, 0)


async def page(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Show a page of the chat's alerts."""
    desk = dialogue.desk.rules
    rules = await desk.rules(talk.chat_id)
    limit = desk.limit(talk.chat)
    view = dialogue.views.alert_lists
    await talk.show(view.list(rules, number, limit, talk.chat, desk.now(), talk.say))


async def card(talk: Talk, dialogue: Dialogue, number: int, *, notice: Html | None = None) -> None:
    """Show one alert."""
    await _show(talk, dialogue, await _rule(talk, dialogue, number), notice=notice)


async def editalert(talk: Talk, dialogue: Dialogue) -> None:
    """/editalert [NUMBER] [options]: change an alert, or show what can be changed of it."""
    number = await _number(talk, dialogue, "editalert", Action.AM_CARD)
    if number is None:
        return
    rule = await _rule(talk, dialogue, number)
    words = talk.arguments[1:]
    if not words:
        await _show(talk, dialogue, rule)
    elif words[0].lower() == "name":
        await _change(talk, dialogue, replace(rule, name=_name_of(words[1:])))
    else:
        changed = with_options(rule, words, dialogue.desk.rules.now())
        assert isinstance(changed, Rule)
        await _change(talk, dialogue, changed)


async def delalert(talk: Talk, dialogue: Dialogue) -> None:
    """/delalert [NUMBER]: delete an alert, or ask which."""
    number = await _number(talk, dialogue, "delalert", Action.AM_DELETE)
    if number is not None:
        await delete(talk, dialogue, number)


async def ask_delete(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Ask whether it is meant."""
    rule = await _rule(talk, dialogue, number)
    await talk.show(dialogue.views.alert_lists.confirm(rule, talk.say))


async def delete(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Delete an alert, and show what is left."""
    await need_admin(talk)
    if await dialogue.desk.rules.delete(talk.chat_id, number) is None:
        raise Complaint("alerts.none_such")
    await talk.show(dialogue.views.alert_lists.deleted(number, talk.say))


async def testalert(talk: Talk, dialogue: Dialogue) -> None:
    """/testalert [NUMBER]: show what an alert would look like."""
    desk = dialogue.desk.rules
    if talk.arguments:
        rule = await _rule(talk, dialogue, _parsed(talk.arguments[0]))
    else:
        rules = await desk.rules(talk.chat_id)
        rule = (
            rules[0]
            if rules
            else Rule(
                id=0,
                chat_id=talk.chat_id,
                number=1,
                kind=AlertKind.PRICE_ABOVE,
                terms=Terms(asset=NATIVE, usd=Decimal(1)),
                created_at=desk.now(),
            )
        )
    await _test(talk, dialogue, rule)


async def test(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Show what the alert of a button would look like."""
    await _test(talk, dialogue, await _rule(talk, dialogue, number))


async def preview(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Say how often an alert would have fired."""
    desk = dialogue.desk.rules
    rule = await _rule(talk, dialogue, number)
    found = await desk.preview(rule)
    await talk.show(dialogue.views.alert_lists.preview(rule, found, talk.chat, desk.now(), talk.say))


async def rename(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Ask what an alert shall be called."""
    await need_admin(talk)
    rule = await _rule(talk, dialogue, number)
    if not await dialogue.conversations.ask(talk.contact, "editalert", before=(str(rule.number), "name")):
        raise Complaint("error.session_lost")
    await talk.reply(talk.say("addalert.name.ask", number=rule.number), giving_up(talk.say))


async def set_option(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Change what a button of a card says: `NUMBER option value`."""
    words = argument.split(" ")
    if len(words) != 3:
        raise StaleData
    rule = await _rule(talk, dialogue, _parsed(words[0]))
    await _change(talk, dialogue, _turned(rule, words[1], words[2], dialogue))


def _turned(rule: Rule, option: str, value: str, dialogue: Dialogue) -> Rule:
    now = dialogue.desk.rules.now()
    match option:
        case "paused" | "repeats" | "urgent" if value in _ON:
            switched: dict[str, bool] = {option: _ON[value]}
            return replace(rule, **switched)  # type: ignore[arg-type]
        case "again":
            ends = None if has_expired(rule, now) else rule.expires_at
            return replace(rule, paused=False, expires_at=ends)
        case "cooldown" if (time := _seconds(value)) <= MAX_COOLDOWN:
            return replace(rule, cooldown=time)
        case "expires" if (time := _seconds(value)) <= MAX_LIFETIME:
            return replace(rule, expires_at=now + time if time else None)
        case _:
            raise StaleData


def _seconds(text: str) -> timedelta:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise StaleData
    return timedelta(seconds=int(text))


async def _change(talk: Talk, dialogue: Dialogue, rule: Rule) -> None:
    await need_admin(talk)
    changed = await dialogue.desk.rules.change(talk.chat_id, rule)
    if changed is None:
        raise Complaint("alerts.none_such")
    await _show(talk, dialogue, changed)


async def _show(talk: Talk, dialogue: Dialogue, rule: Rule, *, notice: Html | None = None) -> None:
    now = dialogue.desk.rules.now()
    await talk.show(dialogue.views.alert_lists.card(rule, talk.chat, now, talk.say, notice=notice))


async def _test(talk: Talk, dialogue: Dialogue, rule: Rule) -> None:
    now = dialogue.desk.rules.now()
    alert = PendingAlert("", talk.chat, (sample(rule, now),), now)
    await talk.send(dialogue.views.alerts.message(alert, test=True))


async def _rule(talk: Talk, dialogue: Dialogue, number: int) -> Rule:
    """The alert of this chat that a number means.

    Raises:
        Complaint: There is none.
    """
    rule = await dialogue.desk.rules.rule(talk.chat_id, number) if number < 2**31 else None
    if rule is None:
        raise Complaint("alerts.none_such")
    return rule


async def _number(talk: Talk, dialogue: Dialogue, command: str, action: Action) -> int | None:
    """The number that was written; or the question for it was asked."""
    if talk.arguments:
        return _parsed(talk.arguments[0])
    rules = await dialogue.desk.rules.rules(talk.chat_id)
    if rules:
        await dialogue.conversations.ask(talk.contact, command)
    await talk.show(dialogue.views.alert_lists.choose(rules, action, talk.say))
    return None


def _parsed(text: str) -> int:
    text = text.removeprefix("#")
    if not text.isascii() or not text.isdecimal() or len(text) > 10:
        raise Complaint("alerts.none_such")
    return int(text)


def _name_of(words: tuple[str, ...]) -> str:
    name = label_of(words)
    if name is None or len(name) > MAX_NAME_LENGTH:
        raise Complaint("addalert.name.bad", limit=MAX_NAME_LENGTH)
    return name


AREA: Final = Area(
    Topic.ALERTS,
    commands=(
        Command("alerts", alerts),
        Command("addalert", add, names_wallet=True),
        Command("editalert", editalert),
        Command("delalert", delalert),
        Command("testalert", testalert),
    ),
    buttons={
        Action.AM_LIST: lambda talk, dialogue, data: page(talk, dialogue, data.number),
        Action.AM_CARD: lambda talk, dialogue, data: card(talk, dialogue, data.number),
        Action.AM_ADD: lambda talk, dialogue, data: asked_again(talk, dialogue, data.argument),
        Action.AM_SET: lambda talk, dialogue, data: set_option(talk, dialogue, data.argument),
        Action.AM_DELETE: lambda talk, dialogue, data: ask_delete(talk, dialogue, data.number),
        Action.AM_DELETE_CONFIRMED: lambda talk, dialogue, data: delete(talk, dialogue, data.number),
        Action.AM_PREVIEW: lambda talk, dialogue, data: preview(talk, dialogue, data.number),
        Action.AM_TEST: lambda talk, dialogue, data: test(talk, dialogue, data.number),
        Action.AM_RENAME: lambda talk, dialogue, data: rename(talk, dialogue, data.number),
    },
)
