"""Following the first money of a wallet from funder to funder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from walletwatch.chain.decoding import interpret
from walletwatch.chain.inspection.histories import History, read_history
from walletwatch.domain.activities import Activity
from walletwatch.domain.inspection.funding import Funding, FundingChain, FundingEnd
from walletwatch.domain.profile import KnownAddress
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.domain.rules import DUST_LAMPORTS
from walletwatch.ports.chain import Chain

FIRST_TRANSACTIONS: Final = 4
"""Of a funder, half of them its oldest: the first one nearly always tells."""


def activities_of(history: History) -> Sequence[Activity]:
    """What a history did to its wallet, the oldest first."""
    decoded = (interpret(transaction, history.wallet) for transaction in history.transactions)
    return [activity for activity in decoded if activity is not None]


def first_funding(wallet: str, activities: Iterable[Activity]) -> Funding | None:
    """The first money that came to a wallet by somebody's transfer.

    Args:
        wallet: Whose.
        activities: From its beginning on, the oldest first.
    """
    for activity in activities:
        for leg in activity.legs:
            other = leg.counterparty
            if leg.is_native and leg.amount >= DUST_LAMPORTS and other is not None and other != wallet:
                return Funding(
                    wallet, other, leg.amount, activity.signature, activity.slot, activity.block_time
                )
    return None


def hop_of(history: History | Unknown, wallet: str) -> Funding | FundingEnd | Unknown:
    """The funding of a wallet as its history tells it, or why it does not."""
    if isinstance(history, Unknown):
        return history
    if not history.from_beginning:
        return Unknown(UnknownReason.NOT_KEPT if history.whole else UnknownReason.TOO_MUCH)
    found = first_funding(wallet, activities_of(history))
    # Between the oldest and the newest of a long history there may be the transfer.
    if found is None:
        return FundingEnd.NOBODY if history.complete else Unknown(UnknownReason.TOO_MUCH)
    return found


async def follow_funding(
    chain: Chain,
    labels: Mapping[str, KnownAddress],
    wallet: str,
    first: Funding | FundingEnd | Unknown,
    *,
    hops: int,
    second: Funding | FundingEnd | Unknown | None = None,
) -> FundingChain | Unknown:
    """The chain of funders. Two calls for each hop that is not given.

    Args:
        chain: Where to look.
        labels: Addresses at which it ends, since they pay out many people's money.
        wallet: Whose first money it is.
        first: Its funding, where it was found.
        hops: At most so many.
        second: The funding of the first funder, where somebody has read it already.

    Returns:
        Unknown where not even the first hop is known.
    """
    if isinstance(first, Unknown):
        return first
    if isinstance(first, FundingEnd):
        return FundingChain(wallet, (), first)
    found = FundingChain(wallet, (first,), FundingEnd.FAR_ENOUGH)
    while True:
        funder = found.funders[-1]
        if (known := labels.get(funder)) is not None:
            return replace(found, end=FundingEnd.KNOWN, known=known)
        if funder in {wallet, *found.funders[:-1]}:
            return replace(found, end=FundingEnd.CYCLE)
        if len(found.hops) >= hops:
            return found
        if len(found.hops) == 1 and second is not None:
            step = second
        else:
            step = hop_of(await read_history(chain, funder, count=FIRST_TRANSACTIONS), funder)
        if not isinstance(step, Funding):
            return replace(found, end=step)
        found = replace(found, hops=(*found.hops, step))
