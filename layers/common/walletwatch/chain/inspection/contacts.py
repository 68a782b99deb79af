"""Whom a wallet dealt with, and whom it paid, from its decoded activities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.clustering import Payment, Trade
from walletwatch.domain.inspection.network import Contact
from walletwatch.domain.rules import DUST_LAMPORTS

MAX_CONTACTS: Final = 300


@dataclass(slots=True)
class _Dealings:
    received: int = 0
    sent: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    largest: tuple[int, int, str] = (-1, 0, "")
    """Lamports, slot and signature."""


def contacts_of(wallet: str, activities: Iterable[Activity]) -> tuple[Contact, ...]:
    """Everybody on the other side of a movement: most lamports first, then most movements of tokens."""
    dealings: dict[str, _Dealings] = {}
    for activity in activities:
        for leg in activity.legs:
            if leg.counterparty is None or leg.counterparty == wallet:
                continue
            found = dealings.setdefault(leg.counterparty, _Dealings())
            lamports = abs(leg.amount) if leg.is_native else 0
            if leg.amount > 0:
                found.received += lamports
                found.tokens_in += not leg.is_native
            else:
                found.sent += lamports
                found.tokens_out += not leg.is_native
            found.largest = max(found.largest, (lamports, activity.slot, activity.signature))
    contacts = [
        Contact(
            address,
            each.received,
            each.sent,
            each.tokens_in,
            each.tokens_out,
            signature=each.largest[2],
            slot=each.largest[1],
        )
        for address, each in dealings.items()
    ]
    contacts.sort(key=lambda each: (-each.received - each.sent, -each.movements_of_tokens, each.address))
    return tuple(contacts[:MAX_CONTACTS])


def payments_of(wallet: str, activities: Iterable[Activity]) -> Sequence[Payment]:
    """What a wallet paid to others in native, crumbs apart; of unknown time are left out."""
    return [
        Payment(wallet, activity.block_time, activity.slot, activity.signature, leg.counterparty, -leg.amount)
        for activity in activities
        if activity.block_time is not None
        for leg in activity.legs
        if leg.is_native and leg.amount <= -DUST_LAMPORTS
        if leg.counterparty is not None and leg.counterparty != wallet
    ]


def trades_of(activities: Iterable[Activity]) -> Sequence[Trade]:
    """What tokens were swapped, native apart; those of unknown time are left out."""
    return [
        Trade(leg.asset, activity.block_time, activity.slot, activity.signature, activity.wallet)
        for activity in activities
        if activity.kind is ActivityKind.SWAP and activity.block_time is not None
        for leg in activity.legs
        if not leg.is_native
    ]
