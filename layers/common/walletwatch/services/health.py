"""Whether the parts this system stands on answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from walletwatch.domain.errors import WalletWatchError

PROBE_TIMEOUT_SECONDS: Final = 2.0


class Health(StrEnum):
    """Of the whole: degraded where something is slower or less fresh, unhealthy where work cannot be done."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Probe:
    """A question to one part.

    Attributes:
        vital: Whether the whole is unhealthy without it.
    """

    ask: Callable[[], Awaitable[object]]
    vital: bool


@dataclass(frozen=True, slots=True)
class Component:
    """One part's answer.

    Attributes:
        error: Name of the error's class; never its text, which may hold an address or a secret.
    """

    up: bool
    milliseconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All answers and what they amount to."""

    status: Health
    components: Mapping[str, Component]


async def examine(probes: Mapping[str, Probe]) -> HealthReport:
    """Ask all parts at once, each with a time limit."""
    answers = await asyncio.gather(*(_ask(probe) for probe in probes.values()))
    components = dict(zip(probes, answers, strict=True))
    down = [probes[name] for name, component in components.items() if not component.up]
    if any(probe.vital for probe in down):
        status = Health.UNHEALTHY
    else:
        status = Health.DEGRADED if down else Health.HEALTHY
    return HealthReport(status, components)


async def _ask(probe: Probe) -> Component:
    started = time.perf_counter()
    error: str | None = None
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_SECONDS):
            await probe.ask()
    except (WalletWatchError, TimeoutError, OSError) as failure:
        error = type(failure).__name__
    return Component(error is None, round((time.perf_counter() - started) * 1000, 1), error)
