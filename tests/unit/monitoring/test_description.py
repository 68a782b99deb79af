"""The files for Prometheus and Grafana: made from their description, of metrics that exist."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitoring.__main__ import FOLDER, generated
from monitoring.console import console
from monitoring.dashboard import ROWS
from monitoring.grafana_json import dashboard
from monitoring.panels import COLUMNS, Panel, Query, Row
from monitoring.rules import ALERTS, ERRORS, RECORDED, UNREACHABLE, WORK
from tests.exposed import exposed
from walletwatch.domain.alerts import Condition
from walletwatch.domain.measures import MEASURES
from walletwatch.services import vitals

METRIC = re.compile(r"\bwalletwatch_\w+")
NEVER_YET = {"walletwatch_rpc_failures_total", "walletwatch_rpc_breaker_openings_total",
             "walletwatch_deliveries_postponed_total", "walletwatch_handler_errors_total"}  # fmt: skip
"""Counters of the catalogue that the made-up deployment does not have."""


def _panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard("A title", ROWS)["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_the_files_are_what_the_description_makes(path: Path) -> None:
    assert path.read_text() == generated()[path], "make dashboards"


def test_every_metric_exists() -> None:
    shown = exposed(datetime(2026, 11, 1, tzinfo=UTC), 86_400)
    names = {line.partition("{")[0].partition(" ")[0] for line in shown.splitlines() if line[0] != "#"}
    catalogue = {measure.exposed for measure in MEASURES.values()}
    assert catalogue >= NEVER_YET
    expressions = [*RECORDED.values(), *(rule.expression for rule in ALERTS)]
    expressions += [query.expression for row in ROWS for panel in row.panels for query in panel.queries]
    recorded = {name.split(":")[1] for name in RECORDED}
    asked = {name for expression in expressions for name in METRIC.findall(expression)} - recorded
    assert len(asked) > 40
    assert asked - names == NEVER_YET


def test_every_condition_has_an_alert() -> None:
    conditions = {rule.condition for rule in ALERTS}
    assert conditions == {*Condition, UNREACHABLE} - {Condition.CLOUDWATCH}


def test_work_and_failures_are_those_of_the_vitals() -> None:
    failures = {*vitals._FAILURES, "InvocationFailures"}
    assert set(METRIC.findall(RECORDED[ERRORS])) - {WORK.split(":")[1]} == {
        MEASURES[name].exposed for name in failures
    }
    (functions,) = set(re.findall(r'function=~"([a-z|]+)"', RECORDED[WORK]))
    assert set(functions.split("|")) == vitals._OTHER_WORK


def test_a_query_is_limited_to_the_stage() -> None:
    query = Query('sum by (queue) (walletwatch_q{state="dead"}) / up + stage:walletwatch_work:increase5m', "")
    assert query.of_stage == (
        'sum by (queue) (walletwatch_q{state="dead",stage="$stage"}) / up{stage="$stage"}'
        ' + stage:walletwatch_work:increase5m{stage="$stage"}'
    )


def test_the_panels_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard("A title", ROWS)["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < COLUMNS
        assert not cells & taken, panel["title"]
        taken |= cells
    assert {x for x, _ in taken} == set(range(COLUMNS))


def test_every_panel_can_be_told_apart_and_says_what_it_is() -> None:
    panels = _panels()
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    assert all(panel["description"].endswith(".") and panel["targets"] for panel in panels)


def test_legends_are_in_grafanas_notation() -> None:
    (throughput,) = (panel for panel in _panels() if panel["title"] == "Queues: throughput")
    assert throughput["targets"][0]["legendFormat"] == "{{function}}"


def test_the_console_holds_the_same_queries_and_no_template_action() -> None:
    page = (FOLDER / "prometheus" / "consoles" / "walletwatch.html").read_text()
    data = json.loads(page.partition('id="dashboard">')[2].partition("</script>")[0])
    shown = [
        query["expression"] for row in data["rows"] for panel in row["panels"] for query in panel["queries"]
    ]
    assert shown == [target["expr"] for panel in _panels() for target in panel["targets"]]
    assert "{{" not in page
    with pytest.raises(ValueError, match="template"):
        console("A title", [Row("Row", [Panel("{{ 1 }}", "Says.", [Query("up", "up")], width=8)])])


def test_a_title_is_escaped_in_the_console() -> None:
    page = console("<b>", [Row("</script><b>", [])])
    assert "<b>" not in page.replace("<\\/script><b>", "")


def test_a_number_is_the_present_one() -> None:
    """A query over a range would show the last one that was known, however old."""
    asked = {(panel["type"], target["instant"]) for panel in _panels() for target in panel["targets"]}
    assert asked == {("stat", True), ("timeseries", False), ("state-timeline", False)}
