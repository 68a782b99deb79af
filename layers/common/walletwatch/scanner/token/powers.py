"""What checks of authorities have in common."""

from typing import Final

from walletwatch.domain.inspection.authorities import Authority, AuthorityKind, MintAuthorities
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason

_SHARED: Final = frozenset({AuthorityKind.MULTISIG, AuthorityKind.PROGRAM})


def power(
    rule: str,
    mint: str,
    field: str,
    address: str | None,
    authorities: MintAuthorities,
    **values: str | int,
) -> Finding | None:
    """That somebody keeps an authority.

    Args:
        rule: Where one key has it; `RULE_shared` where a multisig or a program has it, which is less of a
            risk.
        mint: The account that names the authority.
        field: Of that account.
        address: Of the authority.
        authorities: What it is.
        values: For the sentence, beside `authority`.

    Returns:
        None where nobody has it, or where it can do no harm.

    Raises:
        CannotTell: It was not looked at.
    """
    if address is None:
        return None
    known = authorities.known.get(address)
    if known is None:
        raise CannotTell(UnknownReason.UNREADABLE)
    if known.kind is AuthorityKind.EDITION:
        return None
    evidence = [Evidence(mint, field, address, authorities.slot)]
    if known.kind is AuthorityKind.MULTISIG:
        evidence.append(Evidence(address, "m", f"{known.needed} of {known.signers}", authorities.slot))
    elif known.program is not None:
        evidence.append(Evidence(address, "owner", known.program, authorities.slot))
    return Finding(by_kind(rule, known), tuple(evidence), {"authority": address, **values})


def by_kind(rule: str, authority: Authority | None) -> str:
    """The rule for what a single key does; `RULE_shared` where a multisig or a program does it."""
    return f"{rule}_shared" if authority is not None and authority.kind in _SHARED else rule
