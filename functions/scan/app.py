"""From the scan queue: reads what the chain says about an address, and queues the answer."""

from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.scan import Scan, scan
from walletwatch.domain.work import RiskCheck
from walletwatch.invocation import perform
from walletwatch.queueing.consumer import QueueRecord
from walletwatch.queueing.messages import decode_scan_work

observability.configure_logging("scan")


@cache
def _scan() -> Scan:
    return scan()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle an SQS batch; the answer names the records to be shown again."""
    scan = _scan()

    async def run(record: QueueRecord) -> None:
        asked = decode_scan_work(record.body)
        if isinstance(asked, RiskCheck):
            with observability.correlated(subject=asked.wallet):
                await scan.risks.run(asked)
            return
        with observability.correlated(ledger_key=asked.request_id, subject=asked.subject):
            await scan.service.run(asked, attempt=record.attempt)

    batch = scan.consumer.each(event, observability.remaining_seconds(context), run)
    return perform(scan.telemetry, batch, context)
