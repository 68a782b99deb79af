"""From the draw queue: draws what was asked for, and queues the picture."""

from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.draw import Draw, draw
from walletwatch.invocation import perform
from walletwatch.queueing.consumer import QueueRecord
from walletwatch.queueing.messages import decode_draw_request

observability.configure_logging("draw")


@cache
def _draw() -> Draw:
    return draw()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle an SQS batch; the answer names the records to be shown again."""
    draw = _draw()

    async def run(record: QueueRecord) -> None:
        request = decode_draw_request(record.body)
        with observability.correlated(ledger_key=request.request_id, picture=request.kind.value):
            await draw.service.run(request, attempt=record.attempt)

    batch = draw.consumer.each(event, observability.remaining_seconds(context), run)
    return perform(draw.telemetry, batch, context)
