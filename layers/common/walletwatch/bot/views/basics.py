"""The menu, help, the settings, the status, and what people ask about the bot and themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Final

from walletwatch.bot.formatting import clock, lasting, series, wallet, when, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import SEPARATOR, Action, button, switch
from walletwatch.bot.texts import LANGUAGES, Html, Texts, texts
from walletwatch.bot.views import ways
from walletwatch.bot.views.paging import in_rows
from walletwatch.bot.views.ways import Rows, runs
from walletwatch.domain.chats import DEFAULT_LANGUAGE, Chat, ChatKind, Contact, Subscription
from walletwatch.domain.currencies import Currency, Denomination
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.service import Service
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.watching import ChatStatus

SETTINGS: Final = ("muted", "failed", "dust", "spam", "risk", "news")
BEHIND: Final = timedelta(seconds=90)
"""A look longer ago than this is said to be behind: no sweep takes as long between two rounds."""
WALLETS_NAMED: Final = 20
"""Of more, /status names those only of which something is to be said."""
FOLLOW_TELEGRAM: Final = "auto"
CURRENCIES_ACROSS: Final = 3

COMMANDS_ACROSS: Final = 3
COMMANDS_FOUND: Final = 30
"""Buttons below what a search found."""


class BasicsView:
    """Renders what every chat needs."""

    def greeting(self, say: Texts) -> RenderedMessage:
        """The first message, with the first steps."""
        rows = (
            *ways.adding(say),
            (button(say("button.menu"), Action.MENU), button(say("button.help"), Action.HELP)),
            (
                button(say("button.language"), Action.LANGUAGE),
                button(say("button.timezone"), Action.TIMEZONE),
            ),
        )
        return RenderedMessage(say("start.text"), rows)

    def main_menu(self, say: Texts, *, in_group: bool) -> RenderedMessage:
        """The ways on."""
        buttons = [
            button(say("button.list"), Action.LIST, 0),
            button(say("button.portfolio"), Action.PORTFOLIO),
            runs(say("button.history"), "history"),
            runs(say("button.chart"), "chart"),
            button(say("button.my_alerts"), Action.AM_LIST, 0),
            button(say("button.security"), Action.RISKS),
            button(say("button.price"), Action.PRICE, NATIVE),
            runs(say("button.files"), "export"),
            button(say("button.status"), Action.STATUS),
            button(say("button.group_settings"), Action.GROUP_SETTINGS)
            if in_group
            else button(say("button.plan"), Action.PLAN),
            button(say("button.settings"), Action.SETTINGS),
            button(say("button.help"), Action.HELP),
        ]
        return RenderedMessage(say("menu.title"), _in_pairs(buttons))

    def cancelled(self, text: Html, say: Texts) -> RenderedMessage:
        """That a question was left, or that there was none."""
        return RenderedMessage(text, (ways.menu(say),))

    def topics(self, topics: Sequence[str], say: Texts, *, in_group: bool) -> RenderedMessage:
        """What there is help on; a button for each."""
        lines = [say("help.title")]
        if not in_group:
            # In groups people send each other what is none of the bot's business.
            lines += [Html(""), say("help.footer")]
        return RenderedMessage(join_lines(lines), (*_topics(topics, say), ways.menu(say)))

    def topic(self, topic: str, names: Sequence[str], say: Texts) -> RenderedMessage:
        """The commands of a topic."""
        lines = [say("help.topic", topic=say(f"topic.{topic}")), Html(""), *_described(names, say)]
        commands = in_rows([runs(f"/{name}", name) for name in names], COMMANDS_ACROSS)
        return RenderedMessage(join_lines(lines), (*commands, (button(say("button.back"), Action.HELP),)))

    def found(self, words: str, names: Sequence[str], topics: Sequence[str], say: Texts) -> RenderedMessage:
        """What a search among the commands gave; the topics where that is nothing."""
        if not names:
            rows = (*_topics(topics, say), ways.menu(say))
            return RenderedMessage(say("help.nothing", words=words[:64]), rows)
        back = ((button(say("button.topics"), Action.HELP),),)
        lines = [say("help.found", words=words[:64]), Html(""), *_described(names, say)]
        commands = in_rows([runs(f"/{name}", name) for name in names[:COMMANDS_FOUND]], COMMANDS_ACROSS)
        return RenderedMessage(join_lines(lines), (*commands, *back))

    def settings(self, chat: Chat, say: Texts) -> RenderedMessage:
        """The switches, and the ways to what is more than on or off."""
        present = chat.settings
        lines = [
            say("settings.title"),
            say("settings.language", language=texts(chat.spoken_language)("language.name")),
            say("settings.timezone", zone=present.timezone),
            say("settings.currency", currency=say.exchange.denomination.title),
            say("settings.hint"),
        ]
        switches = tuple((_switch(name, getattr(present, name), say),) for name in SETTINGS)
        spoken = (
            button(say("button.language"), Action.LANGUAGE),
            button(say("button.timezone"), Action.TIMEZONE),
            button(say("button.currency"), Action.CURRENCY),
        )
        telling = (
            button(say("button.filters"), Action.AM_FILTERS),
            runs(say("button.quiet"), "quiet"),
            runs(say("button.digests"), "digest"),
        )
        served = (
            runs(say("button.privacy"), "privacy")
            if chat.kind is ChatKind.PRIVATE
            else button(say("button.group_settings"), Action.GROUP_SETTINGS)
        )
        return RenderedMessage(join_lines(lines), (*switches, spoken, telling, (served, *ways.menu(say))))

    def languages(self, chat: Chat, say: Texts) -> RenderedMessage:
        """The languages by their own names."""
        chosen = chat.settings.language
        choices = [
            button(_marked(code == chosen, texts(code)("language.name")), Action.LANGUAGE, code)
            for code in LANGUAGES
        ]
        follow = button(_marked(chosen is None, say("language.follow")), Action.LANGUAGE, FOLLOW_TELEGRAM)
        return RenderedMessage(say("language.title"), (*_in_pairs(choices), (follow,), _settings(say)))

    def zones(
        self, chat: Chat, names: Sequence[str], now: datetime, say: Texts, *, asked: bool
    ) -> RenderedMessage:
        """Zones to choose from, each with its clock; `asked` where a text is an answer too."""
        present = chat.settings.timezone
        choices = [
            button(_marked(name == present, f"{_place(name)} {clock(now, name)}"), Action.TIMEZONE, name)
            for name in names
        ]
        lines = [
            say("timezone.title", zone=present, time=when(now, say, present)),
            say("timezone.hint" if asked else "timezone.usage"),
        ]
        return RenderedMessage(join_lines(lines), (*_in_pairs(choices), _settings(say)))

    def zone_set(self, chat: Chat, now: datetime, say: Texts) -> RenderedMessage:
        """Whose clock it is from now on."""
        zone = chat.settings.timezone
        return RenderedMessage(say("timezone.set", zone=zone, time=when(now, say, zone)), (_settings(say),))

    def currencies(self, chat: Chat, offered: Sequence[Denomination], say: Texts) -> RenderedMessage:
        """What values can be told in, and that thresholds stay dollars."""
        chosen = chat.settings.currency
        choices = [
            button(_marked(each.currency is chosen, each.title), Action.CURRENCY, each.currency.value)
            for each in offered
        ]
        lines = [say("currency.title"), say("currency.hint")]
        if chosen is not Currency.USD and say.exchange.rate() is None:
            lines.append(say("currency.no_rate"))
        rows = tuple(tuple(row) for row in batched(choices, CURRENCIES_ACROSS, strict=False))
        return RenderedMessage(join_lines(lines), (*rows, _settings(say)))

    def status(self, status: ChatStatus, zone: str, say: Texts) -> RenderedMessage:
        """Whether the wallets are looked at, and what became of the messages."""
        service = status.service
        rows: Rows = ((button(say("button.refresh"), Action.STATUS), *ways.menu(say)),)
        if status.slot is None:
            lines = [say("status.title"), say("status.no_chain")]
        else:
            lines = [say("status.title"), say("status.chain", slot=whole(status.slot, say))]
        if service.subscriptions:
            lines += [*_looked(status, say), Html(""), *_each_watched(status, say)]
        else:
            lines += [Html(""), say("status.none")]
            rows = (*ways.adding(say), *rows)
        if service.subscriptions or any(service.deliveries.values()):
            lines += [Html(""), *_told(service, say)]
        lines.append(say("status.at", time=when(status.now, say, zone)))
        return RenderedMessage(join_lines(lines), rows)

    def about(self, profile: ChainProfile, say: Texts) -> RenderedMessage:
        """What this bot is."""
        lines = [say("about.text", chain=profile.title, symbol=profile.native_symbol)]
        explorer = ((Button(say("button.explorer"), url=profile.explorer),),) if profile.explorer else ()
        return RenderedMessage(join_lines(lines), (*explorer, ways.menu(say)))

    def privacy(self, say: Texts, *, in_group: bool) -> RenderedMessage:
        """What is kept, and in private the ways to have it and to be rid of it."""
        own = (runs(say("button.my_data"), "mydata"), runs(say("button.forget"), "deleteme"))
        rows = (ways.menu(say),) if in_group else (own, ways.menu(say))
        return RenderedMessage(say("privacy.text"), rows)

    def forget_question(self, say: Texts) -> RenderedMessage:
        """Whether it is meant."""
        rows = (
            (button(say("button.forget_me"), Action.FORGET_CONFIRMED),),
            (button(say("button.keep_me"), Action.MENU),),
        )
        return RenderedMessage(say("forget.question"), rows)

    def forgotten(self, say: Texts) -> RenderedMessage:
        """That it was done."""
        return RenderedMessage(say("forget.done"))

    def feedback_for_operators(self, number: int, contact: Contact, text: str) -> RenderedMessage:
        """What somebody says of the bot; in English, as all that administrators are told unasked."""
        say = texts(DEFAULT_LANGUAGE)
        name = f"@{contact.username}" if contact.username else "—"
        return RenderedMessage(
            say("feedback.told", number=number, name=name, user=contact.user_id, text=text)
        )


def _age(status: ChatStatus) -> timedelta | None:
    looked = status.service.progress
    return None if looked is None else max(timedelta(), status.now - looked.at)


def _looked(status: ChatStatus, say: Texts) -> Sequence[Html]:
    """When all wallets were looked at, and how far behind the chain that was."""
    looked, age = status.service.progress, _age(status)
    if looked is None or age is None:
        return [say("status.never_swept")]
    ago, slot = lasting(age, say), whole(looked.slot, say)
    if status.slot is None or status.slot <= looked.slot:
        return [say("status.swept", ago=ago, slot=slot)]
    behind = whole(status.slot - looked.slot, say)
    return [say("status.swept_behind", ago=ago, slot=slot, behind=behind)]


def _each_watched(status: ChatStatus, say: Texts) -> Sequence[Html]:
    """The wallets; where they are many, only those that something is to be said of."""
    age = _age(status)
    all_of_them = [_watched(each, age, say) for each in status.service.subscriptions]
    if len(all_of_them) <= WALLETS_NAMED:
        return [line for _, line in all_of_them]
    lines = [line for is_current, line in all_of_them if not is_current]
    shown = lines[:WALLETS_NAMED]
    if len(lines) > len(shown):
        shown.append(say("status.more", count=whole(len(lines) - len(shown), say)))
    current = len(all_of_them) - len(lines)
    return [*shown, say("status.many_current", count=whole(current, say))] if current else shown


def _told(service: Service, say: Texts) -> Sequence[Html]:
    """What became of the messages, and why some were not told."""
    counts = [
        say(f"status.delivered.{known.value}", count=whole(service.deliveries[known], say))
        for known in DeliveryStatus
        if service.deliveries[known]
    ]
    if not counts:
        return [say("status.nothing_told")]
    return [
        say("status.deliveries", counts=series(counts, say)),
        *(
            say("status.suppressed", reason=say(f"suppressed.{reason or 'unknown'}"), count=whole(count, say))
            for reason, count in sorted(service.suppressed.items(), key=lambda item: -item[1])
        ),
    ]


def _watched(subscription: Subscription, age: timedelta | None, say: Texts) -> tuple[bool, Html]:
    """Whether a wallet is looked at as it should be, and the line that says so."""
    name = wallet(subscription.address, subscription.label, say)
    if subscription.paused:
        return False, say("status.paused", wallet=name)
    if subscription.checked_slot is None or age is None:
        return False, say("status.waiting", wallet=name)
    if age > BEHIND:
        return False, say("status.behind", wallet=name, ago=lasting(age, say))
    return True, say("status.current", wallet=name)


def _topics(topics: Sequence[str], say: Texts) -> Rows:
    return _in_pairs([button(say(f"topic.{topic}"), Action.HELP, topic) for topic in topics])


def _described(names: Sequence[str], say: Texts) -> list[Html]:
    return [say("help.line", name=name, description=say(f"command.{name}")) for name in names]


def _in_pairs(buttons: Sequence[Button]) -> Rows:
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def _settings(say: Texts) -> tuple[Button, ...]:
    return (button(say("button.settings"), Action.SETTINGS),)


def _switch(name: str, is_on: bool, say: Texts) -> Button:
    place = f"{name}{SEPARATOR}{switch(is_on)}"
    return button(_marked(is_on, say(f"settings.{name}")), Action.TOGGLE, place)


def _marked(is_on: bool, text: str) -> str:
    return f"{'✅' if is_on else '⬜️'} {text}"


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")
