"""What scans look at, in memory."""

from dataclasses import dataclass, field
from datetime import timedelta

from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.risk import Evidence, Facts, Finding, Nature, UnknownReason, Verdict, Weighed
from walletwatch.domain.scans import Inspection
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.domain.work import SubjectKind
from walletwatch.ports.common import Clock
from walletwatch.scanner.rules import read_rules


@dataclass
class FakeInspector:
    """`ports.Inspector` over a dictionary of tokens; whatever has no name in it is a wallet."""

    clock: Clock
    tokens: dict[str, TokenIdentity] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)
    down: bool = False
    fresh_for: timedelta = timedelta(minutes=5)
    asked: list[str] = field(default_factory=list)

    async def inspect(self, subject: str, kind: SubjectKind) -> Inspection:
        self.asked.append(subject)
        if self.down:
            raise ChainUnavailable("the fake chain is down")
        identity = None if kind is SubjectKind.WALLET else self.tokens.get(subject)
        now = self.clock.now()
        found = SubjectKind.TOKEN if identity else SubjectKind.WALLET
        return Inspection(subject, found, identity, self.facts, now, now + self.fresh_for)


@dataclass
class FakeJudge:
    """`ports.Judge` that says what it was told to say."""

    score: int = 0
    rules_found: tuple[str, ...] = ()
    trusted: set[str] = field(default_factory=set)
    unknown: dict[str, UnknownReason] = field(default_factory=dict)

    def trusts(self, inspection: Inspection) -> bool:
        return inspection.subject in self.trusted

    def judge(self, inspection: Inspection) -> Verdict:
        rules = read_rules()
        findings = tuple(
            Weighed(
                Finding(
                    rule,
                    (Evidence(inspection.subject, "field", "value", 7),),
                    {"authority": inspection.subject},
                ),
                Nature.CAPABILITY,
                rules.points(rule, Finding(rule, ()).share),
            )
            for rule in self.rules_found
        )
        return Verdict(self.score, rules.level(self.score), 100, findings, self.unknown, rules.version)
