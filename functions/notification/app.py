"""From the notification queue: sends messages to Telegram once, in order within a chat."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.notification import Notifying, notification
from walletwatch.invocation import perform
from walletwatch.queueing.consumer import QueueRecord, Retry
from walletwatch.queueing.messages import InvalidMessage, decode_notification
from walletwatch.services.delivering import Record

observability.configure_logging("notification")


@cache
def _notification() -> Notifying:
    return notification()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle a batch of the FIFO queue; the answer names the records to be shown again."""
    notification = _notification()

    def remaining() -> float:
        return observability.remaining_seconds(context)

    async def deliver(records: Sequence[QueueRecord]) -> Mapping[str, Exception]:
        failures: dict[str, Exception] = {}
        readable: list[Record] = []
        for record in records:
            try:
                readable.append(Record(record.id, decode_notification(record.body)))
            except InvalidMessage as error:
                failures[record.id] = error
        outcome = await notification.service.run(readable, remaining=remaining)
        failures |= {
            record_id: Retry("waits for its chat", retry_after=seconds)
            for record_id, seconds in outcome.retry_after.items()
        }
        return failures

    return perform(notification.telemetry, notification.consumer.batch(event, remaining(), deliver), context)
