"""One rule and facts of its family: whether it fires."""

from walletwatch.domain.alert_rules import balances, clusters, events, inactivity, prices, risks
from walletwatch.domain.alert_rules.facts import (
    BalanceFacts,
    ClusterFacts,
    EventFacts,
    Facts,
    InactivityFacts,
    PriceFacts,
    RiskFacts,
)
from walletwatch.domain.alert_rules.firing import Firing, may_fire
from walletwatch.domain.alert_rules.rule import LEVELS, Family, Rule


def evaluate(rule: Rule, facts: Facts) -> Firing | None:
    """What the rule says of these facts; None where it is silent, cools down, or is over.

    Facts of another family than the rule's say nothing to it.
    """
    return judge(rule, facts) if may_fire(rule, facts.at) else None


def repeat(rule: Rule, facts: Facts) -> Firing | None:
    """What the rule says of these facts, or may have said of them before: work that is done again asks.

    Whether it has is for the ledger to say, which knows it by the occasion.
    """
    may_have_fired = rule.last_fired_at is not None and facts.at <= rule.last_fired_at
    return judge(rule, facts) if may_have_fired or may_fire(rule, facts.at) else None


def judge(rule: Rule, facts: Facts) -> Firing | None:
    """What the rule says of these facts, however it stands."""
    match rule.family, facts:
        case Family.EVENT, EventFacts():
            return events.evaluate(rule, facts)
        case Family.CLUSTER, ClusterFacts():
            return clusters.evaluate(rule, facts)
        case Family.RISK, RiskFacts():
            return risks.evaluate(rule, facts)
        case Family.BALANCE, BalanceFacts():
            return balances.evaluate(rule, facts)
        case Family.PRICE, PriceFacts():
            return prices.evaluate(rule, facts)
        case Family.INACTIVITY, InactivityFacts():
            return inactivity.evaluate(rule, facts)
        case _:
            return None


def is_rearmed(rule: Rule, facts: Facts) -> bool:
    """Whether a rule that fired may fire again after these facts: its line was crossed back."""
    if rule.armed or rule.kind not in LEVELS:
        return False
    match facts:
        case BalanceFacts():
            return balances.is_back(rule, facts)
        case PriceFacts():
            return prices.is_back(rule, facts)
        case _:
            return False
