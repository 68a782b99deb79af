"""What a plan allows: one table for all limits; an administrator may set another number for a person."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.chats import Owner


class Plan(StrEnum):
    """What somebody pays for."""

    FREE = "free"
    PREMIUM = "premium"


class Quota(StrEnum):
    """What is limited. The value is the name in `Owner.quotas`."""

    ALERTS = "alerts"


LIMITS: Final[Mapping[Quota, Mapping[Plan, int]]] = MappingProxyType(
    {Quota.ALERTS: MappingProxyType({Plan.FREE: 10, Plan.PREMIUM: 100})}
)


def plan_of(owner: Owner, now: datetime) -> Plan:
    """The plan that somebody has now."""
    return Plan.PREMIUM if owner.premium_until is not None and owner.premium_until > now else Plan.FREE


def limit_of(quota: Quota, owner: Owner, now: datetime) -> int:
    """How much somebody may have of something."""
    return owner.quotas.get(quota.value, LIMITS[quota][plan_of(owner, now)])
