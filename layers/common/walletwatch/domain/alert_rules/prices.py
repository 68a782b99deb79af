"""Rules about what an asset is worth."""

from walletwatch.domain.alert_rules.facts import PriceFacts
from walletwatch.domain.alert_rules.firing import Firing, say
from walletwatch.domain.alert_rules.rule import AlertKind, Rule


def evaluate(rule: Rule, facts: PriceFacts) -> Firing | None:
    """The rule's word on what its asset is worth now."""
    if rule.kind is AlertKind.PRICE_MOVED:
        return _moved(rule, facts)
    if not rule.armed or is_back(rule, facts):
        return None
    return say(rule, f"{rule.fired}", facts.at, {"price": str(facts.usd)})


def is_back(rule: Rule, facts: PriceFacts) -> bool:
    """Whether the price is on the side of the line where nothing is told."""
    line = rule.terms.usd or 0
    return facts.usd <= line if rule.kind is AlertKind.PRICE_ABOVE else facts.usd >= line


def _moved(rule: Rule, facts: PriceFacts) -> Firing | None:
    """Against the lowest and the highest price of the window, so that no way of moving is overlooked."""
    if rule.terms.percent is None:
        return None
    for before in (min(facts.samples, default=facts.usd), max(facts.samples, default=facts.usd)):
        moved = abs(facts.usd - before)
        if moved and moved * 100 >= rule.terms.percent * before:
            values = {"price": str(facts.usd), "before": str(before)}
            return say(rule, f"{rule.fired}", facts.at, values)
    return None
