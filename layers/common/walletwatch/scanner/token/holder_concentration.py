"""Whether few hold most of it: whoever sells a large part takes the price with him.

Pools, lockers, known exchanges and what is burned do not count, and what is burned is no part of the whole.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.holders import Holders, OwnerKind
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.shares import between, is_single, part, percent

_LIMITS: Final = {1: Decimal("0.2"), 5: Decimal("0.5"), 10: Decimal("0.7")}
"""The part that so many owners may have together before it is told."""
_BY_A_PROGRAM: Final = Decimal("0.2")
_PEOPLE: Final = frozenset({OwnerKind.PERSON, OwnerKind.MULTISIG})


def _look(mint: MintState, holders: Holders) -> Iterator[Finding]:
    if is_single(mint):
        return
    burned = sum(each.amount for each in holders.largest if each.owner.kind is OwnerKind.BURNED)
    whole = max(holders.supply - burned, 0)
    held, programs = Counter[str](), Counter[str]()
    for each in holders.largest:
        if each.owner.kind in _PEOPLE:
            held[each.owner.address] += each.amount
        elif each.owner.kind is OwnerKind.PROGRAM:
            programs[each.owner.address] += each.amount
    ranked = held.most_common()
    top = {count: part(sum(amount for _, amount in ranked[:count]), whole) for count in _LIMITS}
    share = max(between(top[count], limit, Decimal(1)) for count, limit in _LIMITS.items())
    if any(top[count] >= limit for count, limit in _LIMITS.items()):
        yield Finding(
            "supply_concentrated",
            tuple(
                Evidence(each.account, "amount", str(each.amount), holders.slot)
                for each in holders.largest
                if each.owner.address in held
            )[:10],
            {"top1": percent(top[1]), "top5": percent(top[5]), "top10": percent(top[10])},
            max(share, Decimal("0.2")),
        )
    for address, amount in programs.most_common(1):
        if part(amount, whole) >= _BY_A_PROGRAM:
            account = next(each for each in holders.largest if each.owner.address == address)
            yield Finding(
                "supply_in_program",
                (Evidence(account.account, "owner", address, holders.slot),),
                {"share": percent(part(amount, whole)), "owner": address},
                between(part(amount, whole), Decimal(0), Decimal(1)),
            )


CHECK = Check("holder_concentration", (MintState, Holders), _look)
