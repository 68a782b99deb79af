"""Metrics that can be read."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class FakeMetrics:
    """`ports.Metrics` that adds up."""

    counts: Counter[str] = field(default_factory=Counter)
    usage: Counter[str] = field(default_factory=Counter)
    durations: dict[str, list[float]] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)

    def count(self, name: str, value: int = 1) -> None:
        self.counts[name] += value

    def milliseconds(self, name: str, value: float) -> None:
        self.durations.setdefault(name, []).append(value)

    def used(self, what: str) -> None:
        self.usage[what] += 1

    def gauge(self, name: str, value: float) -> None:
        self.gauges[name] = value
