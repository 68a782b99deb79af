"""Rules that fire when nothing happens."""

from datetime import datetime, timedelta

from walletwatch.domain.alert_rules.facts import InactivityFacts
from walletwatch.domain.alert_rules.firing import Firing, say
from walletwatch.domain.alert_rules.rule import Rule


def evaluate(rule: Rule, facts: InactivityFacts) -> Firing | None:
    """The rule's word on a wallet to which nothing happened for so long: one for each such time."""
    if facts.at < ripe_at(rule, facts.since):
        return None
    values: dict[str, str | int] = {
        "days": (facts.at - facts.since).days,
        "since": round(facts.since.timestamp()),
    }
    # With other terms, the same silence is told anew.
    occasion = f"still {rule.terms.days} {facts.last or rule.wallet or ''}"
    return say(rule, occasion, facts.at, values)


def ripe_at(rule: Rule, since: datetime) -> datetime:
    """When the rule fires, if nothing happens any more."""
    return since + timedelta(days=rule.terms.days or 1)
