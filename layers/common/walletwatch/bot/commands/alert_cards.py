"""Finding the alert that is meant, and showing it."""

from collections.abc import Sequence

from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.keyboards import Action
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.domain.alert_rules.rule import Rule


async def rules_of(talk: Talk, dialogue: Dialogue) -> Sequence[Rule]:
    """The chat's alerts, by number; as they were read with the greeting, where they were."""
    return talk.rules if talk.rules is not None else await dialogue.desk.rules.rules(talk.chat_id)


async def rule_of(talk: Talk, dialogue: Dialogue, number: int) -> Rule:
    """The alert of this chat that a number means.

    Raises:
        Complaint: There is none.
    """
    if talk.rules is not None:
        rule = next((each for each in talk.rules if each.number == number), None)
    else:
        rule = await dialogue.desk.rules.rule(talk.chat_id, number) if number < 2**31 else None
    if rule is None:
        raise Complaint("alerts.none_such")
    return rule


async def number_of(talk: Talk, dialogue: Dialogue, command: str, action: Action) -> int | None:
    """The number that was written; or the question for it was asked."""
    if talk.arguments:
        return parsed(talk.arguments[0])
    rules = await rules_of(talk, dialogue)
    if rules:
        await dialogue.conversations.ask(talk.contact, command)
    await talk.show(dialogue.views.alert_lists.choose(rules, action, talk.say))
    return None


def parsed(text: str) -> int:
    """The number of an alert.

    Raises:
        Complaint: It is none.
    """
    text = text.removeprefix("#")
    if not text.isascii() or not text.isdecimal() or len(text) > 10:
        raise Complaint("alerts.none_such")
    return int(text)


async def show(talk: Talk, dialogue: Dialogue, rule: Rule, *, notice: Html | None = None) -> None:
    """Show one alert."""
    now = dialogue.desk.rules.now()
    await talk.show(dialogue.views.alert_lists.card(rule, talk.chat, now, talk.say, notice=notice))
