"""Consuming a batch of an SQS queue: partial failures, and a growing delay before a record is shown again."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from walletwatch.domain.errors import TransientError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from walletwatch.ports.common import Metrics

FIRST_RETRY_SECONDS: Final = 1.0
MAX_RETRY_SECONDS: Final = 900.0
TAKEOVER_SECONDS: Final = 5.0
MAX_BATCH_ENTRIES: Final = 10
READY_AT: Final = "ready_at"
"""Attribute of a message that was sent with a delay: Unix milliseconds of its end."""

_log = logging.getLogger("walletwatch.consumer")


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """One record of an SQS event (AWS Lambda guide, "Example Amazon SQS message event").

    Attributes:
        attempt: 1 for the first time it is received.
        ready_at: Unix seconds from which it could be received.
    """

    id: str
    receipt_handle: str
    body: str
    attempt: int
    ready_at: float


class Retry(TransientError):
    """A record's own wish to be shown again later, which is no fault."""


type HandleOne = Callable[[QueueRecord], Awaitable[None]]
type HandleBatch = Callable[[Sequence[QueueRecord]], Awaitable[Mapping[str, Exception]]]


class Consumer:
    """Runs the records of a batch and tells Lambda which of them failed.

    A record that failed is shown again after an exponentially growing time with jitter, or when the failure
    says so. Before the work, the batch's visibility is cut down to what this invocation can still take: if
    the process is killed, the records come back seconds after its time-out instead of minutes.
    """

    def __init__(self, queue_url: str, metrics: "Metrics") -> None:
        self._queue_url = queue_url
        self._metrics = metrics
        self._client: SQSClient | None = None

    async def each(self, event: Mapping[str, Any], remaining: float, handle: HandleOne) -> dict[str, Any]:
        """Handle the records at the same time, each for itself."""

        async def outcome(record: QueueRecord) -> Exception | None:
            try:
                await handle(record)
            except Exception as error:  # noqa: BLE001 - reported below, with its traceback
                return error
            return None

        async def all_of(records: Sequence[QueueRecord]) -> Mapping[str, Exception]:
            outcomes = await asyncio.gather(*(outcome(record) for record in records))
            return {
                record.id: error for record, error in zip(records, outcomes, strict=True) if error is not None
            }

        return await self.batch(event, remaining, all_of)

    async def batch(self, event: Mapping[str, Any], remaining: float, handle: HandleBatch) -> dict[str, Any]:
        """Handle the records together.

        Args:
            event: The Lambda event.
            remaining: Seconds this invocation still has.
            handle: Returns the failures by record id.

        Returns:
            Lambda's partial batch response.
        """
        records = [_record(entry) for entry in event["Records"]]
        self._measure(records)
        await self._show_again(dict.fromkeys(records, remaining + TAKEOVER_SECONDS))
        failures = await handle(records)
        delays: dict[QueueRecord, float] = {}
        for record in records:
            error = failures.get(record.id)
            if error is None:
                continue
            delays[record] = retry_delay(error, record.attempt)
            self._report(record, error)
        await self._show_again(delays)
        return {"batchItemFailures": [{"itemIdentifier": record.id} for record in delays]}

    def _measure(self, records: Sequence[QueueRecord]) -> None:
        self._metrics.count("Records", len(records))
        now = time.time()
        for record in records:
            # Later attempts have waited for their turn, as they were told to.
            if record.attempt == 1:
                self._metrics.milliseconds("QueueWait", max(0.0, now - record.ready_at) * 1000)

    def _report(self, record: QueueRecord, error: Exception) -> None:
        fields = {"message_id": record.id, "attempt": record.attempt}
        if isinstance(error, Retry):
            self._metrics.count("RecordsPostponed")
        elif isinstance(error, TransientError):
            self._metrics.count("RecordsRetried")
            _log.warning("record to be tried again: %s: %s", type(error).__name__, error, extra=fields)
        else:
            self._metrics.count("RecordsFailed")
            _log.error("record failed", extra=fields, exc_info=error)

    async def _show_again(self, delays: Mapping[QueueRecord, float]) -> None:
        """Set when SQS shows records again; the queue's own timeout holds where that fails."""
        if delays:
            await asyncio.to_thread(self._change_visibility, delays)

    def _change_visibility(self, delays: Mapping[QueueRecord, float]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - off the cold import

        client = self._connect()
        for batch in batched(delays.items(), MAX_BATCH_ENTRIES, strict=False):
            try:
                client.change_message_visibility_batch(
                    QueueUrl=self._queue_url,
                    Entries=[
                        {
                            "Id": str(index),
                            "ReceiptHandle": record.receipt_handle,
                            "VisibilityTimeout": round(seconds),
                        }
                        for index, (record, seconds) in enumerate(batch)
                    ],
                )
            except (BotoCoreError, ClientError):
                self._metrics.count("VisibilityUnchanged")
                _log.warning("visibility not changed", exc_info=True)

    def _connect(self) -> "SQSClient":
        if self._client is None:
            import boto3  # noqa: PLC0415 - 200 ms of cold start
            from botocore.config import Config  # noqa: PLC0415

            self._client = boto3.client(
                "sqs", config=Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
            )
        return self._client


def retry_delay(error: Exception, attempt: int) -> float:
    """Seconds until a record that failed is shown again.

    What the failure asks for; else doubled with every attempt, from half to all of it at random.
    """
    if isinstance(error, TransientError) and error.retry_after is not None:
        return min(error.retry_after, MAX_RETRY_SECONDS)
    ceiling = min(FIRST_RETRY_SECONDS * 2**attempt, MAX_RETRY_SECONDS)
    return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - jitter


def _record(entry: Mapping[str, Any]) -> QueueRecord:
    attributes = entry["attributes"]
    delayed = entry.get("messageAttributes", {}).get(READY_AT)
    ready_at = delayed["stringValue"] if delayed else attributes["SentTimestamp"]
    return QueueRecord(
        id=entry["messageId"],
        receipt_handle=entry["receiptHandle"],
        body=entry["body"],
        attempt=int(attributes["ApproximateReceiveCount"]),
        ready_at=int(ready_at) / 1000,
    )
