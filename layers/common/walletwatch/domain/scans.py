"""A security scan: what was read about an address, and what it comes to."""

from dataclasses import dataclass
from datetime import datetime

from walletwatch.domain.connections import Connections
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
        fresh_until: When the first part of it is to be read anew.
    """

    subject: str
    kind: SubjectKind
    identity: TokenIdentity | None
    facts: Facts
    read_at: datetime
    fresh_until: datetime


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan says.

    Attributes:
        identity: As in `Inspection`.
        trusted: The chain profile, or the allowlist, vouches for the subject.
        read_at: As in `Inspection`, and so is `fresh_until`.
        asked_at: When somebody was given it.
        connections: Around a wallet; None for a token.
    """

    subject: str
    kind: SubjectKind
    identity: TokenIdentity | None
    verdict: Verdict
    trusted: bool
    read_at: datetime
    fresh_until: datetime
    asked_at: datetime
    connections: Connections | None = None

    @property
    def age_seconds(self) -> int:
        """From when the oldest part of it was read until it was asked for."""
        return max(0, int((self.asked_at - self.read_at).total_seconds()))

    @property
    def is_fresh(self) -> bool:
        """Whether reading it again would read nothing anew."""
        return self.asked_at < self.fresh_until
