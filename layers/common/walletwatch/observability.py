"""Logs as JSON lines and metrics in CloudWatch's embedded format, both by Powertools.

A log line never holds a secret: `hide` registers what must not appear, and the formatter replaces it wherever
it would, tracebacks included.
"""

import logging
import os
import resource
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from walletwatch.domain.measures import MEASURES
from walletwatch.domain.telemetry import Tally

NAMESPACE: Final = "WalletWatch"
QUIET_LOGGERS: Final = ("httpx", "httpx2", "httpcore", "httpcore2", "telegram", "botocore", "urllib3")
"""Libraries whose INFO lines hold full URLs: a Bot API URL contains the token, an RPC URL an API key."""
HIDDEN: Final = "[hidden]"
MIN_SECRET_LENGTH: Final = 8

_secrets: set[str] = set()


def hide(*secrets: str) -> None:
    """Let these texts never appear in a log line. Short ones are ignored: they would blank out words."""
    _secrets.update(secret for secret in secrets if len(secret) >= MIN_SECRET_LENGTH)


_correlation: ContextVar[dict[str, object]] = ContextVar("correlation", default={})  # noqa: B039 - never changed


class _Formatter(LambdaPowertoolsFormatter):
    def format(self, record: logging.LogRecord) -> str:
        for name, value in _correlation.get().items():
            # What the line itself says of it goes first.
            record.__dict__.setdefault(name, value)
        line = super().format(record)
        for secret in _secrets:
            if secret in line:
                line = line.replace(secret, HIDDEN)
        return line


def configure_logging(service: str, level: int = logging.INFO) -> None:
    """Send all log records of this process to stdout as JSON, with the service's name."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Formatter(service=service, utc=True))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def correlated(**keys: object) -> Iterator[None]:
    """Put these keys into every log line of what runs inside, tasks that are started there included.

    They become annotations of the trace too, by which it can be searched.
    """
    token = _correlation.set({**_correlation.get(), **keys})
    try:
        yield
    finally:
        _correlation.reset(token)


class EmfMetrics:
    """`ports.Metrics` in CloudWatch's embedded metric format, and as a tally for the other instances."""

    def __init__(self, service: str) -> None:
        self._provider = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service=service)
        self._service = service
        self._tally = Tally()

    def count(self, name: str, value: int = 1) -> None:
        """Add to a counter."""
        if value:
            self._provider.add_metric(name=name, unit=MetricUnit.Count, value=value)
            self._tally.count(self._service, name, value)

    def milliseconds(self, name: str, value: float) -> None:
        """Record a duration."""
        self._provider.add_metric(name=name, unit=MetricUnit.Milliseconds, value=value)
        self._tally.duration(self._service, name, value)

    def used(self, what: str) -> None:
        """Count that somebody used something. It is no metric: CloudWatch would take money for each name."""
        self._tally.count(self._service, what, 1)

    def gauge(self, name: str, value: float) -> None:
        """Say how high something is now, in the unit that the catalogue names.

        Raises:
            KeyError: The catalogue does not have it.
        """
        self._provider.add_metric(name=name, unit=MetricUnit(MEASURES[name].unit.value), value=value)

    def flush(self) -> None:
        """Write what was recorded as one line, if anything was."""
        if self._provider.metric_set:
            self._provider.flush_metrics(raise_on_empty_metrics=False)

    def take(self) -> Tally:
        """What was recorded since the last time."""
        taken, self._tally = self._tally, Tally()
        return taken


def instance_id() -> str:
    """A name for this environment, made at its cold start."""
    return _INSTANCE


_INSTANCE: Final = uuid.uuid4().hex[:16]


def memory() -> tuple[int, int | None]:
    """Bytes that this process uses (resident set), and what Lambda gives it."""
    try:
        used = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        # No procfs, as on a developer's Mac: the most it ever used, there in bytes.
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return used, int(megabytes) * 2**20 if megabytes else None


def remaining_seconds(context: Any) -> float:
    """Seconds the invocation still has, by Lambda's context object."""
    return float(context.get_remaining_time_in_millis()) / 1000
