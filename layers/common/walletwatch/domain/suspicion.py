"""Telling spam and deceit from money, without crying wolf.

Only what comes in can be spam. Whoever the wallet has paid before is never suspected.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.annotations import AssetNote, Flag, Lookalike
from walletwatch.domain.money import to_decimal
from walletwatch.domain.rules import DUST_LAMPORTS

VISIBLE_CHARACTERS: Final = 4
"""At each end of an address, which is what wallets and this bot show of it, hence what is imitated. That four
and four characters agree by chance happens once in 10^14 pairs."""
MASS_RECIPIENTS: Final = 10
"""Few people pay so many others in one transaction; those who scatter tokens fill it up."""
DUST_USD: Final = Decimal("0.01")

_INCOMING: Final = frozenset({ActivityKind.TRANSFER_IN, ActivityKind.NFT_IN})
_OUTGOING: Final = frozenset({ActivityKind.TRANSFER_OUT, ActivityKind.NFT_OUT})


@dataclass(frozen=True, slots=True)
class Counterparty:
    """An address that the wallet has dealt with.

    Attributes:
        paid: The wallet sent it something.
        received_lamports: The most native lamports that came from it at once.
    """

    address: str
    paid: bool
    received_lamports: int = 0

    @property
    def counts(self) -> bool:
        """Whether a person would remember it; one that only ever sent crumbs does not count."""
        return self.paid or self.received_lamports >= DUST_LAMPORTS


def judge(
    activity: Activity, counterparties: Mapping[str, Counterparty], assets: Mapping[str, AssetNote]
) -> tuple[tuple[Flag, ...], Lookalike | None]:
    """The reasons to look twice at an activity, and the pair of addresses behind a lookalike.

    Args:
        activity: What happened.
        counterparties: Those of the wallet before it, by address.
        assets: What is known of the assets of its legs.
    """
    if not activity.success:
        return (), None
    others = _others(activity)
    lookalike = _lookalike(others, counterparties) if activity.kind in _INCOMING | _OUTGOING else None
    flags: list[Flag] = [Flag.LOOKALIKE_ADDRESS] if lookalike else []
    if activity.kind in _INCOMING:
        trusted = any(other in counterparties and counterparties[other].paid for other in others)
        if not trusted:
            flags += _crumbs(activity, assets)
            if not any(other in counterparties and counterparties[other].counts for other in others):
                flags.append(Flag.UNKNOWN_SENDER)
    if any(leg.amount > 0 and leg.asset in assets and assets[leg.asset].impostor_of for leg in activity.legs):
        flags.append(Flag.IMPOSTOR_TOKEN)
    return tuple(flags), lookalike


def is_first_time(activity: Activity, counterparties: Mapping[str, Counterparty]) -> bool:
    """Whether money went between the wallet and somebody it has not dealt with before.

    Args:
        activity: What happened.
        counterparties: Those of the wallet before it, by address.
    """
    others = _others(activity)
    return activity.kind in _INCOMING | _OUTGOING and bool(others) and not counterparties.keys() & set(others)


def _crumbs(activity: Activity, assets: Mapping[str, AssetNote]) -> list[Flag]:
    flags = []
    if not activity.legs:
        flags.append(Flag.ZERO_AMOUNT)
    elif all(_is_dust(leg, assets.get(leg.asset)) for leg in activity.legs):
        flags.append(Flag.DUST)
    recipients = activity.details.get("recipients")
    listed = any(leg.is_native or (leg.asset in assets and assets[leg.asset].listed) for leg in activity.legs)
    is_mass = isinstance(recipients, int) and recipients >= MASS_RECIPIENTS
    # A payroll pays many people real money at once.
    if is_mass and (not listed or Flag.DUST in flags):
        flags.append(Flag.MASS_AIRDROP)
    return flags


def _is_dust(leg: Leg, note: AssetNote | None) -> bool:
    if leg.is_native:
        return leg.amount < DUST_LAMPORTS
    if note is None or note.usd is None or leg.decimals is None:
        return False
    return to_decimal(leg.amount, leg.decimals) * note.usd < DUST_USD


def _others(activity: Activity) -> Sequence[str]:
    others = dict.fromkeys(leg.counterparty for leg in activity.legs if leg.counterparty)
    sender = activity.details.get("zero_amount_from")
    if isinstance(sender, str):
        others.setdefault(sender)
    return tuple(others)


def _lookalike(others: Collection[str], counterparties: Mapping[str, Counterparty]) -> Lookalike | None:
    for other in others:
        known = counterparties.get(other)
        if known is not None and known.paid:
            continue
        for counterparty in counterparties.values():
            if (
                counterparty.counts
                and counterparty.address != other
                and counterparty.address[:VISIBLE_CHARACTERS] == other[:VISIBLE_CHARACTERS]
                and counterparty.address[-VISIBLE_CHARACTERS:] == other[-VISIBLE_CHARACTERS:]
            ):
                return Lookalike(other, counterparty.address)
    return None
