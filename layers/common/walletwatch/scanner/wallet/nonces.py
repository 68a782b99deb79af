"""Nonce accounts in which the wallet and somebody else have a part.

What is signed on a durable nonce does not expire after a minute: it can be sent until the nonce's authority
advances it. So a signature that somebody got from the owner on a nonce of his own can be used much later,
when there is more to take; nobody sees it on the chain before.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.traces import NonceAccount, Nonces
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5
"""Of each kind."""


def _look(nonces: Nonces) -> Iterator[Finding]:
    wallet = nonces.wallet
    foreign = [each for each in nonces.accounts if each.authority != wallet and each.payer == wallet]
    for each in sorted(foreign, key=lambda each: (-each.lamports, each.address))[:MAX_FINDINGS]:
        yield _finding("nonce_of_other", each)
    own = [each for each in nonces.accounts if each.authority == wallet]
    made_by_others = [each for each in own if each.payer not in {wallet, None}]
    for each in sorted(made_by_others, key=lambda each: each.address)[:MAX_FINDINGS]:
        yield _finding("nonce_made_by_other", each)
    for used in nonces.signed_on[:MAX_FINDINGS]:
        yield Finding(
            "signed_on_nonce_of_other",
            (
                Evidence(used.signature, "advanceNonce", used.address, used.slot),
                Evidence(used.address, "authority", used.authority, used.slot),
            ),
            {"authority": used.authority, "nonce": used.address, "times": used.count},
        )
    others = [each for each in own if each not in made_by_others]
    for each in sorted(others, key=lambda each: each.address)[:MAX_FINDINGS]:
        # Who paid for it is not in what was read: it may be the wallet itself.
        yield _finding("nonce_kept" if each.payer == wallet else "nonce_of_unknown_maker", each)
    if not nonces.complete:
        raise CannotTell(UnknownReason.TOO_MUCH)


def _finding(rule: str, nonce: NonceAccount) -> Finding:
    evidence = [
        Evidence(nonce.address, "authority", nonce.authority, nonce.slot),
        Evidence(nonce.signature, "nonceAccount", nonce.address, nonce.used_slot),
    ]
    values: dict[str, str | int | Decimal] = {
        "authority": nonce.authority,
        "nonce": nonce.address,
        "amount": to_decimal(nonce.lamports, NATIVE_DECIMALS),
    }
    if nonce.payer is not None:
        evidence.append(Evidence(nonce.address, "paid by", nonce.payer, nonce.used_slot))
        values["payer"] = nonce.payer
    return Finding(rule, tuple(evidence), values)


CHECK = Check("nonces", (Nonces,), _look)
