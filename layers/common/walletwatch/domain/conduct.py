"""What a wallet's activities say of it and of those who are after its owner. Their order does not matter."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.annotations import Flag
from walletwatch.domain.inspection.conduct import Circle, Conduct, Crumb, Emptying, Poisoning
from walletwatch.domain.money import NATIVE
from walletwatch.domain.rules import DUST_LAMPORTS
from walletwatch.domain.suspicion import Counterparty, judge

WINDOW_SECONDS: Final = 600
"""An emptying is done by a script, or by somebody in a hurry."""
WORTH_TAKING: Final = 100_000_000
"""Lamports: less than a tenth of the native token leaves a wallet every day."""
LEFT_OVER: Final = 20
"""One part in so many may be left behind: fees, and deposits that are stuck."""
HISTORY_BEFORE: Final = 5
"""Activities before it: a wallet that was only filled and emptied has done nothing out of the ordinary."""
ROUND_SECONDS: Final = 3600
ROUNDS: Final = 3
"""Whoever lends money to a friend gets it back as well, but not three times within hours."""
MAX_SHOWN: Final = 5

_OUTGOING: Final = frozenset({ActivityKind.TRANSFER_OUT, ActivityKind.NFT_OUT})


def conduct_of(
    wallet: str,
    activities: Iterable[Activity],
    balances: Mapping[str, tuple[int, int]],
    *,
    labelled: Collection[str],
    whole: bool,
) -> Conduct:
    """What a wallet did.

    Args:
        wallet: Whose.
        activities: What happened to it, in any order.
        balances: The lamports in its own account before and after each transaction, by signature.
        labelled: Addresses that are known to be no person's: money goes there every day.
        whole: Whether these are all that it ever did.
    """
    ordered = sorted(activities, key=lambda each: (each.slot, each.signature))
    times = [each.block_time for each in ordered if each.block_time is not None]
    own = [each for each in ordered if each.fee]
    poisonings, crumbs = _attacks(ordered)
    return Conduct(
        wallet=wallet,
        transactions=len(ordered),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        first_signature=ordered[0].signature if ordered else "",
        first_slot=ordered[0].slot if ordered else 0,
        hours=tuple(
            sorted({datetime.fromtimestamp(at, UTC).hour for each in own if (at := each.block_time)})
        ),
        own=len(own),
        emptying=_emptying(ordered, balances, labelled),
        circles=tuple(_circles(ordered, labelled)),
        poisonings=tuple(poisonings[-MAX_SHOWN:][::-1]),
        crumbs=tuple(crumbs[-MAX_SHOWN:][::-1]),
        dusted=len(crumbs),
        whole=whole,
    )


def _emptying(
    ordered: Sequence[Activity], balances: Mapping[str, tuple[int, int]], labelled: Collection[str]
) -> Emptying | None:
    """The last time that nearly all lamports went to one address that was new to the wallet."""
    met = _first_met(ordered)
    for last in range(len(ordered) - 1, HISTORY_BEFORE - 1, -1):
        target = _paid(ordered[last])
        if target is None or target in labelled or ordered[last].signature not in balances:
            continue
        first = met[target]
        if first < HISTORY_BEFORE or not _within(ordered[first], ordered[last], WINDOW_SECONDS):
            continue
        if ordered[first].signature not in balances:
            continue
        before = balances[ordered[first].signature][0]
        left = balances[ordered[last].signature][1]
        steps = [
            each for each in ordered[first : last + 1] if _paid(each) == target or _sent_to(each, target)
        ]
        paid = -sum(leg.amount for each in steps for leg in each.legs if _goes(leg, target) and leg.is_native)
        if before < WORTH_TAKING or left * LEFT_OVER > before or paid * LEFT_OVER < before * (LEFT_OVER - 2):
            continue
        return Emptying(
            target,
            before,
            left,
            sum(_goes(leg, target) and not leg.is_native for each in steps for leg in each.legs),
            tuple(each.signature for each in steps[-MAX_SHOWN:]),
            ordered[last].slot,
            ordered[last].block_time,
        )
    return None


def _first_met(ordered: Sequence[Activity]) -> Mapping[str, int]:
    met: dict[str, int] = {}
    for place, activity in enumerate(ordered):
        for leg in activity.legs:
            if leg.counterparty is not None:
                met.setdefault(leg.counterparty, place)
    return met


def _paid(activity: Activity) -> str | None:
    """Who was given native lamports, and nothing in return."""
    if not activity.success or activity.kind not in _OUTGOING:
        return None
    return next((leg.counterparty for leg in activity.legs if leg.is_native and leg.amount < 0), None)


def _sent_to(activity: Activity, target: str) -> bool:
    return activity.kind in _OUTGOING and any(_goes(leg, target) for leg in activity.legs)


def _goes(leg: Leg, target: str) -> bool:
    return leg.amount < 0 and leg.counterparty == target


def _within(first: Activity, last: Activity, seconds: int) -> bool:
    if first.block_time is None or last.block_time is None:
        return first is last
    return last.block_time - first.block_time <= seconds


def _circles(ordered: Sequence[Activity], labelled: Collection[str]) -> Iterator[Circle]:
    """Amounts that go and come back, each movement in one round only."""
    waiting: dict[tuple[str, str, int], list[Activity]] = defaultdict(list)
    rounds: dict[tuple[str, str], list[tuple[Activity, Activity]]] = defaultdict(list)
    for activity in ordered:
        if not activity.success or activity.kind not in _OUTGOING | {ActivityKind.TRANSFER_IN}:
            continue
        for leg in activity.legs:
            other = leg.counterparty
            if other is None or other in labelled or other == activity.wallet:
                continue
            if leg.asset == NATIVE and abs(leg.amount) < DUST_LAMPORTS:
                continue
            there = [
                each
                for each in waiting[other, leg.asset, -leg.amount]
                if _within(each, activity, ROUND_SECONDS)
            ]
            if there:
                waiting[other, leg.asset, -leg.amount].remove(there[0])
                rounds[other, leg.asset].append((there[0], activity))
            else:
                waiting[other, leg.asset, leg.amount].append(activity)
    for (other, asset), found in rounds.items():
        if len(found) >= ROUNDS:
            signatures = [each.signature for pair in found for each in pair]
            yield Circle(other, asset, len(found), tuple(signatures[:MAX_SHOWN]), found[-1][1].slot)


def _attacks(ordered: Sequence[Activity]) -> tuple[list[Poisoning], list[Crumb]]:
    known: dict[str, Counterparty] = {}
    last_dealt: dict[str, int | None] = {}
    poisonings: list[Poisoning] = []
    crumbs: list[Crumb] = []
    for activity in ordered:
        flags, lookalike = judge(activity, known, {})
        sender = next((leg.counterparty for leg in activity.legs if leg.amount > 0), None)
        if lookalike is not None and not any(leg.amount < 0 for leg in activity.legs):
            since, now = last_dealt.get(lookalike.known), activity.block_time
            poisonings.append(
                Poisoning(
                    lookalike.suspicious,
                    lookalike.known,
                    activity.signature,
                    activity.slot,
                    None if since is None or now is None else now - since,
                )
            )
        elif Flag.DUST in flags and Flag.UNKNOWN_SENDER in flags:
            crumbs.append(Crumb(sender, activity.signature, activity.slot))
        for leg in activity.legs:
            if activity.success and leg.counterparty is not None:
                known[leg.counterparty] = _dealt(known.get(leg.counterparty), leg)
                last_dealt[leg.counterparty] = activity.block_time
    return poisonings, crumbs


def _dealt(before: Counterparty | None, leg: Leg) -> Counterparty:
    address = str(leg.counterparty)
    before = before or Counterparty(address, paid=False)
    received = leg.amount if leg.is_native else 0
    return Counterparty(address, before.paid or leg.amount < 0, max(before.received_lamports, received))
