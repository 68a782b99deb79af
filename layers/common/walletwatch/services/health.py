"""How the system is: shortly for anybody, in full for operators, in figures for Prometheus."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from walletwatch.domain.alerts import AlertLimits
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.health import Health, HealthReport, judge
from walletwatch.domain.telemetry import Tally
from walletwatch.domain.vitals import Lost, Vitals
from walletwatch.ports.operations import TelemetryBoard
from walletwatch.services.exposition import exposition
from walletwatch.services.vitals import VitalSigns


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found.

    Attributes:
        vitals: What it is concluded from.
    """

    report: HealthReport
    vitals: Vitals

    @property
    def status(self) -> Health:
        """Of the whole."""
        return self.report.status

    def public(self) -> Mapping[str, Any]:
        """What anybody may know."""
        return {"status": self.status.value}

    def detailed(self) -> Mapping[str, Any]:
        """Everything, as JSON types; what could not be read has its error in place of its figures."""
        vitals = self.vitals
        figures: Mapping[str, object] = {
            "redis": vitals.redis,
            "database": vitals.database,
            "rpc": vitals.rpc,
            "queues": vitals.queues,
            "watcher": vitals.watchers,
            "telegram": vitals.telegram,
            "memory": vitals.functions,
        }
        return {
            "status": self.status.value,
            "at": vitals.at.isoformat(),
            "components": {
                name: {"status": health.value, **_figures(figures[name])}
                for name, health in self.report.components.items()
            },
            "traffic": _plain(vitals.traffic),
            "population": _plain(vitals.population),
            "expiries": _plain(vitals.expiries),
            "lists": _plain(vitals.lists),
        }


class HealthCheck:
    """The use case of the health function."""

    def __init__(self, signs: VitalSigns, board: TelemetryBoard, limits: AlertLimits) -> None:
        self._signs = signs
        self._board = board
        self._limits = limits

    async def examine(self) -> Checkup:
        """How the system is."""
        vitals = await self._signs.read()
        return Checkup(judge(vitals, self._limits), vitals)

    async def metrics(self) -> str:
        """The counts of all instances and the vitals, as Prometheus scrapes them."""
        checkup = await self.examine()
        try:
            tally = await self._board.total()
        except StoreUnavailable:
            # Without Redis the counters are not known; that it is away is among the figures.
            tally = Tally()
        return exposition(tally, checkup.vitals, checkup.report)


def _figures(reading: object) -> Mapping[str, Any]:
    plain = _plain(reading)
    return plain if isinstance(plain, dict) else {"each": plain}


def _plain(reading: object) -> Any:
    if isinstance(reading, Lost):
        return {"error": reading.error}
    if isinstance(reading, (list, tuple)):
        return [asdict(each) for each in reading]
    return asdict(reading)  # type: ignore[call-overload] # every reading is a dataclass
