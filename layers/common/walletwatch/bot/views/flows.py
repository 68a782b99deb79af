"""What came in and went out, and with whom."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from walletwatch.bot.formatting import Amounts, number, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action
from walletwatch.bot.scope_codes import ScopeCode
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.figures import (
    Scope,
    head,
    in_and_out,
    page_of,
    subject_text,
    sums_text,
    unpriced_text,
)
from walletwatch.bot.views.parties import Parties
from walletwatch.bot.views.periods import date_text
from walletwatch.bot.views.ways import nothing_watched
from walletwatch.domain.currencies import Denomination
from walletwatch.domain.flows import AssetFlow, Flow
from walletwatch.domain.money import to_decimal
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.analysing import FlowsOf

ROWS: Final = 12
BY_TOKEN, BY_DAY, BY_PARTY = "t", "d", "c"
BY_NUMBER, BY_VALUE = "n", "v"
_DIRECTIONS: Final = ("", "i", "o")

type Ranked = tuple[str, Flow]


class FlowsView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def flows(self, told: FlowsOf, code: ScopeCode, zone: str, say: Texts) -> RenderedMessage:
        """In and out, by token, by day or by counterparty."""
        if not told.subject.wallets:
            return nothing_watched(say)
        scope = Scope(Action.FLOWS, code)
        flows = told.flows
        rows, pages = page_of(self._rows(told, code.mark, zone, say), code.page, ROWS)
        lines = head(say("flows.title", wallet=subject_text(told.subject, say)), told.subject, zone, say)
        if flows.total.movements:
            lines += [Html(""), *sums_text(flows.total, told.currency, say)]
        if flows.internal:
            lines.append(say("flows.internal", count=flows.internal))
        if flows.fees:
            lines.append(say("digest.fees", amount=self._amounts.native(flows.fees, say)))
        lines += [Html(""), *(rows or [say("flows.nothing")])]
        marks = tuple(
            scope.button(say(f"flows.by.{name}"), replace(code, mark=mark, page=0))
            for name, mark in (("token", BY_TOKEN), ("day", BY_DAY), ("party", BY_PARTY))
        )
        keyboard = (
            scope.turns(pages, say), marks, scope.periods(say), scope.wallets(told.subject, say)
        )  # fmt: skip
        return RenderedMessage(join_lines(lines), tuple(row for row in keyboard if row))

    def top(self, told: FlowsOf, code: ScopeCode, zone: str, say: Texts) -> RenderedMessage:
        """With whom the wallets had to do most."""
        if not told.subject.wallets:
            return nothing_watched(say)
        scope = Scope(Action.TOP, code)
        order, direction = code.mark[:1] or BY_NUMBER, code.mark[1:2]
        ranked = _ranked(told, order, direction)
        rows, pages = page_of(ranked, code.page, ROWS)
        parties = Parties(self._profile, told.subject.wallets, told.warned)
        lines = head(say("top.title", wallet=subject_text(told.subject, say)), told.subject, zone, say)
        lines.append(Html(""))
        for place, (address, flow) in enumerate(rows, code.page * ROWS + 1):
            name = parties.linked(address, say)
            lines.append(say("top.item", place=place, party=name, **_told(flow, told.currency, say)))
        if not rows:
            lines.append(say("flows.nothing"))
        elif order == BY_VALUE:
            lines += unpriced_text(told.flows.total, say)
        orders = tuple(
            scope.button(say(f"top.by.{name}"), replace(code, mark=mark + direction, page=0))
            for name, mark in (("number", BY_NUMBER), ("value", BY_VALUE))
        )
        directions = tuple(
            scope.button(say(f"top.way.{name}"), replace(code, mark=order + mark, page=0))
            for name, mark in zip(("both", "from", "to"), _DIRECTIONS, strict=True)
        )
        keyboard = (
            scope.turns(pages, say),
            orders,
            directions,
            scope.periods(say),
            scope.wallets(told.subject, say),
        )
        return RenderedMessage(join_lines(lines), tuple(row for row in keyboard if row))

    def _rows(self, told: FlowsOf, mark: str, zone: str, say: Texts) -> Sequence[Html]:
        flows = told.flows
        if mark == BY_DAY:
            return [
                say("flows.day", day=date_text(on, zone, say), **_told(flow, told.currency, say))
                for on, flow in sorted(flows.by_day.items(), reverse=True)
            ]
        if mark == BY_PARTY:
            parties = Parties(self._profile, told.subject.wallets, told.warned)
            named = [
                say("flows.party", party=parties.linked(address, say), **_told(flow, told.currency, say))
                for address, flow in _ranked(told, BY_VALUE, "")
            ]
            nobody = flows.by_party.get(None)
            return (
                named
                if nobody is None
                else [*named, say("flows.nobody", **_told(nobody, told.currency, say))]
            )
        return [self._asset(flow, told.currency, say) for flow in flows.by_asset]

    def _asset(self, flow: AssetFlow, currency: Denomination, say: Texts) -> Html:
        notes = {} if flow.note is None else {flow.asset: replace(flow.note, usd=None)}
        net = flow.received - flow.sent
        line = say(
            "flows.token",
            net=self._amounts.asset(flow.asset, abs(net), flow.decimals, say, notes),
            sign="±" if net == 0 else "+" if net > 0 else "−",
            received=_bare(flow, flow.received, say),
            sent=_bare(flow, flow.sent, say),
        )
        if flow.unpriced == flow.movements:
            return line
        return Html(f"{line} · {in_and_out(flow, currency, say)}")


def _bare(flow: AssetFlow, units: int, say: Texts) -> str:
    return whole(units, say) if flow.decimals is None else number(to_decimal(units, flow.decimals), say)


def _ranked(told: FlowsOf, order: str, direction: str) -> list[Ranked]:
    """Counterparties that are known, the greatest first."""
    parties = [
        (address, flow)
        for address, flow in told.flows.by_party.items()
        if address is not None
        and (direction != "i" or flow.arrivals)
        and (direction != "o" or flow.departures)
    ]

    def number_of_movements(flow: Flow) -> int:
        return {"i": flow.arrivals, "o": flow.departures}.get(direction, flow.movements)

    def value(flow: Flow) -> Decimal:
        both = flow.received_worth + flow.sent_worth
        return {"i": flow.received_worth, "o": flow.sent_worth}.get(direction, both)

    if order == BY_VALUE:
        return sorted(parties, key=lambda item: (-value(item[1]), -number_of_movements(item[1]), item[0]))
    return sorted(parties, key=lambda item: (-number_of_movements(item[1]), -value(item[1]), item[0]))


def _told(flow: Flow, currency: Denomination, say: Texts) -> Mapping[str, Html]:
    return {"flow": in_and_out(flow, currency, say), "times": say("figures.times", count=flow.movements)}
