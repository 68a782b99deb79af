"""`make grafana` beside a stack that runs: Prometheus as it is, and a stand-in for Grafana's server."""

import json
import string
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from devstack.monitoring import MONITORING, NO_PROMETHEUS, find_program, start_monitoring
from devstack.processes import NotStarted
from devstack.stack import EXTERNAL, Stack

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(find_program("prometheus") is None, reason=NO_PROMETHEUS),
]

STAND_IN = """\
#!/usr/bin/env python3
import http.server, json, os, pathlib, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()

pathlib.Path(os.environ["GF_PATHS_DATA"]).mkdir(parents=True, exist_ok=True)
said = pathlib.Path(os.environ["GF_PATHS_DATA"], "said.json")
said.write_text(json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ)}))
address = os.environ["GF_SERVER_HTTP_ADDR"], int(os.environ["GF_SERVER_HTTP_PORT"])
http.server.HTTPServer(address, Handler).serve_forever()
"""


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """With the two doubles alone: the rest is said to be elsewhere."""
    for variable in EXTERNAL.values():
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    stack = Stack(tmp_path / "stack").start()
    yield stack
    stack.stop()
    stack.clear()


@pytest.fixture
def grafana_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "grafana"
    (home / "bin").mkdir(parents=True)
    (home / "conf").mkdir()
    (home / "conf" / "defaults.ini").touch()
    (home / "bin" / "grafana").write_text(STAND_IN)
    (home / "bin" / "grafana").chmod(0o755)
    monkeypatch.setenv("GRAFANA_HOME", str(home))
    return home


def _start(stack: Stack) -> dict[str, str]:
    """Starts it; the addresses by what they are of."""
    told = start_monitoring(stack.folder, stack.attach, "http://127.0.0.1:9/v1/metrics", "a-token")
    return dict(line.split(maxsplit=1) for line in told)


def test_both_run_beside_the_stack_and_end_with_it(stack: Stack, grafana_home: Path) -> None:
    addresses = _start(stack)
    assert stack.running() == {"telegram": True, "rates": True, "prometheus": True, "grafana": True}
    with urllib.request.urlopen(addresses["dashboard"], timeout=10) as page:
        assert b"<h1>X1 Wallet Watcher</h1>" in page.read()
    assert addresses["Grafana"].endswith("/d/walletwatch")
    processes = json.loads((stack.folder / "state.json").read_text())["processes"]
    stack.stop()
    assert [
        process["name"] for process in processes if Path(f"/proc/{process['pid']}/cmdline").exists()
    ] == []


def test_a_second_start_takes_the_place_of_the_first(stack: Stack, grafana_home: Path) -> None:
    first = _start(stack)
    second = _start(stack)
    assert first["Prometheus"] != second["Prometheus"]
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(first["dashboard"], timeout=10)
    assert stack.running() == {"telegram": True, "rates": True, "prometheus": True, "grafana": True}


def test_grafana_finds_its_datasource_and_dashboard(stack: Stack, grafana_home: Path) -> None:
    addresses = _start(stack)
    said = json.loads((stack.folder / "grafana" / "data" / "said.json").read_text())
    assert said["arguments"] == ["server", "--homepath", str(grafana_home)]
    environment = said["environment"]
    provisioning = Path(environment["GF_PATHS_PROVISIONING"])
    assert provisioning == MONITORING / "grafana" / "provisioning"

    def provisioned(path: str) -> dict[str, list[dict[str, object]]]:
        read: dict[str, list[dict[str, object]]] = yaml.safe_load(
            string.Template((provisioning / path).read_text()).substitute(environment)
        )
        return read

    (datasource,) = provisioned("datasources/prometheus.yml")["datasources"]
    assert datasource["url"] == addresses["Prometheus"].removesuffix("/")
    (provider,) = provisioned("dashboards/walletwatch.yml")["providers"]
    options = provider["options"]
    assert isinstance(options, dict)
    assert [file.name for file in Path(options["path"]).iterdir()] == ["walletwatch.json"]


def test_what_does_not_come_up_is_not_kept(stack: Stack, grafana_home: Path) -> None:
    (grafana_home / "bin" / "grafana").write_text("#!/bin/sh\necho out of disk; exit 1\n")
    with pytest.raises(NotStarted, match="out of disk"):
        _start(stack)
    assert stack.running() == {"telegram": True, "rates": True, "prometheus": True}


def test_there_has_to_be_a_stack(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(NotStarted, match="no stack runs"):
        _start(Stack(tmp_path / "none"))
