"""What becomes of a rule when a person changes it."""

from dataclasses import replace
from datetime import datetime

from walletwatch.domain.alert_rules.rule import (
    TRAITS,
    WINDOWED,
    Rule,
    Terms,
    has_expired,
)
from walletwatch.domain.chats import Subscription


def with_terms(rule: Rule, terms: Terms) -> Rule:
    """The rule on these terms; a rest that is the window's goes with it."""
    least = max(TRAITS[rule.kind].cooldown, rule.terms.window)
    if rule.kind in WINDOWED and terms.window != rule.terms.window and rule.cooldown == least:
        rule = replace(rule, cooldown=TRAITS[rule.kind].cooldown)
    return replace(rule, terms=terms)


def about(rule: Rule, subscription: Subscription | None) -> Rule:
    """The rule about this wallet; about all where there is none."""
    if subscription is None:
        return replace(rule, wallet_id=None, wallet=None, label=None)
    return replace(
        rule, wallet_id=subscription.wallet_id, wallet=subscription.address, label=subscription.label
    )


def waits_anew(before: Rule, after: Rule, now: datetime) -> bool:
    """Whether a change takes back why the rule is silent: its pause, that it speaks once, or its end."""
    resumed = before.paused and not after.paused
    repeating = after.repeats and not before.repeats
    prolonged = has_expired(before, now) and not has_expired(after, now)
    return resumed or repeating or prolonged


def is_same(one: Rule, other: Rule) -> bool:
    """Whether two rules of a chat would say the same."""
    return (one.kind, one.terms, one.wallet_id) == (other.kind, other.terms, other.wallet_id)
