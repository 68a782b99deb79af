"""What the vitals amount to, for whoever asks whether the system is well."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from walletwatch.domain.alerts import AlertLimits, Condition, examine
from walletwatch.domain.vitals import Lost, Reading, Vitals


class Health(StrEnum):
    """DEGRADED where something is slower or less fresh, UNHEALTHY where work cannot be done."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The whole, and each component by its name."""

    status: Health
    components: Mapping[str, Health]


_DEGRADING: Final[Mapping[str, frozenset[Condition]]] = {
    "redis": frozenset({Condition.REDIS_LOST}),
    "database": frozenset({Condition.DATABASE_LOST}),
    "rpc": frozenset({Condition.RPC_LOST, Condition.RPC_POOL_FULL}),
    "queues": frozenset({Condition.DEAD_LETTERS, Condition.JOBS_FAILED}),
    "watcher": frozenset({Condition.WATCHER_BEHIND}),
    "telegram": frozenset({Condition.WEBHOOK_FAILING}),
    "memory": frozenset({Condition.MEMORY_HIGH}),
}
"""What is wrong with which component."""
_VITAL: Final = frozenset({"database"})
"""Without these no work can be done, or kept; all others are waited for, or done without."""


def judge(vitals: Vitals, limits: AlertLimits) -> HealthReport:
    """The health of the components and of the whole.

    A component that could not be read is not known to be well.
    """
    wrong = {finding.condition for finding in examine(vitals, limits).findings}
    readings: Mapping[str, Reading[object]] = {
        "redis": vitals.redis,
        "database": vitals.database,
        "rpc": vitals.rpc,
        "queues": vitals.queues,
        "watcher": vitals.watchers,
        "telegram": vitals.telegram,
        "memory": vitals.functions,
    }
    components: dict[str, Health] = {}
    for name, reading in readings.items():
        if isinstance(reading, Lost) and name in _VITAL:
            components[name] = Health.UNHEALTHY
        elif isinstance(reading, Lost) or wrong & _DEGRADING[name]:
            components[name] = Health.DEGRADED
        else:
            components[name] = Health.HEALTHY
    return HealthReport(_worst(components.values()), components)


def _worst(each: Iterable[Health]) -> Health:
    found = set(each)
    for health in (Health.UNHEALTHY, Health.DEGRADED):
        if health in found:
            return health
    return Health.HEALTHY
