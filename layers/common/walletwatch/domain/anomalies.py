"""What is unusual for a wallet, against its own history before it.

Sizes are compared by their logarithms with a robust z-score: how far from the median, in median absolute
deviations (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993). Statistics are floats; no money
is reckoned with them.
"""

from bisect import insort
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from math import log10
from typing import Final

from walletwatch.domain.activities import Activity, Leg

ENOUGH: Final = 20
"""A wallet that did less than this before has no habits yet."""
ENOUGH_AMOUNTS: Final = 8
"""Of the same asset and direction."""
SAMPLE: Final = 400
ENOUGH_HOURS: Final = 50
SCORE: Final = 3.5
"""Iglewicz and Hoaglin's limit."""
TO_DEVIATIONS: Final = 0.6745
"""Of a normal distribution: a median absolute deviation in standard deviations."""
LEAST_SPREAD: Final = 0.05
"""In decades: who always moves the same amount is not surprised by 12 % more."""
LEAST_FACTOR: Final = 3.0
RARE_HOURS: Final = 0.02
"""So little of the history was within an hour of this time of day."""
NOVELTY: Final = 0.2
"""Where more than this share of a wallet's dealings was with somebody new, that is its habit."""
BURST_SECONDS: Final = 600
LEAST_BURST: Final = 8
HABIT_SECONDS: Final = 3600
"""What goes on for longer than this is a habit, and no burst."""
BURST_FACTOR: Final = 3


