"""The dashboard as Grafana's JSON model: schema 39, of Grafana 11, which later versions bring up to date."""

import re
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import Any, Final

from monitoring.panels import COLUMNS, Kind, Panel, Query, Row

SCHEMA_VERSION: Final = 39
UID: Final = "walletwatch"
HEIGHTS: Final[Mapping[Kind, int]] = {Kind.NUMBER: 4, Kind.LINES: 8, Kind.STATES: 8}
DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_LABEL: Final = re.compile(r"\{(\w+)\}")


def dashboard(title: str, rows: Sequence[Row]) -> Mapping[str, Any]:
    """The whole dashboard.

    Its variables are the data source and the stage, so that one Grafana can show several deployments.
    """
    return {
        "uid": UID,
        "title": title,
        "tags": ["walletwatch"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_datasource_variable(), _stage_variable()]},
        "annotations": {"list": [_alerts_annotation()]},
        "links": [],
        "panels": list(_panels(rows)),
    }


def _datasource_variable() -> Mapping[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _stage_variable() -> Mapping[str, Any]:
    query = "label_values(walletwatch_component_health, stage)"
    return {
        "name": "stage",
        "label": "Stage",
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": "stages"},
        "refresh": 2,
        "sort": 1,
    }


def _alerts_annotation() -> Mapping[str, Any]:
    """Marks in all panels where a rule fires."""
    return {
        "name": "Alerts",
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": 'ALERTS{alertstate="firing",stage="$stage"}',
        "titleFormat": "{{alertname}}",
        "textFormat": "{{severity}} {{queue}} {{function}} {{name}}",
    }


def _panels(rows: Sequence[Row]) -> Iterator[Mapping[str, Any]]:
    number, top = 1, 0
    for row in rows:
        position = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
        yield {
            "id": number,
            "type": "row",
            "title": row.title,
            "gridPos": position,
            "collapsed": False,
            "panels": [],
        }
        number += 1
        top += 1
        left = height = 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                left, top, height = 0, top + height, 0
            position = {"x": left, "y": top, "w": panel.width, "h": HEIGHTS[panel.kind]}
            yield _panel(number, panel, position)
            number += 1
            left += panel.width
            height = max(height, position["h"])
        top += height


def _panel(number: int, panel: Panel, position: Mapping[str, int]) -> Mapping[str, Any]:
    return {
        "id": number,
        "type": str(panel.kind),
        "title": panel.title,
        "description": panel.says,
        "datasource": DATASOURCE,
        "gridPos": position,
        "targets": [
            _target(ref, query, panel.kind)
            for ref, query in zip(ascii_uppercase, panel.queries, strict=False)
        ],
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _options(panel),
    }


def _target(ref: str, query: Query, kind: Kind) -> Mapping[str, Any]:
    # Of a number, only the present one: the last one that was known is none.
    instant = kind is Kind.NUMBER
    return {
        "refId": ref,
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": query.of_stage,
        "legendFormat": _LABEL.sub(r"{{\1}}", query.legend),
        "instant": instant,
        "range": not instant,
    }


def _field(panel: Panel) -> Mapping[str, Any]:
    limits = [{"value": limit.above, "color": str(limit.colour)} for limit in panel.limits]
    field: dict[str, Any] = {
        "unit": str(panel.unit),
        "min": 0,
        "color": {"mode": "thresholds" if panel.kind is not Kind.LINES else "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": limits or [{"value": None, "color": "green"}]},
        "mappings": _mappings(panel),
    }
    if panel.maximum is not None:
        field["max"] = panel.maximum
    if panel.kind is Kind.LINES:
        field["custom"] = {
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": 20 if panel.stacked else 0,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
            "thresholdsStyle": {"mode": "dashed" if limits else "off"},
        }
    elif panel.kind is Kind.STATES:
        field["custom"] = {"fillOpacity": 70, "lineWidth": 0}
    return field


def _mappings(panel: Panel) -> Sequence[Mapping[str, Any]]:
    if not panel.names:
        return []
    names = {
        f"{value:g}": {"index": index, "text": text, "color": str(colour)}
        for index, (value, text, colour) in enumerate(panel.names)
    }
    return [{"type": "value", "options": names}]


def _options(panel: Panel) -> Mapping[str, Any]:
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
    match panel.kind:
        case Kind.LINES:
            return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
        case Kind.STATES:
            return {
                "legend": {**legend, "showLegend": False},
                "mergeValues": True,
                "rowHeight": 0.8,
                "showValue": "auto",
                "tooltip": {"mode": "single", "sort": "none"},
            }
        case Kind.NUMBER:
            return {
                "colorMode": "value",
                "graphMode": "none",
                "justifyMode": "auto",
                "orientation": "auto",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                "textMode": "auto",
            }
