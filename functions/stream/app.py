"""Every minute: follows the chain block by block, and hands over to the next invocation."""

from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.stream import Stream, stream
from walletwatch.invocation import perform

observability.configure_logging("stream")


@cache
def _stream() -> Stream:
    return stream()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Follow until the time is up or another invocation takes over."""
    del event
    stream = _stream()
    follow = stream.service.run(remaining=lambda: observability.remaining_seconds(context))
    return {"blocks": perform(stream.telemetry, follow, context)}
