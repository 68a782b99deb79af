"""The dashboard as a console: a page that Prometheus itself serves, for those without Grafana."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from monitoring.panels import COLUMNS, WINDOW, Panel, Row

PAGE: Final = Path(__file__).with_name("console.html")


def console(title: str, rows: Sequence[Row]) -> str:
    """The page, complete in one file: Prometheus serves no other files beside consoles.

    It is expanded as a Go template when it is served, and has no actions of one.

    Raises:
        ValueError: Something in the description would be taken as a template's action.
    """
    described = {"columns": COLUMNS, "window": WINDOW, "rows": [_row(row) for row in rows]}
    # In a script element, only this could end it.
    data = json.dumps(described, indent=1, ensure_ascii=False).replace("</", "<\\/")
    page = PAGE.read_text().replace("@TITLE@", escape(title)).replace("@DASHBOARD@", data)
    if "{{" in page:
        raise ValueError("the page has what a template takes as an action")
    return page


def _row(row: Row) -> Mapping[str, Any]:
    return {"title": row.title, "panels": [_panel(panel) for panel in row.panels]}


def _panel(panel: Panel) -> Mapping[str, Any]:
    return {
        "title": panel.title,
        "says": panel.says,
        "kind": str(panel.kind),
        "unit": str(panel.unit),
        "width": panel.width,
        "stacked": panel.stacked,
        "maximum": panel.maximum,
        "limits": [{"above": limit.above, "colour": str(limit.colour)} for limit in panel.limits],
        "names": [
            {"value": value, "text": text, "colour": str(colour)} for value, text, colour in panel.names
        ],
        "queries": [{"expression": query.of_stage, "legend": query.legend} for query in panel.queries],
    }
