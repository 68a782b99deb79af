"""When rules are looked at that time alone may make fire, or end."""

from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.alert_rules.rule import TRAITS, Family, NewRule

INACTIVITY_INTERVAL: Final = timedelta(hours=1)
"""How exactly is told that nothing happened."""


def first_check(rule: NewRule, now: datetime) -> datetime | None:
    """When a new rule is looked at for the first time; None if never.

    What is due stays due: prices and balances are looked at every minute until the rule is over.
    """
    return now if TRAITS[rule.kind].is_timed else rule.expires_at


def next_check(rule: NewRule, ripe_at: datetime | None, now: datetime) -> datetime | None:
    """When a rule that was looked at is to be looked at again; None where it stays due."""
    if rule.family is not Family.INACTIVITY:
        return None
    moment = max(now + INACTIVITY_INTERVAL, ripe_at or now)
    return moment if rule.expires_at is None else min(moment, rule.expires_at)
