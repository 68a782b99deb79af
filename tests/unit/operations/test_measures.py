"""The catalogue of metrics is what the code records, and what the documentation says."""

import ast
from collections.abc import Iterator
from pathlib import Path

from walletwatch.commandline.metrics import document
from walletwatch.domain.measures import MEASURES, SECTIONS, Unit

ROOT = Path(__file__).parents[3]
SOURCES = [*(ROOT / "layers" / "common" / "walletwatch").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
UNITS = {"count": {Unit.COUNT}, "milliseconds": {Unit.MILLISECONDS}, "gauge": set(Unit)}


def _recorded() -> Iterator[tuple[str, str]]:
    """Every metric that the code records by name, and by which method."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0].value
            if called in UNITS and isinstance(name, str) and name[:1].isupper():
                yield name, called


def test_what_is_recorded_is_in_the_catalogue_with_its_unit() -> None:
    recorded = list(_recorded())
    assert len(recorded) > 80
    for name, called in recorded:
        assert MEASURES[name].unit in UNITS[called], name


def test_what_is_in_the_catalogue_is_recorded() -> None:
    source = "\n".join(path.read_text() for path in SOURCES if path.name != "measures.py")
    assert [name for name in MEASURES if f'"{name}"' not in source] == []


def test_a_name_stands_for_one_measure() -> None:
    assert sum(map(len, SECTIONS.values())) == len(MEASURES)
    assert len({measure.exposed for measure in MEASURES.values()}) == len(MEASURES)


def test_the_documentation_is_the_catalogue() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text() == document(), (
        "python -m walletwatch.commandline.metrics > docs/metrics.md"
    )


def test_names_at_prometheus() -> None:
    assert MEASURES["RpcBatchLeftovers"].exposed == "walletwatch_rpc_batch_leftovers_total"
    assert MEASURES["NotificationAge"].exposed == "walletwatch_notification_age_seconds"
