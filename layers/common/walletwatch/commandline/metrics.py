"""`python -m walletwatch.commandline.metrics` prints docs/metrics.md, made from the catalogue."""

import sys

from walletwatch.domain.measures import SECTIONS, Measure
from walletwatch.domain.telemetry import BUCKETS

_HEAD = f"""\
# Metrics

Made by `python -m walletwatch.commandline.metrics` from the catalogue.

CloudWatch has them in the namespace `WalletWatch` with the dimension `service`, the function. `GET /metrics`
has counts as counters and durations as histograms in seconds with the label `function`, for all instances
together.
Bounds of the buckets: {", ".join(f"{bound:g}" for bound in BUCKETS)} s.
"""


def document() -> str:
    """The catalogue as Markdown."""
    parts = [_HEAD]
    for section, measures in SECTIONS.items():
        rows = "\n".join(map(_row, measures))
        parts.append(f"## {section}\n\n| Metric | Unit | Says | Prometheus |\n|---|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def _row(measure: Measure) -> str:
    exposed = f"`{measure.exposed}`" if measure.recorded else "a gauge"
    return f"| {measure.name} | {measure.unit.value} | {measure.meaning} | {exposed} |"


if __name__ == "__main__":
    sys.stdout.write(document())
