"""What all views of figures share: their head, their pages, and the buttons that choose of what they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from walletwatch.bot.formatting import day, money, percent, short, wallet, whole
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.paging import turns
from walletwatch.bot.views.periods import period_text
from walletwatch.domain.currencies import Denomination
from walletwatch.domain.flows import Flow
from walletwatch.domain.periods import ALL_TIME, Period
from walletwatch.domain.work import Button
from walletwatch.services.analysing import Subject

PERIODS: Final = (Period(days=1), Period(days=7), Period(days=30), Period(days=91), ALL_TIME)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a message shows, and the action that shows it."""

    action: Action
    code: ScopeCode

    def button(self, text: str, code: ScopeCode) -> Button:
        """A button that shows the same of something else; a point marks what is shown."""
        return button(f"• {text}" if code == self.code else text, self.action, code.encode())

    def turns(self, pages: int, say: Texts) -> tuple[Button, ...]:
        """To the pages beside this one."""
        rows = turns(
            self.action, lambda page: replace(self.code, page=page).encode(), self.code.page, pages - 1, say
        )
        return rows[0] if rows else ()

    def periods(self, say: Texts) -> tuple[Button, ...]:
        """Other periods."""
        return tuple(
            self.button(
                say("figures.all") if period.days is None else say("figures.days", count=period.days),
                replace(self.code, period=period, page=0),
            )
            for period in PERIODS
        )

    def wallets(self, subject: Subject, say: Texts) -> tuple[Button, ...]:
        """The way to another wallet."""
        if len(subject.wallets) < 2:
            return ()
        argument = f"{self.action.value}.{self.code.encode()}"
        return (button(say("history.wallet"), Action.FIGURES_WALLETS, argument),)


def subject_text(subject: Subject, say: Texts) -> Html:
    """Whose figures they are."""
    if len(subject.chosen) == 1:
        only = subject.chosen[0]
        return wallet(only.address, only.label, say)
    return say("figures.wallets", count=len(subject.chosen))


def head(title: Html, subject: Subject, zone: str, say: Texts) -> list[Html]:
    """The first lines."""
    lines = [title, say("figures.period", period=period_text(subject.period, zone, say))]
    if subject.since is not None:
        lines.append(say("figures.cut", day=day(subject.since, say, zone)))
    return lines


def unpriced_text(flow: Flow, say: Texts) -> list[Html]:
    """How much of it had no known price."""
    if not flow.unpriced:
        return []
    if flow.unpriced == flow.movements:
        return [say("figures.all_unpriced", count=flow.movements)]
    share = percent(1 - flow.known_share, say)
    return [say("figures.unpriced", count=flow.unpriced, total=whole(flow.movements, say), share=share)]


def sums_text(flow: Flow, currency: Denomination, say: Texts) -> list[Html]:
    """What came and went in a period, and how much of it had no known price."""
    sums = [in_and_out(flow, currency, say)] if flow.unpriced < flow.movements else []
    return [*sums, *unpriced_text(flow, say)]


def amount_of(value: Decimal, currency: Denomination, say: Texts) -> Html:
    """Money, or that it is too much to be believed."""
    shown = money(value, currency, say)
    return say("figures.absurd") if shown is None else escape(shown)


def in_and_out(flow: Flow, currency: Denomination, say: Texts) -> Html:
    """What came and went; what had no price is not called nothing."""
    if flow.unpriced == flow.movements:
        return say("figures.no_price")
    received, sent = (amount_of(each, currency, say) for each in (flow.received_worth, flow.sent_worth))
    return say("figures.in_out", received=received, sent=sent)


def page_of[T](items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int]:
    """The items of a page, and how many pages there are."""
    return items[page * size : (page + 1) * size], max(1, -(-len(items) // size))


def plain_wallet(label: str | None, address: str) -> str:
    """A wallet on a button."""
    return label or short(address)
