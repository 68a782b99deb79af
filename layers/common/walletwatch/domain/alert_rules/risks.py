"""Rules about the security score of a wallet."""

from walletwatch.domain.alert_rules.facts import RiskFacts
from walletwatch.domain.alert_rules.firing import Firing, say
from walletwatch.domain.alert_rules.rule import Rule


def evaluate(rule: Rule, facts: RiskFacts) -> Firing | None:
    """The rule's word on a score that rose by as much as it asks for."""
    if facts.score - facts.before < (rule.terms.points or 1):
        return None
    values = {"score": facts.score, "before": facts.before}
    return say(rule, f"{facts.wallet} {facts.cause}", facts.at, values, wallet=facts.wallet)
