"""A report of a day or a week."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from walletwatch.bot.formatting import Amounts, series, when
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.figures import amount_of, sums_text
from walletwatch.bot.views.gains import signed
from walletwatch.bot.views.insights import told_lines
from walletwatch.bot.views.parties import Parties, transaction_link
from walletwatch.bot.views.ways import nothing_watched
from walletwatch.domain.currencies import Denomination
from walletwatch.domain.flows import AssetFlow
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.reports import ReportPeriod, Schedule, Summary
from walletwatch.domain.valuing import Movement
from walletwatch.domain.work import Button, RenderedMessage

ASSETS: Final = 8
PARTIES: Final = 8


class ReportView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def report(self, summary: Summary, period: ReportPeriod, zone: str, say: Texts) -> RenderedMessage:
        """What came and went, the largest, who is new, fees, gains, failures, and what was told."""
        if not summary.wallets:
            return nothing_watched(say)
        parties = Parties(self._profile, summary.wallets)
        span = summary.span
        lines = [
            say(f"report.{period.value}", count=len(summary.wallets)),
            say("report.between", first=when(span.start, say, zone), last=when(span.end, say, zone)),
            Html(""),
            say("stats.total", count=summary.activities),
        ]
        if summary.activities:
            lines += self._money(summary, parties, say)
        lines += [Html(""), *told_lines(summary.told, say)]
        if summary.is_cut:
            lines.append(say("report.cut"))
        if summary.ordered:
            lines += [Html(""), *(_regular(each, say) for each in summary.ordered)]
        keyboard = self._keyboard(period, say, is_ordered=bool(summary.ordered))
        return RenderedMessage(join_lines(lines), keyboard)

    def ordered(self, period: ReportPeriod, due: datetime, zone: str, say: Texts) -> RenderedMessage:
        """When the first one comes."""
        text = say(f"report.ordered.{period.value}", time=when(due, say, zone))
        return RenderedMessage(text, ((button(say("report.stop"), Action.REPORT, "off"),),))

    def _money(self, summary: Summary, parties: Parties, say: Texts) -> Sequence[Html]:
        flows = summary.flows
        lines = []
        if flows.total.movements:
            lines += sums_text(flows.total, summary.currency, say)
        lines += [self._asset(flow, say) for flow in flows.by_asset[:ASSETS]]
        if len(flows.by_asset) > ASSETS:
            lines.append(say("activity.line.more", count=len(flows.by_asset) - ASSETS))
        besides: list[Html] = []
        if summary.largest_in:
            largest = self._movement(summary.largest_in, summary.currency, parties, say)
            besides.append(say("report.largest_in", what=largest))
        if summary.largest_out:
            largest = self._movement(summary.largest_out, summary.currency, parties, say)
            besides.append(say("report.largest_out", what=largest))
        if summary.new_parties:
            named = [parties.name(address, say) for address in summary.new_parties[:PARTIES]]
            besides.append(
                say("report.new_parties", count=len(summary.new_parties), parties=series(named, say))
            )
        if summary.realised:
            besides.append(say("report.realised", amount=signed(summary.realised, summary.currency, say)))
        if flows.fees:
            besides.append(say("digest.fees", amount=self._amounts.native(flows.fees, say)))
        if summary.failures:
            besides.append(say("report.failures", count=summary.failures))
        return [*lines, *([Html(""), *besides] if besides else [])]

    def _asset(self, flow: AssetFlow, say: Texts) -> Html:
        notes = {} if flow.note is None else {flow.asset: replace(flow.note, usd=None)}
        net = flow.received - flow.sent
        amount = self._amounts.asset(flow.asset, abs(net), flow.decimals, say, notes)
        return say("report.net", sign="±" if net == 0 else "+" if net > 0 else "−", amount=amount)

    def _movement(self, movement: Movement, currency: Denomination, parties: Parties, say: Texts) -> Html:
        leg, activity = movement.leg, movement.activity
        assert movement.usd is not None
        notes = {} if activity.annotation is None else activity.annotation.assets
        bare = {asset: replace(note, usd=None) for asset, note in notes.items()}
        what = f"{self._amounts.leg(leg, say, bare)} ({amount_of(movement.usd, currency, say)})"
        if leg.counterparty:
            what += f" {'←' if leg.amount > 0 else '→'} {parties.name(leg.counterparty, say)}"
        return Html(f"{what}{transaction_link(self._profile, activity.signature)}")

    def _keyboard(self, period: ReportPeriod, say: Texts, *, is_ordered: bool) -> Sequence[Sequence[Button]]:
        def choice(shown: ReportPeriod) -> Button:
            text = say(f"report.period.{shown.value}")
            return button(f"• {text}" if shown is period else text, Action.REPORT, shown.value)

        return (
            (choice(ReportPeriod.DAILY), choice(ReportPeriod.WEEKLY)),
            (
                button(say("report.order_daily"), Action.REPORT, "d"),
                button(say("report.order_weekly"), Action.REPORT, "w"),
            ),
            *(((button(say("report.stop"), Action.REPORT, "off"),),) if is_ordered else ()),
        )


def _regular(schedule: Schedule, say: Texts) -> Html:
    """When a report comes."""
    hour, minute = divmod(schedule.minute, 60)
    clock = f"{hour:02}:{minute:02}"
    if schedule.weekday is None:
        return say("report.regular.daily", clock=clock)
    return say("report.regular.weekly", clock=clock, day=say("quiet.days").split()[schedule.weekday])
