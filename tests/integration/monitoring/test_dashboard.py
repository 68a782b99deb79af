"""Every query of every panel finds what the deployment says."""

import json
import math
import re
import urllib.error
from typing import Any

import pytest

from devstack.monitoring import STAGE
from monitoring.__main__ import FOLDER
from tests.prometheus import Prometheus

pytestmark = pytest.mark.integration

DASHBOARD = json.loads((FOLDER / "grafana" / "dashboards" / "walletwatch.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
VARIABLES = {"$stage": STAGE, "$__rate_interval": "1m"}
SELECTOR = re.compile(r"\b(?:stage:)?walletwatch_[\w:]+\{[^}]*\}")
MAY_NOT_HAVE_HAPPENED = re.compile(
    r"^walletwatch_(rpc_failures|rpc_breaker_openings|deliveries_postponed)_total\{"
)


def _substituted(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression
    return expression


def _empty(prometheus: Prometheus, expression: str) -> list[str]:
    """What of an expression finds nothing: the whole, or one of its selectors, which `or` may hide."""
    parts = [part for part in SELECTOR.findall(expression) if not MAY_NOT_HAVE_HAPPENED.match(part)]
    return [part for part in [expression, *parts] if not prometheus.values(part)]


@pytest.mark.parametrize("panel", PANELS, ids=[panel["title"] for panel in PANELS])
def test_a_panel_has_data(scraping: Prometheus, panel: dict[str, Any]) -> None:
    assert panel["targets"]
    for target in panel["targets"]:
        expression = _substituted(target["expr"])
        assert _empty(scraping, expression) == []
        assert any(math.isfinite(value) for value in scraping.values(expression)), expression


@pytest.mark.parametrize(
    "expression",
    [
        'sum(walletwatch_userz{stage="local"})',
        'sum(walletwatch_queue_messages{state="deadly",stage="local"})',
        'sum(walletwatch_users{stage="elsewhere"})',
        'sum(walletwatch_userz{stage="local"}) or 0 * sum(walletwatch_users{stage="local"})',
    ],
)
def test_a_misspelt_query_would_be_seen(scraping: Prometheus, expression: str) -> None:
    assert _empty(scraping, expression)


def test_the_figures_are_those_of_the_deployment(scraping: Prometheus) -> None:
    assert scraping.values('sum(walletwatch_users{stage="local"})') == [1840]
    assert scraping.values('up{job="walletwatch"}') == [1]
    share = scraping.values("stage:walletwatch_cache_hits:ratio5m")[0]
    assert share == pytest.approx(43 / 53, abs=0.05)


def test_the_variable_offers_the_stage(scraping: Prometheus) -> None:
    (variable,) = (each for each in DASHBOARD["templating"]["list"] if each["type"] == "query")
    metric = re.fullmatch(r"label_values\((\w+), stage\)", variable["query"]["query"])
    assert metric is not None
    assert scraping.ask("label/stage/values", **{"match[]": metric[1]}) == [STAGE]


def test_the_annotation_is_a_query(scraping: Prometheus) -> None:
    (annotation,) = DASHBOARD["annotations"]["list"]
    assert scraping.values(_substituted(annotation["expr"])) == []
    with pytest.raises(urllib.error.HTTPError):
        scraping.values("ALERTS{")


def test_no_rule_fails_and_none_fires_for_a_deployment_that_is_well(scraping: Prometheus) -> None:
    rules = [rule for group in scraping.ask("rules")["groups"] for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}, [rule.get("lastError") for rule in rules]
    assert [
        rule["name"] for rule in rules if rule["type"] == "alerting" and rule["state"] != "inactive"
    ] == []
