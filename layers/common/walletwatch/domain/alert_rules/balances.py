"""Rules about what a wallet holds."""

from collections.abc import Iterable

from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.facts import BalanceFacts
from walletwatch.domain.alert_rules.firing import Firing, say
from walletwatch.domain.alert_rules.rule import AlertKind, Rule
from walletwatch.domain.money import NATIVE


def evaluate(rule: Rule, facts: BalanceFacts) -> Firing | None:
    """The rule's word on what its wallet holds now."""
    if rule.kind is AlertKind.BALANCE_MOVED:
        return _moved(rule, facts)
    if not rule.armed or is_back(rule, facts):
        return None
    return say(rule, f"{rule.fired}", facts.at, {"amount": str(facts.amount)})


def is_back(rule: Rule, facts: BalanceFacts) -> bool:
    """Whether the balance is on the side of the line where nothing is told."""
    line = rule.terms.amount or 0
    return facts.amount <= line if rule.kind is AlertKind.BALANCE_ABOVE else facts.amount >= line


def change(activities: Iterable[Activity], asset: str) -> int:
    """By how much a wallet's balance of an asset changed through these, in base units."""
    total = 0
    for activity in activities:
        total += sum(leg.amount for leg in activity.legs if leg.asset == asset)
        if asset == NATIVE:
            total -= activity.fee + activity.rent
    return total


def _moved(rule: Rule, facts: BalanceFacts) -> Firing | None:
    if facts.before is None or facts.before == facts.amount or rule.terms.percent is None:
        return None
    # From nothing to something is more than any percentage.
    if abs(facts.amount - facts.before) * 100 < rule.terms.percent * max(facts.before, 0):
        return None
    values = {"amount": str(facts.amount), "before": str(facts.before)}
    return say(rule, f"{rule.fired}", facts.at, values)
