"""Changing an alert: its terms, one by one, as they were asked for when it was made, and its options."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from walletwatch.bot.commands.alert_cards import number_of, parsed, rule_of, rules_of, show
from walletwatch.bot.commands.alert_terms import Draft, Question, settle
from walletwatch.bot.commands.alert_words import (
    MAX_LIFETIME,
    lifetime_of,
    rest_of,
    time_of,
    units_of,
    with_options,
)
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, label_of, need_admin
from walletwatch.bot.formatting import lasting, series
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Texts, escape
from walletwatch.bot.views.alert_lists import FIELDS
from walletwatch.bot.views.ways import leaving
from walletwatch.domain.alert_rules.changes import about, is_same, with_terms
from walletwatch.domain.alert_rules.rule import (
    MAX_COOLDOWN,
    MAX_NAME_LENGTH,
    TRAITS,
    WINDOWED,
    AlertKind,
    Need,
    Rule,
    Terms,
)

_ALIASES: Final[Mapping[str, frozenset[Need]]] = MappingProxyType(
    {
        "asset": frozenset({Need.ASSET, Need.MINT}),
        "mint": frozenset({Need.ASSET, Need.MINT}),
        "usd": frozenset({Need.USD}),
        "time": frozenset({Need.WINDOW}),
        "counterparty": frozenset({Need.ADDRESS}),
        "program": frozenset({Need.ADDRESS}),
        "count": frozenset({Need.COUNT}),
        "score": frozenset({Need.POINTS}),
    }
)
_AMOUNTS: Final = (Need.AMOUNT, Need.AMOUNT_OR_USD)
_RESTS: Final = ("15m", "1h", "1d")
_LIVES: Final = ("1d", "7d", "30d")
_SWITCHES: Final[Mapping[str, tuple[str, bool]]] = MappingProxyType(
    {
        "once": ("repeats", False),
        "repeat": ("repeats", True),
        "urgent": ("urgent", True),
        "pause": ("paused", True),
        "resume": ("paused", False),
    }
)
_TURNED: Final = MappingProxyType({"on": True, "yes": True, "off": False, "no": False})
_ON: Final = MappingProxyType({"0": False, "1": True})


async def editalert(talk: Talk, dialogue: Dialogue) -> None:
    """/editalert [NUMBER] [what] [value]: change an alert, or show what can be changed of it."""
    number = await number_of(talk, dialogue, "editalert", Action.AM_CARD)
    if number is None:
        return
    rule = await rule_of(talk, dialogue, number)
    words = list(talk.arguments[1:])
    if not words:
        await show(talk, dialogue, rule)
        return
    await need_admin(talk)
    field, _, value = words[0].partition("=")
    field = field.lower()
    rest = [value, *words[1:]] if value else words[1:]
    need = _need_of(rule.kind, field)
    if need is not None:
        await _change_term(talk, dialogue, rule, need, field, rest)
    elif field == "name":
        await _name(talk, dialogue, rule, rest)
    elif field in {"cooldown", "expires"} and len(rest) < 2:
        await _time(talk, dialogue, rule, field, rest)
    elif field in _SWITCHES and (not rest or (len(rest) == 1 and rest[0].lower() in _TURNED)):
        option, meant = _SWITCHES[field]
        turned = {option: meant == (_TURNED[rest[0].lower()] if rest else True)}
        await _change(talk, dialogue, rule, replace(rule, **turned))  # type: ignore[arg-type]
    elif value or field in _SWITCHES:
        await _change(talk, dialogue, rule, with_options(rule, words, dialogue.desk.rules.now()))
    else:
        fields = [FIELDS[each] for each in TRAITS[rule.kind].needs]
        options = ["name", "cooldown", "expires", *_SWITCHES]
        known = series(map(escape, [*fields, *options]), talk.say)
        raise Complaint("editalert.unknown_field", word=field[:40], fields=known)


async def edit(talk: Talk, dialogue: Dialogue, words: str) -> None:
    """A button of a card, or of a question, was pressed: it says everything so far."""
    talk.arguments = tuple(words.split())
    talk.rules = await rules_of(talk, dialogue)
    await editalert(talk, dialogue)


async def set_option(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Change what a button of a card says: `NUMBER option value`."""
    words = argument.split(" ")
    if len(words) != 3:
        raise StaleData
    rule = await rule_of(talk, dialogue, parsed(words[0]))
    await need_admin(talk)
    changed = _turned(rule, words[1], words[2])
    await _change(talk, dialogue, rule, changed, again=words[1] == "again")


async def pause_told(talk: Talk, dialogue: Dialogue, number: int) -> None:
    """Pause the alert of a message, which stays: it still has to be read."""
    rule = await rule_of(talk, dialogue, number)
    await need_admin(talk)
    if await dialogue.desk.rules.change(talk.chat_id, rule, replace(rule, paused=True)) is None:
        raise Complaint("alerts.none_such")
    await talk.toast(talk.say("alerts.card.paused", number=rule.number), alert=True)


def _turned(rule: Rule, option: str, value: str) -> Rule:
    match option:
        case "paused" | "repeats" | "urgent" if value in _ON:
            switched: dict[str, bool] = {option: _ON[value]}
            return replace(rule, **switched)  # type: ignore[arg-type]
        case "again":
            return replace(rule, paused=False)
        case _:
            raise StaleData


