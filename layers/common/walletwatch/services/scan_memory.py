"""What scans said, for the buttons below their answers and for whoever asks again soon."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from walletwatch.domain.connections import Connections
from walletwatch.domain.risk import Evidence, Finding, Level, Nature, UnknownReason, Verdict, Weighed
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.domain.work import SubjectKind
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

KEPT_FOR: Final = timedelta(hours=24)


class _Finding(msgspec.Struct, frozen=True):
    """A `Weighed`; JSON does not tell a number from a text that looks like one, so they are apart."""

    rule: str
    evidence: tuple[Evidence, ...]
    texts: dict[str, str]
    numbers: dict[str, Decimal]
    share: Decimal
    nature: Nature
    points: Decimal
    remark: str | None = None


class _Report(msgspec.Struct, frozen=True):
    subject: str
    kind: SubjectKind
    identity: TokenIdentity | None
    score: int
    level: Level
    confidence: int
    findings: tuple[_Finding, ...]
    unknown: dict[str, UnknownReason]
    rules: int
    trusted: bool
    read_at: datetime
    fresh_until: datetime
    connections: Connections | None = None
    blind: bool = False


class ScanMemory:
    """Keeps the last report on each subject for a day. Forgets at any moment, and scans work without it.

    Args:
        chain: Name of the chain profile: addresses of two chains never mix.
    """

    def __init__(self, cache: Cache, metrics: Metrics, clock: Clock, *, chain: str) -> None:
        self._clock = clock
        self._prefix = f"scan-report:1:{chain}:"
        self._cached = Cached[_Report](
            cache, metrics, decode=msgspec.json.Decoder(_Report).decode, ttl=KEPT_FOR
        )

    async def recall(self, subject: str) -> ScanReport | None:
        """The last report on a subject, however old; None where none is kept, or it cannot be had."""
        kept = await self._cached.peek(self._prefix + subject)
        if kept is None:
            return None
        return replace(_opened(kept), asked_at=self._clock.now())

    async def remember(self, report: ScanReport) -> None:
        """Keep a report in place of the one before."""
        await self._cached.put(self._prefix + report.subject, _packed(report))


def _packed(report: ScanReport) -> _Report:
    verdict = report.verdict
    return _Report(
        report.subject,
        report.kind,
        report.identity,
        verdict.score,
        verdict.level,
        verdict.confidence,
        tuple(_packed_finding(each) for each in verdict.findings),
        dict(verdict.unknown),
        verdict.rules,
        report.trusted,
        report.read_at,
        report.fresh_until,
        report.connections,
        verdict.blind,
    )


def _packed_finding(weighed: Weighed) -> _Finding:
    values = weighed.finding.values
    return _Finding(
        weighed.finding.rule,
        weighed.finding.evidence,
        {name: value for name, value in values.items() if isinstance(value, str)},
        {name: Decimal(value) for name, value in values.items() if not isinstance(value, str)},
        weighed.finding.share,
        weighed.nature,
        weighed.points,
        weighed.finding.remark,
    )


def _opened(kept: _Report) -> ScanReport:
    findings = tuple(
        Weighed(
            Finding(each.rule, each.evidence, {**each.texts, **each.numbers}, each.share, each.remark),
            each.nature,
            each.points,
        )
        for each in kept.findings
    )
    return ScanReport(
        subject=kept.subject,
        kind=kept.kind,
        identity=kept.identity,
        verdict=Verdict(
            kept.score, kept.level, kept.confidence, findings, kept.unknown, kept.rules, kept.blind
        ),
        trusted=kept.trusted,
        read_at=kept.read_at,
        fresh_until=kept.fresh_until,
        asked_at=kept.read_at,
        connections=kept.connections,
    )
