"""How often a rule would have fired: the same evaluation over facts of the past."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.balances import change
from walletwatch.domain.alert_rules.clusters import Deed, deeds_of
from walletwatch.domain.alert_rules.evaluation import evaluate, is_rearmed
from walletwatch.domain.alert_rules.facts import (
    BalanceFacts,
    ClusterFacts,
    EventFacts,
    Facts,
    InactivityFacts,
    PriceFacts,
)
from walletwatch.domain.alert_rules.firing import after
from walletwatch.domain.alert_rules.rule import Rule

PREVIEWED: Final = timedelta(days=30)
_BEGINNING: Final = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Preview:
    """How often a rule would have fired.

    Attributes:
        since: From when on anything is known; None where nothing is.
        times: When it would have fired, oldest first.
    """

    since: datetime | None
    times: Sequence[datetime] = ()


def replay(rule: Rule, facts: Iterable[Facts]) -> Sequence[datetime]:
    """When the rule would have fired on these facts, which are in the order of time."""
    present = replace(
        rule, created_at=_BEGINNING, expires_at=None, paused=False, armed=True, fired=0, last_fired_at=None,
        ended_at=None,
    )  # fmt: skip
    said: set[str] = set()
    times: list[datetime] = []
    for each in facts:
        firing = evaluate(present, each)
        if is_rearmed(present, each):
            present = replace(present, armed=True)
        if firing is None or firing.occasion in said:
            continue
        said.add(firing.occasion)
        times.append(each.at)
        present = after(present, firing, each.at)
    return times


def event_facts(activities: Sequence[Activity], known: Iterable[str]) -> Iterator[EventFacts]:
    """What happened to one wallet, oldest first.

    Args:
        activities: Of the wallet.
        known: Assets that it had a movement of before.
    """
    seen = set(known)
    for activity in activities:
        got = {leg.asset for leg in activity.legs if leg.amount > 0 and not leg.is_native}
        yield EventFacts(moment_of(activity), activity, frozenset(got - seen))
        seen |= {leg.asset for leg in activity.legs}


def cluster_facts(activities: Sequence[Activity]) -> Iterator[ClusterFacts]:
    """What happened to the wallets of a chat, oldest first.

    Each sees the newest of each wallet before it that did the same: what is older says nothing more.
    """
    newest: defaultdict[Deed, dict[str, Activity]] = defaultdict(dict)
    for activity in activities:
        deeds = set(deeds_of(activity))
        others = [other for deed in deeds for other in newest[deed].values()]
        yield ClusterFacts(moment_of(activity), activity, others)
        for deed in deeds:
            newest[deed][activity.wallet] = activity


def balance_facts(
    activities: Sequence[Activity], asset: str, now: datetime, amount: int, window: timedelta
) -> Iterator[BalanceFacts]:
    """What a wallet held after each of its activities, reckoned back from what it holds now."""
    held = amount
    states: list[tuple[datetime, int, int]] = [(now, amount, amount)]
    for activity in reversed(activities):
        before = held - change([activity], asset)
        states.append((moment_of(activity), held, before))
        held = before
    states.reverse()
    for index, (at, holds, _) in enumerate(states):
        earlier = next((then for when, _, then in states[: index + 1] if when >= at - window), holds)
        yield BalanceFacts(at, holds, earlier)


def price_facts(samples: Sequence[tuple[datetime, Decimal]], window: timedelta) -> Iterator[PriceFacts]:
    """What an asset was worth at each sample, with the lowest and the highest of its window."""
    lows: deque[tuple[datetime, Decimal]] = deque()
    highs: deque[tuple[datetime, Decimal]] = deque()
    for at, usd in samples:
        # What is neither lower nor higher than a newer one is never the extreme again.
        while lows and lows[-1][1] >= usd:
            lows.pop()
        while highs and highs[-1][1] <= usd:
            highs.pop()
        for extremes in (lows, highs):
            extremes.append((at, usd))
            while extremes[0][0] < at - window:
                extremes.popleft()
        yield PriceFacts(at, usd, (lows[0][1], highs[0][1]))


def inactivity_facts(activities: Sequence[Activity], now: datetime) -> Iterator[InactivityFacts]:
    """How long nothing had happened to a wallet, just before each activity and now."""
    moments = [(moment_of(activity), activity.signature) for activity in activities]
    ends = [*(at for at, _ in moments[1:]), now]
    for (at, signature), end in zip(moments, ends, strict=True):
        yield InactivityFacts(end, at, signature)


def moment_of(activity: Activity) -> datetime:
    """When it was; the beginning of time where that is not known."""
    return _BEGINNING if activity.block_time is None else datetime.fromtimestamp(activity.block_time, UTC)
