"""What the instances say of themselves: counts that add up, durations in buckets, and that they live.

An instance is one Lambda environment: a process that handles one invocation after the other.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
"""Upper bounds, in seconds, of the buckets of a duration; what is longer is in one more."""
USED: Final = ("command.", "button.")
"""Beginnings of the names of what people use; these counts are kept by day, and are no metrics."""
_SUM: Final = "ms"
_SEPARATOR: Final = ":"


@dataclass(frozen=True, slots=True)
class Histogram:
    """Durations that were recorded, by bucket.

    Attributes:
        counts: How many were in each bucket and not in one before; one more than `BUCKETS` has.
        milliseconds: All of them together.
    """

    counts: tuple[int, ...]
    milliseconds: int

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.counts)

    def quantile(self, share: float) -> float | None:
        """Seconds below which this share of them was, 0 < share <= 1; None where there was none.

        Within a bucket they are taken as evenly spread, as Prometheus's histogram_quantile does; for the
        last one its lower bound is told.
        """
        rank = share * self.total
        below = 0
        for index, count in enumerate(self.counts):
            if count and below + count >= rank:
                low = BUCKETS[index - 1] if index else 0.0
                if index == len(BUCKETS):
                    return float(low)
                return low + (BUCKETS[index] - low) * (rank - below) / count
            below += count
        return None


class Tally:
    """Counts and durations by function and name, as whole numbers that can be added in any order.

    `fields` is what a store keeps: `function:name` for a count; `function:name:bucket` and
    `function:name:ms` for a duration.
    """

    def __init__(self, fields: Mapping[str, int] | None = None) -> None:
        self.fields: Counter[str] = Counter(fields or {})

    def count(self, function: str, name: str, value: int) -> None:
        """Add to a count."""
        self.fields[_SEPARATOR.join((function, name))] += value

    def duration(self, function: str, name: str, milliseconds: float) -> None:
        """Add a duration."""
        bucket = bisect_left(BUCKETS, milliseconds / 1000)
        self.fields[_SEPARATOR.join((function, name, str(bucket)))] += 1
        self.fields[_SEPARATOR.join((function, name, _SUM))] += round(milliseconds)

    def add(self, other: "Tally") -> None:
        """Add all of another."""
        self.fields.update(other.fields)

    def of(self, name: str) -> int:
        """A count over all functions."""
        return sum(value for _, value in self.counts(name))

    def counts(self, name: str) -> Iterator[tuple[str, int]]:
        """A count, for each function that has it."""
        for field, value in self.fields.items():
            parts = field.split(_SEPARATOR)
            if len(parts) == 2 and parts[1] == name:
                yield parts[0], value

    def beginning(self, prefixes: tuple[str, ...]) -> Mapping[str, int]:
        """The counts whose names begin so, each over all functions."""
        found: Counter[str] = Counter()
        for field, value in self.fields.items():
            parts = field.split(_SEPARATOR)
            if len(parts) == 2 and parts[1].startswith(prefixes):
                found[parts[1]] += value
        return found

    def histograms(self, name: str) -> Mapping[str, Histogram]:
        """A duration, for each function that has it."""
        counts: dict[str, list[int]] = {}
        sums: Counter[str] = Counter()
        for field, value in self.fields.items():
            parts = field.split(_SEPARATOR)
            if len(parts) != 3 or parts[1] != name:
                continue
            function, _, bucket = parts
            if bucket == _SUM:
                sums[function] = value
            elif bucket.isdecimal() and int(bucket) <= len(BUCKETS):
                counts.setdefault(function, [0] * (len(BUCKETS) + 1))[int(bucket)] = value
        return {function: Histogram(tuple(buckets), sums[function]) for function, buckets in counts.items()}

    def histogram(self, name: str) -> Histogram:
        """A duration over all functions."""
        each = tuple(self.histograms(name).values())
        counts = tuple(map(sum, zip(*(histogram.counts for histogram in each), strict=True)))
        return Histogram(
            counts or (0,) * (len(BUCKETS) + 1), sum(histogram.milliseconds for histogram in each)
        )


@dataclass(frozen=True, slots=True)
class EndpointUse:
    """An RPC endpoint as an instance sees it.

    Attributes:
        name: Place in the order of preference and host; never the URL, which may hold a key.
        up: Whether it is asked: its circuit breaker is not open.
        latency_ms: Moving average; None before the first answer.
    """

    name: str
    up: bool
    behind: bool
    latency_ms: float | None
    slot: int | None


@dataclass(frozen=True, slots=True)
class RpcUse:
    """What an instance does with its connections to the RPC.

    Attributes:
        busy: Share of all connections that was in use since the last report, 0 to 1.
        limit: Connections to all endpoints together.
        waiting: Calls that wait for a connection or a budget.
    """

    busy: float
    limit: int
    waiting: int
    endpoints: tuple[EndpointUse, ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """One Lambda environment.

    Attributes:
        id: Chosen at its cold start.
        invocations: How many it has begun.
        memory_bytes: What it uses now (resident set).
        memory_limit_bytes: What its function may use; None outside Lambda.
        rpc: None for a function that does not ask the chain.
    """

    id: str
    function: str
    started_at: datetime
    seen_at: datetime
    invocations: int
    memory_bytes: int
    memory_limit_bytes: int | None
    rpc: RpcUse | None = None

    @property
    def memory_share(self) -> float | None:
        """The part of its memory that it uses, 0 to 1 and above."""
        return self.memory_bytes / self.memory_limit_bytes if self.memory_limit_bytes else None


@dataclass(frozen=True, slots=True)
class Report:
    """What an instance says of itself, and what it counted since the last time."""

    instance: Instance
    tally: Tally
