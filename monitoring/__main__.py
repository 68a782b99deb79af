"""`python -m monitoring`: write the files that are made from the description."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from monitoring.console import console
from monitoring.dashboard import ROWS, TITLE
from monitoring.grafana_json import dashboard
from monitoring.rules import rule_groups

FOLDER: Final = Path(__file__).parent
MADE: Final = "# Made by `make dashboards` from monitoring/rules.py.\n"


def generated() -> Mapping[Path, str]:
    """The files' contents, by where they belong."""
    rules = yaml.safe_dump(rule_groups(), sort_keys=False, width=110, default_flow_style=False)
    return {
        FOLDER / "prometheus" / "rules.yml": MADE + rules,
        FOLDER / "prometheus" / "consoles" / "walletwatch.html": console(TITLE, ROWS),
        FOLDER / "grafana" / "dashboards" / "walletwatch.json": json.dumps(dashboard(TITLE, ROWS), indent=2)
        + "\n",
    }


def main() -> int:
    """Write what has changed; the exit status."""
    for path, content in generated().items():
        if not path.exists() or path.read_text() != content:
            path.write_text(content)
            sys.stdout.write(f"{path.relative_to(FOLDER.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
