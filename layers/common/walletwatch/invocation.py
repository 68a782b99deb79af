"""One invocation of a function, with all that is said about it: logs, trace, metrics, and a heartbeat."""

import os
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from walletwatch import runtime
from walletwatch.observability import correlated

if TYPE_CHECKING:
    from walletwatch.services.telemetry import Closing, Telemetry

TRACE_HEADER: Final = "_X_AMZN_TRACE_ID"
"""Where Lambda's runtime puts the trace of an invocation (AWS Lambda guide, environment variables)."""
SUBSEGMENT: Final = "## walletwatch"


def perform[T](
    telemetry: "Telemetry",
    work: Coroutine[Any, Any, T],
    context: object,
    *,
    closing: "Closing | None" = None,
    **keys: str | int | None,
) -> T:
    """Do the work of an invocation on the environment's loop, and report it.

    Args:
        telemetry: Of this function.
        work: Its result is returned, and what it raises is raised.
        context: Of Lambda.
        closing: Closed when the work is over, in the round trip of the report.
        keys: What the invocation is about, such as an `update_id`: for the logs and the trace.
    """
    named = {name: value for name, value in keys.items() if value is not None}
    request_id = getattr(context, "aws_request_id", None)
    with correlated(request_id=request_id, **named), _traced(named):
        return runtime.run(telemetry.during(work, closing))


@contextmanager
def _traced(annotations: dict[str, str | int]) -> Iterator[None]:
    """A subsegment with what the trace can be searched by; nothing where X-Ray does not sample.

    The SDK is imported only where it is needed: a trace that nobody takes costs no cold start.
    """
    if "Sampled=1" not in os.environ.get(TRACE_HEADER, ""):
        yield
        return
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 - 60 ms of cold start

    provider = Tracer(auto_patch=False).provider
    with provider.in_subsegment(name=SUBSEGMENT) as segment:
        for name, value in annotations.items():
            segment.put_annotation(name, value)  # type: ignore[arg-type] # an int is a Number
        try:
            yield
        except BaseException as error:
            # Its class only: a message may hold an address or worse.
            segment.put_annotation("failure", type(error).__name__)
            raise
