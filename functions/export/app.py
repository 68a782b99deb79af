"""From the export queue: writes a chat's history into files, and queues them."""

from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.export import Export, export
from walletwatch.invocation import perform
from walletwatch.queueing.consumer import QueueRecord
from walletwatch.queueing.export import decode_export_request

observability.configure_logging("export")


@cache
def _export() -> Export:
    return export()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle an SQS batch; the answer names the records to be shown again."""
    export = _export()

    async def run(record: QueueRecord) -> None:
        request = decode_export_request(record.body)
        with observability.correlated(ledger_key=request.request_id, format=request.format.value):
            await export.service.run(request, attempt=record.attempt)

    batch = export.consumer.each(event, observability.remaining_seconds(context), run)
    return perform(export.telemetry, batch, context)