def _need_of(kind: AlertKind, field: str) -> Need | None:
    """The term of this kind that goes by this name."""
    needs = TRAITS[kind].needs
    named = (need for need in needs if FIELDS[need] == field or need in _ALIASES.get(field, ()))
    found = next(named, None)
    if found is None and field == "usd" and Need.AMOUNT_OR_USD in needs:
        return Need.USD
    return found


async def _change_term(
    talk: Talk, dialogue: Dialogue, rule: Rule, need: Need, field: str, words: list[str]
) -> None:
    terms, asset = rule.terms, rule.terms.asset
    draft = Draft(rule.kind, words, [str(rule.number), field], _without(terms, need))
    if asset is not None:
        draft.asset = dialogue.views.alerts.symbol(asset, talk.say)
    question = await settle(talk, dialogue, draft, need)
    if question is None and need is Need.ASSET:
        question = await _amount_of_another(talk, dialogue, draft, terms)
    if question is not None:
        await _ask(talk, dialogue, draft.said, question)
        return
    changed = with_terms(rule, draft.terms)
    if need in {Need.WALLET, Need.WALLETS}:
        changed = about(rule, draft.wallet)
    changed = with_options(changed, draft.rest, dialogue.desk.rules.now())
    await _change(talk, dialogue, rule, changed)


def _without(terms: Terms, need: Need) -> Terms:
    if need in {Need.ASSET, Need.MINT}:
        return replace(terms, asset=None, decimals=None)
    if need in {*_AMOUNTS, Need.USD}:
        return replace(terms, amount=None, usd=None)
    return terms


async def _amount_of_another(talk: Talk, dialogue: Dialogue, draft: Draft, before: Terms) -> Question | None:
    """Of another token: as many as before, unless it is said; the question, where that cannot be."""
    need = next((each for each in TRAITS[draft.kind].needs if each in _AMOUNTS), None)
    if need is None or (before.amount is None and not draft.rest):
        return None
    whole = Decimal(before.amount or 0).scaleb(-(before.decimals or 0))
    draft.terms = replace(draft.terms, amount=None)
    if draft.rest:
        draft.terms = replace(draft.terms, usd=None)
    elif draft.terms.asset is not None and draft.terms.decimals is not None:
        units = units_of(whole, draft.terms.decimals)
        if units is not None:
            draft.terms = replace(draft.terms, amount=units)
            return None
    return await settle(talk, dialogue, draft, need)


async def _name(talk: Talk, dialogue: Dialogue, rule: Rule, words: list[str]) -> None:
    if not words:
        question = Question(talk.say("addalert.name.ask", number=rule.number))
        await _ask(talk, dialogue, [str(rule.number), "name"], question)
        return
    name = label_of(words)
    if name is None or len(name) > MAX_NAME_LENGTH:
        raise Complaint("addalert.name.bad", limit=MAX_NAME_LENGTH)
    await _change(talk, dialogue, rule, replace(rule, name=name))


async def _time(talk: Talk, dialogue: Dialogue, rule: Rule, field: str, words: list[str]) -> None:
    """How long an alert rests after it has fired, or when it ends."""
    say, is_rest = talk.say, field == "cooldown"
    if not words:
        question = _rest_question(rule, say) if is_rest else _end_question(say)
        await _ask(talk, dialogue, [str(rule.number), field], question)
        return
    time = rest_of(words[0]) if is_rest else lifetime_of(words[0])
    if time is None:
        longest = lasting(MAX_COOLDOWN if is_rest else MAX_LIFETIME, say)
        raise Complaint("editalert.bad_cooldown" if is_rest else "editalert.bad_end", limit=longest)
    if is_rest:
        changed = replace(rule, cooldown=time)
    else:
        changed = replace(rule, expires_at=dialogue.desk.rules.now() + time if time else None)
    await _change(talk, dialogue, rule, changed)


def _rest_question(rule: Rule, say: Texts) -> Question:
    least = rule.terms.window if rule.kind in WINDOWED else timedelta()
    answers = [(lasting(time, say), each) for each in _RESTS if (time := time_of(each) or least) >= least]
    if not least:
        answers.insert(0, (say("button.alert.no_cooldown"), "off"))
    return Question(say("editalert.cooldown"), answers)


def _end_question(say: Texts) -> Question:
    answers = [(lasting(time_of(each) or timedelta(), say), each) for each in _LIVES]
    return Question(say("editalert.end"), [*answers, (say("button.alert.never"), "never")])


async def _ask(talk: Talk, dialogue: Dialogue, said: list[str], question: Question) -> None:
    view = dialogue.views.alert_lists
    message = view.question(question.text, Action.AM_EDIT, said, question.answers, row=question.row)
    asked = await dialogue.conversations.ask(talk.contact, "editalert", before=tuple(said))
    if not asked and not question.answers:
        await talk.reply(talk.say("editalert.usage", command=" ".join(said)))
        return
    await talk.show(leaving(message, talk.say) if asked else message)


async def _change(talk: Talk, dialogue: Dialogue, rule: Rule, changed: Rule, *, again: bool = False) -> None:
    is_afresh = not is_same(rule, changed)
    if is_afresh:
        for each in await rules_of(talk, dialogue):
            if each.id != rule.id and each.ended_at is None and is_same(each, changed):
                raise Complaint("editalert.same", number=each.number)
    stored = await dialogue.desk.rules.change(talk.chat_id, rule, changed, again=again)
    if stored is None:
        raise Complaint("alerts.none_such")
    await show(talk, dialogue, stored, notice=talk.say("alerts.card.changed") if is_afresh else None)
