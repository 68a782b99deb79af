"""Rules that fire when several wallets of a chat do the same thing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.alert_rules.events import TRADES
from walletwatch.domain.alert_rules.facts import ClusterFacts
from walletwatch.domain.alert_rules.firing import Firing, say
from walletwatch.domain.alert_rules.rule import Rule
from walletwatch.domain.money import NATIVE

MAX_NAMED: Final = 5
"""Other wallets that an alert names."""
SEPARATOR: Final = "\n"
"""Between their names."""

type Deed = tuple[str, str]
"""What was done, and to which asset."""

_TRANSFERS = {ActivityKind.TRANSFER_IN: "got", ActivityKind.TRANSFER_OUT: "sent"}


def deeds_of(activity: Activity) -> Iterator[Deed]:
    """What this is an instance of; nothing where it failed, or was scattered by a stranger."""
    if not activity.success or (activity.annotation is not None and activity.annotation.is_spam):
        return
    if activity.kind in TRADES:
        for leg in activity.legs:
            # Both sides of most trades are the chain's own token: it says nothing of what was wanted.
            if leg.asset != NATIVE:
                yield ("bought" if leg.amount > 0 else "sold"), leg.asset
        return
    done = _TRANSFERS.get(activity.kind, activity.kind.value)
    assets = {leg.asset for leg in activity.legs}
    mint = activity.details.get("mint")
    for asset in sorted(assets or {mint if isinstance(mint, str) else ""}):
        yield done, asset


def evaluate(rule: Rule, facts: ClusterFacts) -> Firing | None:
    """The rule's word, where this wallet's deed is that of enough wallets within the window."""
    window, needed = rule.terms.window, rule.terms.count or 2
    for deed in deeds_of(facts.activity):
        wallets = {facts.activity.wallet}
        wallets |= {
            other.wallet
            for other in facts.others
            if _is_near(other, facts, window) and deed in set(deeds_of(other))
        }
        if len(wallets) >= needed:
            others = sorted(wallets - {facts.activity.wallet})[:MAX_NAMED]
            values: dict[str, str | int] = {
                "deed": deed[0],
                "count": len(wallets),
                "others": SEPARATOR.join(others),
            }
            if deed[1]:
                values["asset"] = deed[1]
            if facts.activity.is_transaction:
                values["signature"] = facts.activity.signature
            return say(rule, facts.activity.signature, facts.at, values, wallet=facts.activity.wallet)
    return None


def _is_near(other: Activity, facts: ClusterFacts, window: timedelta) -> bool:
    if other.block_time is None:
        return False
    return abs(other.block_time - facts.at.timestamp()) <= window.total_seconds()
