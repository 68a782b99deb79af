"""Whether a wallet acts as one of a group."""

from collections.abc import Iterator
from decimal import Decimal

from walletwatch.domain.inspection.network import Bond, Group, Network
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.risk import CannotTell, Evidence, Finding
from walletwatch.scanner.check import Check


def _look(network: Network) -> Iterator[Finding]:
    for group in network.groups:
        yield Finding(f"group_{group.bond}", _evidence(group), _values(group))
    if network.unseen is not None:
        raise CannotTell(network.unseen)


def _evidence(group: Group) -> tuple[Evidence, ...]:
    what = "tokens traded" if group.bond is Bond.TRADED_ALIKE else "lamports paid"
    amounts = ", ".join(group.tokens) or " to ".join(str(each) for each in dict.fromkeys(group.lamports))
    return tuple(Evidence(signature, what, amounts, group.slot) for signature in group.signatures)


def _values(group: Group) -> dict[str, str | int | Decimal]:
    return {
        "count": len(group.members),
        "others": len(group.members) - 1,
        "hub": group.hub or "",
        "amount": to_decimal(group.lamports[0], NATIVE_DECIMALS),
        "tokens": len(group.tokens),
    }


CHECK = Check("cluster", (Network,), _look)
