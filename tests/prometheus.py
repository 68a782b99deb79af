"""Questions to a Prometheus that a test has started."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from devstack.processes import Service, launch, stop, wait_until_ready

WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class Prometheus:
    url: str

    def ask(self, path: str, **parameters: str) -> Any:
        """What the API answers.

        Raises:
            HTTPError: It refuses the question.
        """
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=10) as answer:
            return json.load(answer)["data"]

    def values(self, expression: str) -> list[float]:
        """Of the series that the expression selects now."""
        return [float(series["value"][1]) for series in self.ask("query", query=expression)["result"]]


@contextmanager
def running(service: Service, url: str) -> Iterator[Prometheus]:
    """Start it, and stop it at the end."""
    started = launch(service)
    try:
        wait_until_ready(service, started)
        yield Prometheus(url)
    finally:
        stop(started, service.stop_signal)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "Prometheus has no rates yet"
        time.sleep(0.2)
