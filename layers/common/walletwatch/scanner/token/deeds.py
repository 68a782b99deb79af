"""What those who keep powers over a token did with them: evidence, apart from the power itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.creator import Deployments
from walletwatch.domain.inspection.deeds import DeedKind, MintDeeds, Usage
from walletwatch.domain.inspection.liquidity import Liquidity
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.money import to_decimal
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import by_kind

SHOWN: Final = 3
"""Deeds of a kind that the evidence shows."""
HUGE_RAISE: Final = 5_000
"""Basis points that a fee was raised by, from which on it counts in full."""
TOLD_SHARE: Final = Decimal("0.01")
"""Of the supply; less than that, made later, thins nobody's part."""
_HALF: Final = Decimal("0.5")


def _look(
    mint: MintState,
    deeds: MintDeeds,
    authorities: MintAuthorities | Unknown | None,
    made: Deployments | Unknown | None,
    liquidity: Liquidity | Unknown | None,
) -> Iterator[Finding]:
    told = _told_of_maker(mint.address, made)
    of = _by_kind(each for each in deeds.deeds if each.signature not in told)

    def rule(name: str, usages: Sequence[Usage]) -> str:
        known = authorities.known if isinstance(authorities, MintAuthorities) else {}
        return by_kind(name, known.get(usages[0].by))

    yield from _paused(of(DeedKind.PAUSED))
    yield from _raised(of(DeedKind.FEE_RAISED))
    if isinstance(authorities, Unknown):
        # What the others weigh depends on whether one key did it.
        raise CannotTell(authorities.reason)
    yield from _seized(mint, of(DeedKind.TAKEN), "delegate_took", "taken by the permanent delegate", rule)
    yield from _seized(mint, of(DeedKind.BURNED), "delegate_burned", "burned by the permanent delegate", rule)
    yield from _frozen(of(DeedKind.FROZEN), rule)
    minted = [each for each in of(DeedKind.MINTED) if each.traded or _was_open(each, liquidity)]
    yield from _minted(mint, minted, rule)
    if not deeds.complete:
        raise CannotTell(UnknownReason.TOO_MUCH)


def _by_kind(usages: Iterable[Usage]) -> Callable[[DeedKind], Sequence[Usage]]:
    found: dict[DeedKind, list[Usage]] = {kind: [] for kind in DeedKind}
    for usage in usages:
        found[usage.kind].append(usage)
    return found.__getitem__


def _told_of_maker(mint: str, made: Deployments | Unknown | None) -> frozenset[str]:
    """Transactions that the check of the token's maker tells of."""
    if not isinstance(made, Deployments):
        return frozenset()
    return frozenset(
        deed.signature
        for token in made.tokens
        if token.mint == mint
        for deed in (*token.freezes, *(minting.deed for minting in token.mintings))
    )


def _was_open(usage: Usage, liquidity: Liquidity | Unknown | None) -> bool:
    """Whether it could be bought in a pool by then."""
    if usage.at is None or not isinstance(liquidity, Liquidity):
        return False
    return any(0 < pool.opened_at < usage.at for pool in liquidity.pools)


type _Rule = Callable[[str, Sequence[Usage]], str]


def _seized(
    mint: MintState, usages: Sequence[Usage], name: str, field: str, rule: _Rule
) -> Iterator[Finding]:
    if not usages:
        return
    largest = sorted(usages, key=lambda each: (-each.amount, -each.slot))[:SHOWN]
    evidence = [_shown(each, field, str(each.amount)) for each in largest]
    evidence += [Evidence(each.account, "owner", each.owner or "", each.slot) for each in largest]
    yield Finding(
        rule(name, usages),
        tuple(evidence),
        {
            "authority": largest[0].by,
            "amount": to_decimal(sum(each.amount for each in usages), mint.decimals),
            "holders": len({each.account for each in usages}),
        },
    )


def _frozen(usages: Sequence[Usage], rule: _Rule) -> Iterator[Finding]:
    holders = [each for each in usages if each.owner != each.by]
    if holders:
        still = [each for each in holders if not each.undone]
        yield Finding(
            rule("holders_frozen", holders),
            tuple(_shown(each, "freezeAccount", each.account) for each in (still or holders)[:SHOWN]),
            {
                "authority": holders[0].by,
                "holders": len({each.account for each in holders}),
                "still": len({each.account for each in still}),
            },
            share=Decimal(1) if still else _HALF,
        )


def _paused(usages: Sequence[Usage]) -> Iterator[Finding]:
    if usages:
        yield Finding(
            "pause_used",
            tuple(_shown(each, "pause", each.by) for each in usages[:SHOWN]),
            {"authority": usages[0].by, "times": len(usages)},
        )


def _raised(usages: Sequence[Usage]) -> Iterator[Finding]:
    if usages:
        worst = max(usages, key=lambda each: (each.amount - each.before, each.slot))
        yield Finding(
            "fee_raised",
            tuple(
                _shown(each, "setTransferFee", f"{each.before} to {each.amount} basis points")
                for each in (worst, *(each for each in usages if each is not worst))
            )[:SHOWN],
            {
                "authority": worst.by,
                "before": Decimal(worst.before) / 100,
                "percent": Decimal(worst.amount) / 100,
            },
            share=min(Decimal(1), Decimal(worst.amount - worst.before) / HUGE_RAISE),
        )


def _minted(mint: MintState, usages: Sequence[Usage], rule: _Rule) -> Iterator[Finding]:
    minted = sum(each.amount for each in usages)
    if not mint.supply or not minted:
        return
    share = min(Decimal(1), Decimal(minted) / mint.supply)
    if share >= TOLD_SHARE:
        largest = sorted(usages, key=lambda each: (-each.amount, -each.slot))[:SHOWN]
        yield Finding(
            rule("minted_after_launch", usages),
            tuple(_shown(each, "mintTo", str(each.amount)) for each in largest),
            {
                "authority": largest[0].by,
                "amount": to_decimal(minted, mint.decimals),
                "percent": round(share * 100, 1),
            },
            share=min(Decimal(1), share * 2),
        )


def _shown(usage: Usage, field: str, value: str) -> Evidence:
    return Evidence(usage.signature, field, value, usage.slot)


CHECK = Check("deeds", (MintState, MintDeeds), _look, helps=(MintAuthorities, Deployments, Liquidity))
