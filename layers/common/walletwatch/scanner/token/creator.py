"""What the maker of a token did with it, and with the tokens that were made before."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.creator import Deployments, MadeToken, TokenNow, TokenOrigin
from walletwatch.domain.inspection.pulling import MAX_EVIDENCE, SERIAL, pulls
from walletwatch.domain.money import to_decimal
from walletwatch.domain.pools import KnownPool
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.pooling import all_pulls, opened

NEW: Final = 86_400
"""Seconds: so young a wallet has no past that could be judged."""
TOLD_SHARE: Final = Decimal("0.01")
"""Of the supply; less than that, made later, thins nobody's part."""
PROBABLY: Final = Decimal("0.5")
"""What a deed counts where only the metadata say who made the token."""


def _look(origin: TokenOrigin, made: Deployments) -> Iterator[Finding]:
    weight = Decimal(1) if origin.is_certain else PROBABLY
    if not origin.is_certain:
        shown_by = Evidence(origin.signature or origin.mint, "metadata", origin.creator, origin.slot)
        yield Finding("creator_probable", (shown_by,), {"creator": origin.creator})
    others = [token for token in made.tokens if token.mint != origin.mint]
    pools = () if isinstance(made.pools, Unknown) else made.pools
    yield from _before(origin, others, pools, weight)
    yield from opened(
        "creator_pools",
        [each for each in pools if origin.mint not in each.mints],
        {"creator": origin.creator},
    )
    for token in made.tokens:
        if token.mint == origin.mint:
            yield from _with_this(token, weight)
    yield from _newcomer(origin, made)
    if not made.complete:
        # Between what was read there may be more of the kind.
        raise CannotTell(UnknownReason.TOO_MUCH)
    if isinstance(made.pools, Unknown):
        raise CannotTell(made.pools.reason)


def _before(
    origin: TokenOrigin, others: list[MadeToken], pools: Sequence[KnownPool], weight: Decimal
) -> Iterator[Finding]:
    pulled = all_pulls(others, [each for each in pools if origin.mint not in each.mints])
    soon = [pull for pull in pulled if pull.soon]
    evidence = tuple(each for pull in (soon or pulled) for each in pull.evidence)[:MAX_EVIDENCE]
    serial = len(soon) >= SERIAL and origin.is_certain
    made = {*(token.mint for token in others), *(pull.mint for pull in pulled)}
    values: dict[str, str | int | Decimal] = {
        "creator": origin.creator,
        "count": len(soon) if serial else len(pulled),
        "others": len(made),
    }
    if serial:
        yield Finding("creator_serial_pulls", evidence, values)
    elif pulled:
        yield Finding("creator_pulled_before", evidence, values, share=weight if soon else weight / 2)
    elif others:
        shown_by = tuple(
            Evidence(token.made.signature, "initializeMint", token.mint, token.made.slot) for token in others
        )
        yield Finding("creator_made_others", shown_by[:MAX_EVIDENCE], values)
    used = [token for token in others if token.mintings or token.freezes]
    if used:
        deeds = [
            (token, deed)
            for token in used
            for deed in (*(minting.deed for minting in token.mintings), *token.freezes)
        ]
        shown_by = tuple(
            Evidence(deed.signature, "authority used on", token.mint, deed.slot) for token, deed in deeds
        )
        counts: dict[str, str | int | Decimal] = {"count": len(used), "others": len(others)}
        yield Finding("creator_used_powers", shown_by[:MAX_EVIDENCE], counts, share=weight)


def _with_this(token: MadeToken, weight: Decimal) -> Iterator[Finding]:
    for pull in pulls([token]):
        values: dict[str, str | int | Decimal] = {"percent": round(pull.share * 100, 1)}
        yield Finding("creator_pulled_this", pull.evidence, values, share=weight)
    yield from _minted(token, weight)
    if token.freezes:
        evidence = tuple(
            Evidence(deed.signature, "freezeAccount", token.mint, deed.slot) for deed in token.freezes
        )
        yield Finding("creator_froze", evidence[:MAX_EVIDENCE], {"count": len(token.freezes)}, share=weight)


def _minted(token: MadeToken, weight: Decimal) -> Iterator[Finding]:
    if not token.mintings or not isinstance(token.now, TokenNow) or not token.now.supply:
        return
    minted = sum(minting.amount for minting in token.mintings)
    share = min(Decimal(1), Decimal(minted) / token.now.supply)
    if share >= TOLD_SHARE:
        evidence = tuple(
            Evidence(each.deed.signature, "mintTo", str(each.amount), each.deed.slot)
            for each in token.mintings
        )
        yield Finding(
            "creator_minted_later",
            evidence[:MAX_EVIDENCE],
            {"amount": to_decimal(minted, token.now.decimals), "percent": round(share * 100, 1)},
            share=weight * min(Decimal(1), share * 2),
        )


def _newcomer(origin: TokenOrigin, made: Deployments) -> Iterator[Finding]:
    if made.first_at is None or origin.at is None or origin.signature is None:
        return
    age = origin.at - made.first_at
    if 0 <= age < NEW:
        evidence = Evidence(origin.signature, "age of its maker, seconds", str(age), origin.slot)
        yield Finding("creator_new", (evidence,), {"creator": origin.creator, "minutes": age // 60})


CHECK = Check("creator", (TokenOrigin, Deployments), _look)
