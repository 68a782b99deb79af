"""Logs as JSON lines and metrics in CloudWatch's embedded format, both by Powertools.

A log line never holds a secret: `hide` registers what must not appear, and the formatter replaces it wherever
it would, tracebacks included.
"""

import logging
import sys
from typing import Any, Final

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

NAMESPACE: Final = "WalletWatch"
QUIET_LOGGERS: Final = ("httpx", "httpx2", "httpcore", "httpcore2", "telegram", "botocore", "urllib3")
"""Libraries whose INFO lines hold full URLs: a Bot API URL contains the token, an RPC URL an API key."""
HIDDEN: Final = "[hidden]"
MIN_SECRET_LENGTH: Final = 8

_secrets: set[str] = set()


def hide(*secrets: str) -> None:
    """Let these texts never appear in a log line. Short ones are ignored: they would blank out words."""
    _secrets.update(secret for secret in secrets if len(secret) >= MIN_SECRET_LENGTH)


class _Formatter(LambdaPowertoolsFormatter):
    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in _secrets:
            if secret in line:
                line = line.replace(secret, HIDDEN)
        return line


_formatter: _Formatter | None = None


def configure_logging(service: str, level: int = logging.INFO) -> None:
    """Send all log records of this process to stdout as JSON, with the service's name."""
    global _formatter  # noqa: PLW0603 - logging is the process's
    _formatter = _Formatter(service=service, utc=True)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def correlate(**keys: object) -> None:
    """Put these keys into every log line of this invocation, in place of the last one's."""
    if _formatter is not None:
        _formatter.clear_state()
        _formatter.append_keys(**keys)


class EmfMetrics:
    """`ports.Metrics` in CloudWatch's embedded metric format."""

    def __init__(self, service: str) -> None:
        self._provider = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service=service)

    def count(self, name: str, value: int = 1) -> None:
        """Add to a counter."""
        if value:
            self._provider.add_metric(name=name, unit=MetricUnit.Count, value=value)

    def milliseconds(self, name: str, value: float) -> None:
        """Record a duration."""
        self._provider.add_metric(name=name, unit=MetricUnit.Milliseconds, value=value)

    def flush(self) -> None:
        """Write what was recorded as one line, if anything was."""
        if self._provider.metric_set:
            self._provider.flush_metrics(raise_on_empty_metrics=False)


def remaining_seconds(context: Any) -> float:
    """Seconds the invocation still has, by Lambda's context object."""
    return float(context.get_remaining_time_in_millis()) / 1000
