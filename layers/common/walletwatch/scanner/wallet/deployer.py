"""What a wallet did with the tokens that it made."""

from collections.abc import Iterator
from decimal import Decimal

from walletwatch.domain.inspection.creator import Deployments
from walletwatch.domain.inspection.pulling import MAX_EVIDENCE, SERIAL
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.pooling import all_pulls, opened


def _look(made: Deployments) -> Iterator[Finding]:
    pools = () if isinstance(made.pools, Unknown) else made.pools
    pulled = all_pulls(made.tokens, pools)
    count = len({*(token.mint for token in made.tokens), *(pull.mint for pull in pulled)})
    soon = [pull for pull in pulled if pull.soon]
    evidence = tuple(each for pull in (soon or pulled) for each in pull.evidence)[:MAX_EVIDENCE]
    if len(soon) >= SERIAL:
        yield Finding("deployer_serial_pulls", evidence, {"count": len(soon), "made": count})
    elif pulled:
        values: dict[str, str | int | Decimal] = {"count": len(pulled), "made": count}
        yield Finding("deployer_pulled", evidence, values, share=Decimal(1 if soon else "0.5"))
    elif made.tokens:
        shown_by = tuple(
            Evidence(token.made.signature, "initializeMint", token.mint, token.made.slot)
            for token in made.tokens
        )
        yield Finding("deployer", shown_by[:MAX_EVIDENCE], {"made": len(made.tokens)})
    yield from opened("deployer_pools", pools, {})
    if not made.complete:
        raise CannotTell(UnknownReason.TOO_MUCH)
    if isinstance(made.pools, Unknown):
        raise CannotTell(made.pools.reason)


CHECK = Check("deployer", (Deployments,), _look)
