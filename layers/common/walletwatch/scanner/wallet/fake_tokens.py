"""Tokens in the wallet that bear the name of a listed one."""

from collections.abc import Iterator
from typing import Final

from walletwatch.domain.inspection.holdings import HeldTokens
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5


def _look(held: HeldTokens) -> Iterator[Finding]:
    fakes = [token for token in held.tokens if token.imitates is not None and not token.listed]
    for token in fakes[:MAX_FINDINGS]:
        yield Finding(
            "fake_token_held",
            (Evidence(token.address, "name", token.name or "", None),),
            {"name": token.name or token.address, "mint": token.address, "real": str(token.imitates)},
        )
    if held.left_out:
        raise CannotTell(UnknownReason.TOO_MUCH)


CHECK = Check("fake_tokens", (HeldTokens,), _look)
