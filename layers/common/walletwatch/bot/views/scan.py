"""A security scan as messages: the verdict with what matters, and everything that was found, page by page."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from walletwatch.bot.formatting import number, series, short, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.paging import turns
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Evidence, Finding, Level, Nature, UnknownReason, Weighed
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.domain.work import Button, RenderedMessage, SubjectKind

REASONS: Final = 3
FINDINGS_PER_PAGE: Final = 5
MAX_EVIDENCE: Final = 3
MAX_VALUE: Final = 80
"""Characters of a stranger's text."""
PAGE_SEPARATOR: Final = "."
"""Between the address and the page in a button's data."""

SIGNS: Final = {
    Level.SAFE: "🟢",
    Level.CAUTION: "🟡",
    Level.WARNING: "🟠",
    Level.DANGER: "🔴",
    Level.EXTREME: "⛔",
}
_UNCLEAR: Final = "⚪"
_MARKS: Final = {Nature.CAPABILITY: "⚠️", Nature.EVIDENCE: "🚩", Nature.NOTE: "ℹ️"}  # noqa: RUF001 - an emoji


class ScanView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile

    def scan(self, report: ScanReport, say: Texts) -> RenderedMessage:
        """The verdict in a sentence, the reasons that matter, and what to do."""
        verdict = report.verdict
        lines: list[str] = [self._title(report, say), self._level(report, say), self._sentence(report, say)]
        reasons = [each for each in verdict.findings if each.nature is not Nature.NOTE][:REASONS]
        if reasons:
            lines += ["", *(line for each in reasons for line in _told(each, say))]
            lines += ["", _advice(reasons[0], say)]
        lines += ["", self._looked(report, say), self._footer(report, say)]
        return RenderedMessage(join_lines([Html(line) for line in lines]), self._keyboard(report, say))

    def worse(self, report: ScanReport, before: KnownRisk, say: Texts) -> RenderedMessage:
        """The same of a watched wallet, with what it was before."""
        level = say(f"risk.level.{report.verdict.level.name.lower()}")
        line = say("risk.worse.line", level=level, before=before.score)
        message = self.scan(report, say)
        return RenderedMessage(join_lines([line, Html(""), Html(message.html)]), message.keyboard)

    def details(self, report: ScanReport, page: int, say: Texts) -> RenderedMessage:
        """All findings with what they stand on, and what could not be looked at.

        Args:
            report: Of the scan.
            page: From 0 on; one that is not there is the last one.
            say: The texts.
        """
        findings = report.verdict.findings
        pages = max(1, -(-len(findings) // FINDINGS_PER_PAGE))
        page = min(page, pages - 1)
        lines: list[str] = [self._title(report, say), self._level(report, say)]
        for each in findings[page * FINDINGS_PER_PAGE : (page + 1) * FINDINGS_PER_PAGE]:
            lines += ["", *_told(each, say), *self._evidence(each.finding, say)]
            if each.nature is not Nature.NOTE:
                lines.append(_advice(each, say))
        if not findings:
            lines += ["", say("risk.nothing_found")]
        if page == pages - 1 and report.verdict.unknown:
            lines += ["", say("risk.not_looked_at")]
            lines += [
                say(
                    "risk.unknown_line",
                    check=say(f"risk.check.{check}"),
                    reason=say(f"risk.unknown.{reason}"),
                )
                for check, reason in report.verdict.unknown.items()
            ]
        lines += ["", self._footer(report, say)]
        return RenderedMessage(
            join_lines([Html(line) for line in lines]), self._pages(report, page, pages, say)
        )

    def queued(self, subject: str, say: Texts) -> RenderedMessage:
        """That a scan is asked for."""
        return RenderedMessage(say("scan.started", address=subject))

    def not_queued(self, subject: str, say: Texts) -> RenderedMessage:
        """That a scan could not be asked for."""
        again = ((button(say("button.scan_again"), Action.SCAN_ADDRESS, subject),),)
        return RenderedMessage(say("scan.not_queued", address=subject), again)

    def begun(self, subject: str, say: Texts) -> RenderedMessage:
        """That a scan is being made."""
        return RenderedMessage(say("scan.begun", address=subject))

    def delayed(self, subject: str, say: Texts) -> RenderedMessage:
        """That the chain does not answer, and that the scan is tried again."""
        return RenderedMessage(say("scan.delayed", address=subject))

    def _title(self, report: ScanReport, say: Texts) -> Html:
        if UnknownReason.NO_WALLET in report.verdict.unknown.values():
            return say("scan.address_title", address=report.subject)
        if report.kind is not SubjectKind.TOKEN:
            return say("scan.wallet_title", address=report.subject)
        name = _name(report.identity)
        if name is None:
            return say("scan.token_title", address=report.subject)
        return say("scan.named_token_title", name=name, address=report.subject)

    def _level(self, report: ScanReport, say: Texts) -> Html:
        verdict = report.verdict
        if not verdict.is_clear:
            return say("risk.level_line", sign=_UNCLEAR, level=say("risk.level.unclear"), score=verdict.score)
        level = say(f"risk.level.{verdict.level.name.lower()}")
        return say("risk.level_line", sign=SIGNS[verdict.level], level=level, score=verdict.score)

    def _sentence(self, report: ScanReport, say: Texts) -> Html:
        kind = "token" if report.kind is SubjectKind.TOKEN else "wallet"
        if not report.verdict.is_clear:
            return say(f"risk.{kind}.unclear")
        sentence = say(f"risk.{kind}.{report.verdict.level.name.lower()}")
        return Html(f"{sentence} {say('risk.trusted')}") if report.trusted else sentence

    def _looked(self, report: ScanReport, say: Texts) -> Html:
        verdict = report.verdict
        confidence = say("risk.confidence", percent=verdict.confidence)
        if not verdict.unknown:
            return confidence
        names = series((say(f"risk.check.{check}") for check in verdict.unknown), say)
        return Html(f"{confidence} {say('risk.blind', checks=names)}")

    def _footer(self, report: ScanReport, say: Texts) -> Html:
        version = report.verdict.rules
        minutes = report.age_seconds // 60
        if minutes == 0:
            return say("risk.read_now", version=version)
        return say("risk.read_before", count=minutes, version=version)

    def _evidence(self, finding: Finding, say: Texts) -> Sequence[Html]:
        return [self._shown(each, say) for each in finding.evidence[:MAX_EVIDENCE]]

    def _shown(self, evidence: Evidence, say: Texts) -> Html:
        url = self._profile.address_url(evidence.account)
        account: Html = say("risk.account", address=short(evidence.account))
        if url is not None:
            account = say("risk.linked_account", url=url, address=short(evidence.account))
        value = evidence.value if len(evidence.value) <= MAX_VALUE else f"{evidence.value[:MAX_VALUE]}…"
        line = say("risk.evidence", account=account, field=evidence.field, value=value)
        return (
            line
            if evidence.slot is None
            else Html(f"{line} {say('risk.at_slot', slot=whole(evidence.slot, say))}")
        )

    def _keyboard(self, report: ScanReport, say: Texts) -> Sequence[Sequence[Button]]:
        first = [
            button(say("button.details"), Action.SCAN_DETAILS, f"{report.subject}{PAGE_SEPARATOR}0"),
            button(say("button.scan_again"), Action.SCAN_ADDRESS, report.subject),
        ]
        if report.kind is not SubjectKind.WALLET:
            return (tuple(first), self._links(report, say))
        network = button(say("chart.button.network"), Action.NETWORK, report.subject)
        return (tuple(first), (network,), self._links(report, say))

    def _pages(self, report: ScanReport, page: int, pages: int, say: Texts) -> Sequence[Sequence[Button]]:
        turning = turns(
            Action.SCAN_DETAILS,
            lambda number: f"{report.subject}{PAGE_SEPARATOR}{number}",
            page,
            pages - 1,
            say,
        )
        back = [button(say("button.back"), Action.SCAN_VERDICT, report.subject)]
        if report.connections is not None:
            back.append(button(say("button.connections"), Action.SCAN_CONNECTIONS, report.subject))
        return (*turning, tuple(back), self._links(report, say))

    def _links(self, report: ScanReport, say: Texts) -> tuple[Button, ...]:
        url = self._profile.address_url(report.subject)
        copy = Button(say("button.copy_address"), copy_text=report.subject)
        return (Button(say("button.explorer"), url=url), copy) if url else (copy,)


def _told(weighed: Weighed, say: Texts) -> Sequence[Html]:
    finding = weighed.finding
    values = _values(finding, say)
    told = [Html(f"{_MARKS[weighed.nature]} {say(f'risk.rule.{finding.rule}.title', **values)}")]
    if finding.remark is not None:
        told.append(say(f"risk.remark.{finding.remark}", **values))
    return told


def _advice(weighed: Weighed, say: Texts) -> Html:
    finding = weighed.finding
    return say("risk.advice", advice=say(f"risk.rule.{finding.rule}.advice", **_values(finding, say)))


def _values(finding: Finding, say: Texts) -> dict[str, str]:
    return {name: _value(value, say) for name, value in finding.values.items()}


def _value(value: str | int | Decimal, say: Texts) -> str:
    if isinstance(value, str):
        return value if len(value) <= MAX_VALUE else f"{value[:MAX_VALUE]}…"
    return number(Decimal(value), say)


def _name(identity: TokenIdentity | None) -> str | None:
    return (identity.symbol or identity.name) if identity else None
