"""How much of what the wallet holds is in tokens that are a risk.

Each token is judged by the checks that need nothing but its mint and who has a say about it, by the same
rules as in a scan of its own; what such a scan looks at besides may make it worse.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.holdings import HeldToken, HeldTokens
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Level, Unknown, UnknownReason, Verdict
from walletwatch.scanner.check import Check, make_all
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token_checks import TOKEN_CHECKS

RISKY: Final = Level.WARNING
MAX_FINDINGS: Final = 5
_LIGHT: Final = tuple(check for check in TOKEN_CHECKS if {*check.needs} <= {MintState, MintAuthorities})


def _look(held: HeldTokens) -> Iterator[Finding]:
    judged = [(token, _judge(token)) for token in held.tokens]
    risky = [(token, verdict) for token, verdict in judged if verdict is not None and verdict.level >= RISKY]
    risky.sort(key=lambda each: each[1].score, reverse=True)
    for token, verdict in risky[:MAX_FINDINGS]:
        heaviest = verdict.findings[0].finding
        yield Finding(
            "risky_token_held",
            heaviest.evidence,
            {"name": token.name or token.address, "mint": token.address, "score": verdict.score},
            share=Decimal(verdict.score) / 100,
        )
    whole = _sum([held.native_usd, *(token.usd for token in held.tokens)])
    part = _sum(token.usd for token, _ in risky)
    if risky and whole:
        yield Finding(
            "risky_share",
            tuple(Evidence(token.address, "amount", str(token.amount), None) for token, _ in risky[:3]),
            {"percent": (100 * part / whole).quantize(Decimal("0.1")), "count": len(risky)},
        )
    if held.left_out:
        raise CannotTell(UnknownReason.TOO_MUCH)
    unread = next((token.mint for token in held.tokens if isinstance(token.mint, Unknown)), None)
    if unread is not None:
        raise CannotTell(unread.reason)
    if risky and not held.priced:
        raise CannotTell(UnknownReason.UNAVAILABLE)


def _judge(token: HeldToken) -> Verdict | None:
    if isinstance(token.mint, Unknown):
        return None
    return weigh(make_all(_LIGHT, token.facts), read_rules(), trusted=token.listed)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((each for each in amounts if each is not None), Decimal(0))


CHECK = Check("exposure", (HeldTokens,), _look)
