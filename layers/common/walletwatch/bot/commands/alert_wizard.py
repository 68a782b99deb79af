"""Making an alert: everything at once, or one question after the other.

Each answer is a word behind those that were said before, in the order of what the kind needs; a button says
the same words. What is missing is asked for each time.
"""

from walletwatch.bot.commands.alert_cards import rules_of
from walletwatch.bot.commands.alert_terms import Draft, Question, settle
from walletwatch.bot.commands.alert_words import with_options
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.keyboards import Action
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.ways import leaving
from walletwatch.domain.alert_rules.rule import TRAITS, AlertKind, NewRule
from walletwatch.services.rule_keeping import TooManyAlerts


async def asked_again(talk: Talk, dialogue: Dialogue, words: str) -> None:
    """A button of the wizard was pressed: it says everything so far."""
    talk.arguments = tuple(words.split())
    await add(talk, dialogue)


async def add(talk: Talk, dialogue: Dialogue) -> None:
    """/addalert [KIND] [what it needs] [options]: ask for what is missing, then make the alert."""
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    if not talk.arguments:
        await _need_room(talk, dialogue)
        await dialogue.conversations.ask(talk.contact, "addalert")
        await talk.show(dialogue.views.alert_lists.kinds(talk.say))
        return
    word, *rest = talk.arguments
    try:
        kind = AlertKind(word.lower())
    except ValueError as error:
        raise Complaint("addalert.unknown_kind") from error
    draft = Draft(kind, rest, [kind.value])
    for need in TRAITS[kind].needs:
        question = await settle(talk, dialogue, draft, need)
        if question is not None:
            await _ask(talk, dialogue, draft, question)
            return
    await _make(talk, dialogue, draft)


async def _need_room(talk: Talk, dialogue: Dialogue) -> None:
    """Say before the first question what would be said after the last.

    Raises:
        Complaint: The chat alone has as many as the plan of its owner allows.
    """
    limit = dialogue.desk.rules.limit(talk.chat)
    if sum(rule.ended_at is None for rule in await rules_of(talk, dialogue)) >= limit:
        raise Complaint("alerts.too_many", limit=limit)


async def _make(talk: Talk, dialogue: Dialogue, draft: Draft) -> None:
    desk = dialogue.desk.rules
    rule = NewRule(
        kind=draft.kind,
        terms=draft.terms,
        wallet_id=None if draft.wallet is None else draft.wallet.wallet_id,
        cooldown=TRAITS[draft.kind].cooldown,
    )
    rule = with_options(rule, draft.rest, desk.now())
    try:
        made = await desk.add(talk.chat, rule)
    except TooManyAlerts as error:
        raise Complaint("alerts.too_many", limit=error.limit) from error
    view = dialogue.views.alert_lists
    notice = talk.say("alerts.card.added")
    await talk.show(view.card(made, talk.chat, desk.now(), talk.say, notice=notice))


async def _ask(talk: Talk, dialogue: Dialogue, draft: Draft, question: Question) -> None:
    message = dialogue.views.alert_lists.question(
        question.text, Action.AM_ADD, draft.said, question.answers, row=question.row
    )
    asked = await dialogue.conversations.ask(talk.contact, "addalert", before=tuple(draft.said))
    if not asked and not message.keyboard:
        await talk.reply(talk.say("addalert.usage"))
        return
    await talk.show(leaving(message, talk.say) if asked else message)
