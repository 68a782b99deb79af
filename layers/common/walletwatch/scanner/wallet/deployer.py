"""What a wallet did with the tokens that it made."""

from collections.abc import Iterator
from decimal import Decimal

from walletwatch.domain.inspection.creator import Deployments
from walletwatch.domain.inspection.pulling import MAX_EVIDENCE, SERIAL, pulls
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check


def _look(made: Deployments) -> Iterator[Finding]:
    pulled = pulls(made.tokens)
    soon = [pull for pull in pulled if pull.soon]
    evidence = tuple(each for pull in (soon or pulled) for each in pull.evidence)[:MAX_EVIDENCE]
    if len(soon) >= SERIAL:
        yield Finding("deployer_serial_pulls", evidence, {"count": len(soon), "made": len(made.tokens)})
    elif pulled:
        values: dict[str, str | int | Decimal] = {"count": len(pulled), "made": len(made.tokens)}
        yield Finding("deployer_pulled", evidence, values, share=Decimal(1 if soon else "0.5"))
    elif made.tokens:
        shown_by = tuple(
            Evidence(token.made.signature, "initializeMint", token.mint, token.made.slot)
            for token in made.tokens
        )
        yield Finding("deployer", shown_by[:MAX_EVIDENCE], {"made": len(made.tokens)})
    if not made.complete:
        raise CannotTell(UnknownReason.TOO_MUCH)


CHECK = Check("deployer", (Deployments,), _look)
