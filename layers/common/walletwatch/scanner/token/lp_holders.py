"""Who can take the money out of its deepest pool."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.holders import OwnerKind
from walletwatch.domain.inspection.liquidity import Liquidity, LpShares, PoolState
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.shares import part, percent

_BY_MAKERS: Final = Decimal("0.2")
_BY_ONE: Final = Decimal("0.5")
_SAFE: Final = Decimal("0.9")


def _look(liquidity: Liquidity) -> Iterator[Finding]:
    if not liquidity.pools:
        return
    pool = liquidity.pools[0]
    if pool.lp is None or isinstance(pool.lp, Unknown):
        raise CannotTell(pool.lp.reason if pool.lp else UnknownReason.TOO_MUCH)
    shares = pool.lp
    if part(shares.makers, shares.supply) >= _BY_MAKERS:
        yield _held("lp_held_by_maker", pool, shares, shares.makers, liquidity.slot)
        return
    held = Counter[str]()
    for each in shares.largest:
        if each.owner.kind in {OwnerKind.PERSON, OwnerKind.MULTISIG}:
            held[each.owner.address] += each.amount
    for _, amount in held.most_common(1):
        if part(amount, shares.supply) >= _BY_ONE:
            yield _held("lp_held_by_one", pool, shares, amount, liquidity.slot)
    safe = part(shares.burned + shares.locked, shares.supply)
    if safe >= _SAFE:
        evidence = Evidence(pool.address, "lp_supply", str(shares.supply), liquidity.slot)
        yield Finding("lp_safe", (evidence,), {"share": percent(safe)})


def _held(rule: str, pool: PoolState, shares: LpShares, amount: int, slot: int) -> Finding:
    holders = [each for each in shares.largest if each.owner.kind is not OwnerKind.BURNED][:3]
    evidence = [Evidence(pool.address, "lp_supply", str(shares.supply), slot)]
    evidence += [Evidence(each.account, "amount", str(each.amount), slot) for each in holders]
    share = part(amount, shares.supply)
    return Finding(rule, tuple(evidence), {"share": percent(share)}, share)


CHECK = Check("lp_holders", (Liquidity,), _look)
