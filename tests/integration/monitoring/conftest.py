"""Prometheus with the shipped configuration, scraping a server that answers as the health function does."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from devstack.monitoring import NO_PROMETHEUS, find_program, prometheus
from devstack.processes import free_port
from tests.exposed import exposed
from tests.prometheus import Prometheus, running, until
from walletwatch.services.exposition import CONTENT_TYPE

TOKEN = "the-token-of-the-operators"
BEGAN = time.monotonic()
UP_SECONDS = 86_400
HURRIED = {"evaluation_interval: 15s": "evaluation_interval: 1s"}


class MetricsHandler(BaseHTTPRequestHandler):
    """GET /v1/metrics, as functions/health answers it."""

    def do_GET(self) -> None:
        allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if self.path != "/v1/metrics":
            self.send_error(404)
        elif not allowed:
            self.send_error(401)
        else:
            body = exposed(datetime.now(UTC), time.monotonic() - BEGAN + UP_SECONDS).encode()
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def promtool() -> Path:
    found = find_program("promtool")
    if found is None:
        pytest.skip(NO_PROMETHEUS)
    return found


@pytest.fixture(scope="package")
def metrics_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), MetricsHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/metrics"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="package")
def scraping(metrics_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has rates of everything."""
    binary = find_program("prometheus")
    if binary is None:
        pytest.skip(NO_PROMETHEUS)
    folder = tmp_path_factory.mktemp("prometheus")
    port = free_port()
    service = prometheus(binary, folder, port, metrics_url, TOKEN)
    _hurry(folder / "configuration")
    with running(service, f"http://127.0.0.1:{port}") as server:
        until(lambda: bool(server.values("stage:walletwatch_delivery_latency_seconds:p95_5m > 0")))
        yield server


def _hurry(configuration: Path) -> None:
    """Scrape and evaluate every second."""
    file = configuration / "prometheus.yml"
    text = file.read_text()
    for slow, fast in HURRIED.items():
        assert slow in text
        text = text.replace(slow, fast)
    file.write_text(text)
    targets = configuration / "targets.yml"
    (target,) = json.loads(targets.read_text())
    target["labels"] |= {"__scrape_interval__": "1s", "__scrape_timeout__": "1s"}
    targets.write_text(json.dumps([target]))
