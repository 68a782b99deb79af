"""The alerts of a chat: their list, a card for each, and the questions that make one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from walletwatch.bot.formatting import day, lasting, when
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import MAX_DATA_BYTES, Action, CallbackData, button
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views import ways
from walletwatch.bot.views.alerts import AlertView
from walletwatch.bot.views.paging import in_rows, page_of, turns
from walletwatch.domain.alert_rules.replay import Preview
from walletwatch.domain.alert_rules.rule import (
    TRAITS,
    AlertKind,
    Family,
    Need,
    Rule,
    State,
    state_of,
)
from walletwatch.domain.chats import Chat
from walletwatch.domain.work import Button, RenderedMessage

PAGE_SIZE: Final = 6
CHOICES: Final = 15
"""Alerts to choose from at once; the pages of the list have them all."""
FIELDS: Final[Mapping[Need, str]] = MappingProxyType(
    {
        Need.WALLET: "wallet",
        Need.WALLETS: "wallet",
        Need.ASSET: "token",
        Need.MINT: "token",
        Need.AMOUNT: "amount",
        Need.AMOUNT_OR_USD: "amount",
        Need.USD: "price",
        Need.PERCENT: "percent",
        Need.WINDOW: "window",
        Need.ADDRESS: "address",
        Need.DAYS: "days",
        Need.COUNT: "wallets",
        Need.POINTS: "points",
    }
)
"""What a term is called where it is changed."""
_ROW: Final = 2


class AlertListView:
    """Renders for one chain profile."""

    def __init__(self, alerts: AlertView) -> None:
        self._alerts = alerts

    def list(
        self, rules: Sequence[Rule], page: int, limit: int, chat: Chat, now: datetime, say: Texts
    ) -> RenderedMessage:
        """A page of a chat's alerts; a button for each."""
        add = button(say("button.alert.add"), Action.AM_ADD)
        if not rules:
            return RenderedMessage(say("alerts.empty"), ((add,), _telling(say), ways.menu(say)))
        page, last = page_of(page, len(rules), PAGE_SIZE)
        shown = rules[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        lines = [say("alerts.title", count=len(rules))]
        for rule in shown:
            lines += [Html(""), self._line(rule, chat, now, say)]
        alive = sum(rule.ended_at is None for rule in rules)
        lines += [Html(""), say("alerts.of", count=alive, limit=limit)]
        cards = [button(f"#{rule.number}", Action.AM_CARD, rule.number) for rule in shown]
        rows = [
            tuple(cards),
            *turns(Action.AM_LIST, str, page, last, say),
            (add,),
            _telling(say),
            ways.menu(say),
        ]
        return RenderedMessage(join_lines(lines), tuple(rows))

    def choose(self, rules: Sequence[Rule], action: Action, say: Texts) -> RenderedMessage:
        """Which alert is meant."""
        if not rules:
            return RenderedMessage(say("alerts.empty"), ((button(say("button.alert.add"), Action.AM_ADD),),))
        lines = [say("alerts.choose")]
        lines += [
            say("alert.number", number=rule.number, rule=self._alerts.rule(rule, say))
            for rule in rules[:CHOICES]
        ]
        if len(rules) > CHOICES:
            lines.append(say("activity.line.more", count=len(rules) - CHOICES))
        buttons = [button(f"#{rule.number}", action, rule.number) for rule in rules[:CHOICES]]
        back = (button(say("button.alert.back"), Action.AM_LIST, 0),)
        return RenderedMessage(join_lines(lines), (*in_rows(buttons, 5), back))

    def card(
        self, rule: Rule, chat: Chat, now: datetime, say: Texts, *, notice: Html | None = None
    ) -> RenderedMessage:
        """One alert, and what can be changed of it."""
        zone = chat.settings.timezone
        lines = [*([notice, Html("")] if notice else []), say("alerts.card.title", number=rule.number)]
        lines.append(say("alerts.card.rule", rule=self._alerts.rule(rule, say)))
        if rule.name:
            lines.append(say("alerts.card.name", name=rule.name))
        lines.append(Html(f"{self._state(rule, chat, now, say)} · {_fired(rule, zone, say)}"))
        lines.append(
            say("alerts.card.cooldown", time=lasting(rule.cooldown, say))
            if rule.cooldown
            else say("alerts.card.no_cooldown")
        )
        lines.append(say("alerts.card.repeats" if rule.repeats else "alerts.card.once"))
        if rule.expires_at is None:
            lines.append(say("alerts.card.no_end"))
        else:
            lines.append(say("alerts.card.expires", time=when(rule.expires_at, say, zone)))
        if rule.urgent:
            lines.append(say("alerts.card.urgent"))
        return RenderedMessage(join_lines(lines), self._card_keyboard(rule, now, say))

    def preview(self, rule: Rule, preview: Preview, chat: Chat, now: datetime, say: Texts) -> RenderedMessage:
        """How often it would have fired, above its card."""
        zone = chat.settings.timezone
        if rule.family is Family.RISK:
            notice = say("alerts.preview.risk")
        elif preview.since is None:
            notice = say("alerts.preview.unknown")
        else:
            count = len(preview.times)
            parts = [say("alerts.preview.fired", count=count) if count else say("alerts.preview.never")]
            if preview.times:
                parts.append(say("alerts.preview.last", time=when(preview.times[-1], say, zone)))
            if now - preview.since < timedelta(days=29):
                parts.append(say("alerts.preview.since", day=day(preview.since, say, zone)))
            notice = Html("\n".join(parts))
        return self.card(rule, chat, now, say, notice=notice)

    def confirm(self, rule: Rule, say: Texts) -> RenderedMessage:
        """Whether its deletion is meant."""
        text = say("alerts.card.confirm", number=rule.number, rule=self._alerts.rule(rule, say))
        yes = button(say("button.alert.confirm_delete"), Action.AM_DELETE_CONFIRMED, rule.number)
        return RenderedMessage(text, ((yes, button(say("button.keep"), Action.AM_CARD, rule.number)),))

    def deleted(self, number: int, say: Texts) -> RenderedMessage:
        """That it is gone."""
        back = button(say("button.alert.back"), Action.AM_LIST, 0)
        return RenderedMessage(say("alerts.card.deleted", number=number), ((back,),))

    def kinds(self, say: Texts) -> RenderedMessage:
        """What an alert can wait for."""
        buttons = [button(say(f"alert.kind.{kind.value}"), Action.AM_ADD, kind.value) for kind in AlertKind]
        back = (button(say("button.alert.back"), Action.AM_LIST, 0),)
        return RenderedMessage(say("addalert.title"), (*in_rows(buttons, _ROW), back))

    def question(
        self,
        text: Html,
        action: Action,
        words: Sequence[str],
        answers: Sequence[tuple[str, str]],
        *,
        row: int = 3,
    ) -> RenderedMessage:
        """A question about an alert.

        Args:
            text: The question.
            action: Of the buttons that answer it.
            words: What was said already.
            answers: What a button shows, and the word that it says; one whose data would be too long for
                Telegram is left out, and can be written.
            row: How many buttons stand beside each other.
        """
        buttons = [
            button(shown, action, argument)
            for shown, word in answers
            if _fits(argument := " ".join((*words, word)))
        ]
        return RenderedMessage(text, in_rows(buttons, row))

    def _line(self, rule: Rule, chat: Chat, now: datetime, say: Texts) -> Html:
        shown = Html(f"<b>{escape(rule.name)}</b> · ") if rule.name else Html("")
        return say(
            "alerts.line",
            number=rule.number,
            rule=Html(f"{shown}{self._alerts.rule(rule, say)}"),
            state=self._state(rule, chat, now, say),
            fired=_fired(rule, chat.settings.timezone, say),
        )

    def _state(self, rule: Rule, chat: Chat, now: datetime, say: Texts) -> Html:
        state = state_of(rule, now)
        if state is State.COOLING and rule.last_fired_at is not None:
            until = when(rule.last_fired_at + rule.cooldown, say, chat.settings.timezone)
            return say("alert.state.cooling", until=until)
        return say(f"alert.state.{state.value}")

    def _card_keyboard(self, rule: Rule, now: datetime, say: Texts) -> Sequence[Sequence[Button]]:
        def turn(text: str, option: str, value: str) -> Button:
            return button(text, Action.AM_SET, f"{rule.number} {option} {value}")

        is_over = state_of(rule, now) is State.OVER
        if is_over:
            first = turn(say("button.alert.again"), "again", "1")
        elif rule.paused:
            first = turn(say("button.alert.resume"), "paused", "0")
        else:
            first = turn(say("button.alert.pause"), "paused", "1")
        once = (
            turn(say("button.alert.once"), "repeats", "0")
            if rule.repeats
            else turn(say("button.alert.each_time"), "repeats", "1")
        )
        urgent = (
            turn(say("button.alert.not_urgent"), "urgent", "0")
            if rule.urgent
            else turn(say("button.alert.urgent"), "urgent", "1")
        )
        rows = [
            *in_rows([_field(rule, FIELDS[need], say) for need in TRAITS[rule.kind].needs], _ROW),
            (first, once, urgent),
            (
                _field(rule, "cooldown", say),
                _field(rule, "expires", say),
                button(say("button.alert.rename"), Action.AM_RENAME, rule.number),
            ),
            (
                button(say("button.alert.preview"), Action.AM_PREVIEW, rule.number),
                button(say("button.alert.test"), Action.AM_TEST, rule.number),
            ),
            (
                button(say("button.alert.delete"), Action.AM_DELETE, rule.number),
                button(say("button.alert.back"), Action.AM_LIST, 0),
            ),
        ]
        return tuple(rows)


def _field(rule: Rule, field: str, say: Texts) -> Button:
    return button(say(f"button.alert.field.{field}"), Action.AM_EDIT, f"{rule.number} {field}")


def _fired(rule: Rule, zone: str, say: Texts) -> Html:
    if rule.last_fired_at is None or not rule.fired:
        return say("alert.fired_state.none")
    return say("alert.fired_state.times", count=rule.fired, last=when(rule.last_fired_at, say, zone))


def _fits(argument: str) -> bool:
    return len(CallbackData(Action.AM_ADD, "").encode()) + len(argument.encode()) <= MAX_DATA_BYTES


def _telling(say: Texts) -> tuple[Button, ...]:
    """The ways to what is told, and when."""
    return (
        button(say("button.filters"), Action.AM_FILTERS),
        ways.runs(say("button.quiet"), "quiet"),
        ways.runs(say("button.mute"), "mute"),
    )
