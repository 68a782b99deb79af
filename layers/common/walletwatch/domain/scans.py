"""A security scan: what was read about an address, and what it comes to."""

from dataclasses import dataclass
from datetime import datetime

from walletwatch.domain.risk import Facts, Verdict
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.domain.work import SubjectKind


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was read about a subject.

    Attributes:
        kind: What the address is; never AUTO.
        identity: What a token is called; None for a wallet, and where the name could not be read.
        read_at: When the oldest part of it was read.
    """

    subject: str
    kind: SubjectKind
    identity: TokenIdentity | None
    facts: Facts
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan says.

    Attributes:
        identity: As in `Inspection`.
        trusted: The chain profile, or the allowlist, vouches for the subject.
        age_seconds: Since the oldest part of it was read.
    """

    subject: str
    kind: SubjectKind
    identity: TokenIdentity | None
    verdict: Verdict
    trusted: bool
    age_seconds: int
