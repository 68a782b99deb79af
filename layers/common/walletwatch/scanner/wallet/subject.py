"""Whether the address is a wallet at all. Of what is none, only what passes through it can be told."""

from collections.abc import Iterator

from walletwatch.domain.inspection.subject import AddressKind, Subject
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.kind is AddressKind.KEY:
        return
    program = subject.program or ""
    evidence = [Evidence(subject.address, "owner program", program, subject.slot)] if program else []
    if subject.owner is not None:
        evidence.append(Evidence(subject.address, "owner", subject.owner, subject.slot))
    values = {"program": subject.program_name or program, "owner": subject.owner or ""}
    yield Finding(f"address_is_{subject.kind.value}", tuple(evidence), values)
    if subject.kind is not AddressKind.DERIVED:
        raise CannotTell(UnknownReason.NO_WALLET)


CHECK = Check("subject", (Subject,), _look)