class Oddity(StrEnum):
    """What is unusual."""

    SIZE = "size"
    HOUR = "hour"
    PARTY = "party"
    PROGRAM = "program"
    BURST = "burst"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """An activity, and what is unusual about it.

    Attributes:
        leg: The movement whose size, or whose counterparty, it is.
        usual: Base units of the middle movement of this asset and direction, for a size.
        times: How many times as much; how many in a burst; how many were compared with.
        share: Of the history that was at this time of day, from 0 to 1.
        program: Its address.
    """

    oddity: Oddity
    activity: Activity
    leg: Leg | None = None
    usual: int | None = None
    times: int = 0
    share: float = 0.0
    program: str | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a wallet.

    Attributes:
        anomalies: The newest first.
        looked_at: How many activities were examined.
        before: How many came before them, and so are the history.
    """

    anomalies: Sequence[Anomaly]
    looked_at: int
    before: int

    @property
    def has_history(self) -> bool:
        """Whether there is enough to say what is usual."""
        return self.before + self.looked_at > ENOUGH


@dataclass(slots=True)
class _Habits:
    """What a wallet did so far.

    Attributes:
        amounts: By asset and direction: logarithms in their order.
        recent: Times of the last activities, within `BURST_SECONDS`.
        crowds: When how many were within `BURST_SECONDS`, in the last `HABIT_SECONDS`.
        most_at_once: How many that were at the most, before that.
        met: How often somebody new was dealt with, and how often anybody.
    """

    count: int = 0
    amounts: dict[tuple[str, bool], list[float]] = field(default_factory=dict)
    hours: Counter[int] = field(default_factory=Counter)
    parties: set[str] = field(default_factory=set)
    met: list[int] = field(default_factory=lambda: [0, 0])
    programs: Counter[str] = field(default_factory=Counter)
    recent: deque[int] = field(default_factory=deque)
    crowds: deque[tuple[int, int]] = field(default_factory=deque)
    most_at_once: int = 0
    in_burst: bool = False


def examine(activities: Sequence[Activity], since: int, zone: tzinfo, until: int | None = None) -> Examined:
    """What was unusual in one wallet since a moment, and until another.

    What strangers scatter is neither examined nor a habit: the wallet did not do it.

    Args:
        activities: Of one wallet, oldest first.
        since: Unix seconds; what is older is only history.
        zone: Whose hours of the day.
        until: What is of then or later is not looked at; None for all.
    """
    habits = _Habits()
    found: list[Anomaly] = []
    looked_at = before = 0
    for activity in activities:
        at = activity.block_time
        if at is None or (activity.annotation is not None and activity.annotation.is_spam):
            continue
        if until is not None and at >= until:
            continue
        is_new = at >= since
        looked_at += is_new
        before += not is_new
        hour = datetime.fromtimestamp(at, UTC).astimezone(zone).hour
        burst = _count_burst(habits, at)
        if is_new and habits.count >= ENOUGH:
            found += _oddities(habits, activity, hour, burst)
        _learn(habits, activity, hour)
    return Examined(found[::-1], looked_at, before)


def _oddities(habits: _Habits, activity: Activity, hour: int, burst: int) -> Iterator[Anomaly]:
    for leg in activity.legs:
        size = _size(habits.amounts.get((leg.asset, leg.amount > 0), []), activity, leg)
        if size is not None:
            yield size
    seen = sum(habits.hours.values())
    if seen >= ENOUGH_HOURS:
        share = sum(habits.hours[(hour + near) % 24] for near in (-1, 0, 1)) / seen
        if share < RARE_HOURS:
            yield Anomaly(Oddity.HOUR, activity, times=seen, share=share)
    new, anybody = habits.met
    if anybody >= ENOUGH and new <= NOVELTY * anybody:
        known = habits.parties
        strange = [leg for leg in activity.legs if leg.counterparty and leg.counterparty not in known]
        if strange:
            yield Anomaly(Oddity.PARTY, activity, strange[0], times=anybody)
    unknown = [program for program in activity.programs if program not in habits.programs]
    if unknown and len(habits.programs) <= NOVELTY * habits.count:
        yield Anomaly(Oddity.PROGRAM, activity, times=habits.count, program=unknown[0])
    if burst >= max(LEAST_BURST, BURST_FACTOR * habits.most_at_once) and not habits.in_burst:
        habits.in_burst = True
        yield Anomaly(Oddity.BURST, activity, times=burst)


def _size(amounts: Sequence[float], activity: Activity, leg: Leg) -> Anomaly | None:
    if len(amounts) < ENOUGH_AMOUNTS or not leg.amount:
        return None
    # Every n-th of many sorted values has their median, and costs less.
    amounts = amounts[:: -(-len(amounts) // SAMPLE)]
    size = log10(abs(leg.amount))
    middle = _median(amounts)
    spread = _median(sorted(abs(amount - middle) for amount in amounts))
    score = TO_DEVIATIONS * (size - middle) / max(spread, LEAST_SPREAD)
    usual = round(10**middle)
    if score <= SCORE or abs(leg.amount) < LEAST_FACTOR * usual:
        return None
    return Anomaly(Oddity.SIZE, activity, leg, usual=usual, times=abs(leg.amount) // max(usual, 1))


def _median(values: Sequence[float]) -> float:
    """Of sorted values."""
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _count_burst(habits: _Habits, at: int) -> int:
    """How many activities there were within the last minutes, this one too."""
    habits.recent.append(at)
    while habits.recent[0] < at - BURST_SECONDS:
        habits.recent.popleft()
    if len(habits.recent) == 1:
        habits.in_burst = False
    while habits.crowds and habits.crowds[0][0] < at - HABIT_SECONDS:
        habits.most_at_once = max(habits.most_at_once, habits.crowds.popleft()[1])
    habits.crowds.append((at, len(habits.recent)))
    return len(habits.recent)


def _learn(habits: _Habits, activity: Activity, hour: int) -> None:
    habits.count += 1
    habits.hours[hour] += 1
    for leg in activity.legs:
        if leg.amount:
            insort(habits.amounts.setdefault((leg.asset, leg.amount > 0), []), log10(abs(leg.amount)))
        if leg.counterparty:
            habits.met[0] += leg.counterparty not in habits.parties
            habits.met[1] += 1
            habits.parties.add(leg.counterparty)
    habits.programs.update(set(activity.programs))


def by_wallet(activities: Sequence[Activity]) -> Mapping[str, Sequence[Activity]]:
    """The activities of each wallet, in their order."""
    found: dict[str, list[Activity]] = {}
    for activity in activities:
        found.setdefault(activity.wallet, []).append(activity)
    return found
