"""What a dashboard is made of, whoever draws it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

COLUMNS: Final = 24
"""Of the grid that panels are laid on, as in Grafana."""
WINDOW: Final = "$__rate_interval"
"""Over which rates are taken: Grafana's variable, at least four scrapes long."""

_SELECTOR: Final = re.compile(r"\b(?:walletwatch_\w+|stage:walletwatch_[\w:]+|up)\b(?![:(])(?:\{([^}]*)\})?")


class Kind(StrEnum):
    """How a panel shows its series; the values are Grafana's names of panels."""

    LINES = "timeseries"
    NUMBER = "stat"
    STATES = "state-timeline"


class Unit(StrEnum):
    """What a value counts; the values are Grafana's ids of units."""

    COUNT = "short"
    PER_SECOND = "ops"
    SECONDS = "s"
    SHARE = "percentunit"


class Colour(StrEnum):
    """Of a threshold; the values are Grafana's names of colours."""

    GOOD = "green"
    NEUTRAL = "blue"
    NOTICE = "yellow"
    WARNING = "orange"
    BAD = "red"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `above` on, a value has this colour; None for the lowest of all."""

    above: float | None
    colour: Colour


@dataclass(frozen=True, slots=True)
class Query:
    """Series of a panel.

    Attributes:
        expression: PromQL; its selectors are limited to the dashboard's stage by `of_stage`.
        legend: Name of a series, with its labels in braces, such as `{function}`.
    """

    expression: str
    legend: str

    @property
    def of_stage(self) -> str:
        """The expression for the stage that the dashboard's variable names."""
        return _SELECTOR.sub(_limited, self.expression)


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure of the dashboard.

    Attributes:
        says: What to read in it, in a sentence or two.
        width: In columns of the grid.
        limits: Colours of values; drawn as lines in a panel of lines.
        names: Of values that are states, for `Kind.STATES` and `Kind.NUMBER`.
        stacked: Whether its lines are parts of a whole.
    """

    title: str
    says: str
    queries: Sequence[Query]
    width: int
    kind: Kind = Kind.LINES
    unit: Unit = Unit.COUNT
    limits: Sequence[Threshold] = ()
    names: Sequence[tuple[float, str, Colour]] = ()
    stacked: bool = False
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading, beside each other as far as the grid goes."""

    title: str
    panels: Sequence[Panel] = field(default_factory=tuple)


def _limited(found: re.Match[str]) -> str:
    name = found[0].partition("{")[0]
    matchers = [matcher for matcher in (found[1], 'stage="$stage"') if matcher]
    return f"{name}{{{','.join(matchers)}}}"
