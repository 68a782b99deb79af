"""What was gained and lost, by token."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from walletwatch.bot.formatting import Amounts, number, signed_percent, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.figures import Scope, amount_of, head, page_of, subject_text
from walletwatch.bot.views.ways import nothing_watched
from walletwatch.domain.currencies import Denomination
from walletwatch.domain.lots import Position
from walletwatch.domain.money import to_decimal
from walletwatch.domain.pnl import Result
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.analysing import Gains

ROWS: Final = 6


class GainsView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def gains(self, gains: Gains, code: ScopeCode, zone: str, say: Texts) -> RenderedMessage:
        """By average cost; where a price or a cost was not known, that is said."""
        subject = gains.subject
        if not subject.wallets:
            return nothing_watched(say)
        scope = Scope(Action.GAINS, code)
        results, pages = page_of(gains.results, code.page, ROWS)
        lines = head(say("pnl.title", wallet=subject_text(subject, say)), subject, zone, say)
        if gains.results:
            lines += [Html(""), *_sums(gains, say)]
        else:
            lines.append(say("flows.nothing"))
        if not gains.priced:
            lines.append(say("pnl.no_prices"))
        for result in results:
            lines += [Html(""), *self._result(result, gains.currency, say)]
        if gains.results:
            lines += [Html(""), say("pnl.method")]
        keyboard = (scope.turns(pages, say), scope.wallets(subject, say))
        return RenderedMessage(join_lines(lines), tuple(row for row in keyboard if row))

    def _result(self, result: Result, currency: Denomination, say: Texts) -> list[Html]:
        position = result.position
        owned = position.owned
        lines = [self._held(result, currency, say)]
        if owned.known:
            cost = amount_of(owned.cost, currency, say)
            lines.append(say("pnl.cost", cost=cost, gain=self._gain(result, currency, say)))
        if position.realised:
            lines.append(say("pnl.sold", amount=signed(position.realised, currency, say)))
        if owned.unknown:
            lines.append(say("pnl.unknown_cost", amount=_bare(position, owned.unknown, say)))
        if position.unsettled:
            lines.append(say("pnl.unsettled", amount=_bare(position, position.unsettled, say)))
        if position.opening:
            lines.append(say("pnl.opening", amount=_bare(position, position.opening, say)))
        if position.aside.units:
            lines.append(say("pnl.aside", amount=_bare(position, position.aside.units, say)))
        if position.fees_cost:
            cost = amount_of(position.fees_cost, currency, say)
            lines.append(say("pnl.fees", amount=_bare(position, position.fees, say), cost=cost))
        elif position.fees:
            lines.append(say("pnl.fees_uncosted", amount=_bare(position, position.fees, say)))
        return lines

    def _held(self, result: Result, currency: Denomination, say: Texts) -> Html:
        position = result.position
        notes = {} if position.note is None else {position.asset: replace(position.note, usd=None)}
        amount = self._amounts.asset(position.asset, position.owned.units, position.decimals, say, notes)
        if result.value is None:
            return say("pnl.held_unpriced", amount=amount)
        return say("pnl.held", amount=amount, value=amount_of(result.value, currency, say))

    def _gain(self, result: Result, currency: Denomination, say: Texts) -> Html:
        if result.unrealised is None:
            return say("common.unknown")
        shown = signed(result.unrealised, currency, say)
        cost = result.position.owned.cost
        if not cost:
            return shown
        return Html(f"{shown} ({escape(signed_percent(result.unrealised / cost, say))})")


def _sums(gains: Gains, say: Texts) -> list[Html]:
    """What could not be reckoned is not called nothing."""
    realised, unrealised = (
        say("common.unknown") if value is None else signed(value, gains.currency, say)
        for value in (gains.realised, gains.unrealised)
    )
    if gains.unrealised is None or not gains.unjudged or not gains.priced:
        return [say("pnl.realised", amount=realised), say("pnl.unrealised", amount=unrealised)]
    return [
        say("pnl.realised", amount=realised),
        say("pnl.unrealised_without", amount=unrealised, count=gains.unjudged),
    ]


def signed(value: Decimal, currency: Denomination, say: Texts) -> Html:
    """A gain with a plus, a loss with a minus."""
    shown = amount_of(value, currency, say)
    return Html(f"+{shown}") if value > 0 else shown


def _bare(position: Position, units: int, say: Texts) -> str:
    if position.decimals is None:
        return whole(units, say)
    return number(to_decimal(units, position.decimals), say)
