"""What a security scan finds, what it could not look at, and what both come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, Final


class UnknownReason(StrEnum):
    """Why something could not be looked at."""

    UNAVAILABLE = "unavailable"
    """Nobody answered; another time they may."""
    REFUSED = "refused"
    """The node does not answer such a question."""
    TOO_MUCH = "too_much"
    """There is more of it than a scan reads."""
    UNREADABLE = "unreadable"
    """The bytes are not of a layout that is known."""
    NOT_KEPT = "not_kept"
    """The node no longer has it."""
    UNREACHABLE = "unreachable"
    """What its maker points to, outside of the chain, did not answer; another time it may."""
    SWITCHED_OFF = "switched_off"
    """This deployment does not look there."""
    NO_WALLET = "no_wallet"
    """The address is none, and what makes a wallet safe is not asked of it."""
    UNTRIED = "untried"
    """It has to be tried out, and there was nobody and nothing to try it with."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """In the place of facts that could not be had. Never a zero, never an empty list."""

    reason: UnknownReason


type Facts = Mapping[type, Any]
"""What was read about a subject, by its type: an instance of it, or `Unknown`. A type that is missing does
not apply to the subject, and neither do the checks that need it."""


class CannotTell(Exception):
    """Raised by a check whose facts do not suffice.

    Args:
        reason: What they lack.
    """

    def __init__(self, reason: UnknownReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


ENOUGH_CONFIDENCE: Final = 60
"""Percent. Of what was looked at less, nobody is told that it is safe, and nothing is compared with it."""


class Nature(StrEnum):
    """What a finding is: something that could be done to a holder, or that was done."""

    CAPABILITY = "capability"
    EVIDENCE = "evidence"
    NOTE = "note"
    """Worth saying, and no risk."""


class Level(IntEnum):
    """How a score is called."""

    SAFE = 0
    CAUTION = 1
    WARNING = 2
    DANGER = 3
    EXTREME = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding stands on.

    Attributes:
        account: The account, or the signature of the transaction, that shows it.
        field: Of the account, by its name in the program's source.
        value: As it was read. A stranger's text, so it is escaped wherever it is shown.
        slot: At which it was read; None for what is kept in a list of ours.
    """

    account: str
    field: str
    value: str
    slot: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has found.

    Attributes:
        rule: Its name among the rules, which say how much it weighs.
        evidence: Never empty.
        values: For the sentence that tells it, by the name in braces. Amounts are raw and named by the rule's
            text; strangers' texts are escaped there.
        share: From 0 to 1, how much of the rule's points it is worth.
        remark: Name of a second sentence, with the same values; None where the rule's says it all.
    """

    rule: str
    evidence: tuple[Evidence, ...]
    values: Mapping[str, str | int | Decimal] = field(default_factory=dict)
    share: Decimal = Decimal(1)
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one check.

    Attributes:
        unknown: Why it could not be made, or not wholly; None where it was.
    """

    check: str
    findings: tuple[Finding, ...] = ()
    unknown: UnknownReason | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A finding with what it counts for.

    Attributes:
        points: Of its own, before its family's cap.
    """

    finding: Finding
    nature: Nature
    points: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all outcomes come to.

    Attributes:
        score: 0 to 100, higher is riskier.
        confidence: Percent of what there was to look at that was looked at, by weight; never part of the
            score.
        findings: The heaviest first.
        unknown: The checks that could not be made, with the reason.
        rules: Version of the rules that were applied.
        blind: Whether a check was not made without which nothing is called safe.
    """

    score: int
    level: Level
    confidence: int
    findings: tuple[Weighed, ...]
    unknown: Mapping[str, UnknownReason]
    rules: int
    blind: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether enough was looked at for what the level says."""
        return self.level is not Level.SAFE or (self.confidence >= ENOUGH_CONFIDENCE and not self.blind)
