"""/alerts, /addalert, /editalert, /delalert, /testalert."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from walletwatch.bot.commands.alert_cards import number_of, parsed, rule_of, show
from walletwatch.bot.commands.alert_editing import edit, editalert, pause_told, set_option
from walletwatch.bot.commands.alert_wizard import add, asked_again
from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, need_admin
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.alerts import sample
from walletwatch.domain.alert_rules.firing import PendingAlert
from walletwatch.domain.alert_rules.rule import (
    AlertKind,
    Rule,
    Terms,
)
from walletwatch.domain.money import NATIVE
from walletwatch.domain.work import RenderedMessage


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


async def card(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Show one alert."""
    await show(talk, dialogue, await rule_of(talk, dialogue, number))


async def delalert(talk: Talk, dialogue: Dialogue) -> None:
    """/delalert [NUMBER]: delete an alert, or ask which."""
    number = await number_of(talk, dialogue, "delalert", Action.AM_DELETE)
    if number is not None:
        await delete(talk, dialogue, number)


async def ask_delete(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Ask whether it is meant."""
    rule = await rule_of(talk, dialogue, number)
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
        await _test(talk, dialogue, await rule_of(talk, dialogue, parsed(talk.arguments[0])))
        return
    rules = await desk.rules(talk.chat_id)
    if rules:
        await _test(talk, dialogue, rules[0])
        return
    rule = Rule(
        id=0,
        chat_id=talk.chat_id,
        number=1,
        kind=AlertKind.PRICE_ABOVE,
        terms=Terms(asset=NATIVE, usd=Decimal(1)),
        created_at=desk.now(),
    )
    add = button(talk.say("button.alert.add"), Action.AM_ADD)
    await talk.send(replace(_sample(talk, dialogue, rule), keyboard=((add,),)))


async def test(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Show what the alert of a button would look like."""
    await _test(talk, dialogue, await rule_of(talk, dialogue, number))


async def preview(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Say how often an alert would have fired."""
    desk = dialogue.desk.rules
    rule = await rule_of(talk, dialogue, number)
    found = await desk.preview(rule)
    await talk.show(dialogue.views.alert_lists.preview(rule, found, talk.chat, desk.now(), talk.say))


async def _test(talk: Talk, dialogue: Dialogue, rule: Rule) -> None:
    await talk.send(_sample(talk, dialogue, rule))


def _sample(talk: Talk, dialogue: Dialogue, rule: Rule) -> RenderedMessage:
    now = dialogue.desk.rules.now()
    return dialogue.views.alerts.message(PendingAlert("", talk.chat, (sample(rule, now),), now), test=True)


AREA: Final = Area(
    Topic.ALERTS,
    commands=(
        Command("alerts", alerts),
        Command("addalert", add, names_wallet=True),
        Command("editalert", editalert, names_wallet=True, names_alert=True),
        Command("delalert", delalert),
        Command("testalert", testalert),
    ),
    buttons={
        Action.AM_LIST: lambda talk, dialogue, data: page(talk, dialogue, data.number),
        Action.AM_CARD: lambda talk, dialogue, data: card(talk, dialogue, data.number),
        Action.AM_ADD: lambda talk, dialogue, data: asked_again(talk, dialogue, data.argument),
        Action.AM_SET: lambda talk, dialogue, data: set_option(talk, dialogue, data.argument),
        Action.AM_PAUSE: lambda talk, dialogue, data: pause_told(talk, dialogue, data.number),
        Action.AM_DELETE: lambda talk, dialogue, data: ask_delete(talk, dialogue, data.number),
        Action.AM_DELETE_CONFIRMED: lambda talk, dialogue, data: delete(talk, dialogue, data.number),
        Action.AM_PREVIEW: lambda talk, dialogue, data: preview(talk, dialogue, data.number),
        Action.AM_TEST: lambda talk, dialogue, data: test(talk, dialogue, data.number),
        Action.AM_RENAME: lambda talk, dialogue, data: edit(talk, dialogue, f"{data.number} name"),
        Action.AM_EDIT: lambda talk, dialogue, data: edit(talk, dialogue, data.argument),
    },
)
