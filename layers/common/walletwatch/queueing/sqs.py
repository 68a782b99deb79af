"""The queues of the functions on SQS."""

import asyncio
import math
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from walletwatch.domain.errors import QueueUnavailable
from walletwatch.domain.exports import ExportRequest
from walletwatch.domain.pictures import DrawRequest
from walletwatch.domain.risk_watch import LOOK_AFTER
from walletwatch.domain.work import (
    Backfill,
    BalanceCheck,
    BroadcastStep,
    DigestDue,
    Notification,
    RiskCheck,
    SecurityScan,
)
from walletwatch.queueing.balance import (
    encode_backfill,
    encode_balance_check,
    encode_broadcast_step,
    encode_digest_due,
)
from walletwatch.queueing.consumer import READY_AT
from walletwatch.queueing.draw import encode_draw_request
from walletwatch.queueing.export import encode_export_request
from walletwatch.queueing.notification import encode_notification
from walletwatch.queueing.scan import encode_risk_check, encode_security_scan

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_BATCH_ENTRIES: Final = 10
MAX_BATCH_BYTES: Final = 1_000_000
"""Below SQS's 1 MiB for a whole SendMessageBatch, leaving room for the other fields."""
MAX_DELAY_SECONDS: Final = 900
"""What SQS delays a message at most (SendMessageBatchRequestEntry, DelaySeconds)."""
MAX_ATTEMPTS: Final = 4
BACKOFF_SECONDS: Final = 0.1


class SqsQueues:
    """`ports.Queues` and `ports.MediaQueues` over boto3, which is imported when the first message is sent."""

    def __init__(
        self,
        *,
        balance_url: str | None = None,
        scan_url: str | None = None,
        draw_url: str | None = None,
        export_url: str | None = None,
        notification_url: str | None = None,
    ) -> None:
        self._balance_url = balance_url
        self._scan_url = scan_url
        self._draw_url = draw_url
        self._export_url = export_url
        self._notification_url = notification_url
        self._client: SQSClient | None = None

    async def check(self, checks: Sequence[BalanceCheck]) -> None:
        """Ask for looks at wallets."""
        await self._send(
            self._balance_url, [{"MessageBody": encode_balance_check(check)} for check in checks]
        )

    async def close_digests(self, digests: Sequence[DigestDue]) -> None:
        """Ask for digests to be closed when they are due, or after the longest delay that SQS has."""
        now = time.time()
        await self._send(
            self._balance_url,
            [_delayed(encode_digest_due(due), due.due_at.timestamp() - now, now) for due in digests],
        )

    async def continue_broadcast(self, step: BroadcastStep) -> None:
        """Ask for the next messages of a broadcast to be queued when they are due."""
        now = time.time()
        await self._send(
            self._balance_url, [_delayed(encode_broadcast_step(step), step.due_at.timestamp() - now, now)]
        )

    async def backfill(self, backfill: Backfill) -> None:
        """Ask for a wallet's past."""
        await self._send(self._balance_url, [{"MessageBody": encode_backfill(backfill)}])

    async def scan(self, scan: SecurityScan) -> None:
        """Ask for a security scan."""
        await self._send(self._scan_url, [{"MessageBody": encode_security_scan(scan)}])

    async def check_risks(self, checks: Sequence[RiskCheck]) -> None:
        """Ask for looks at the risk of wallets, in some minutes."""
        now, seconds = time.time(), LOOK_AFTER.total_seconds()
        await self._send(
            self._scan_url, [_delayed(encode_risk_check(check), seconds, now) for check in checks]
        )

    async def draw(self, request: DrawRequest) -> None:
        """Ask for a picture."""
        await self._send(self._draw_url, [{"MessageBody": encode_draw_request(request)}])

    async def export(self, request: ExportRequest) -> None:
        """Ask for a file of a chat's history."""
        await self._send(self._export_url, [{"MessageBody": encode_export_request(request)}])

    async def notify(self, notifications: Sequence[Notification]) -> None:
        """Ask for messages to be sent, in order within a chat.

        The ledger key is the deduplication id: the same message queued twice within five minutes is
        delivered once, and the ledger catches what comes later.
        """
        await self._send(
            self._notification_url,
            [
                {
                    "MessageBody": encode_notification(notification),
                    "MessageGroupId": str(notification.chat_id),
                    "MessageDeduplicationId": notification.ledger_key,
                }
                for notification in notifications
            ],
        )

    async def _send(self, url: str | None, entries: Sequence[dict[str, Any]]) -> None:
        if not entries:
            return
        if url is None:
            raise QueueUnavailable("this function was not given that queue")
        await asyncio.to_thread(self._send_all, url, entries)

    def _send_all(self, url: str, entries: Sequence[dict[str, Any]]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - 200 ms of cold start

        client = self._connect()
        for batch in _batches(entries):
            pending = [{"Id": str(index), **entry} for index, entry in enumerate(batch)]
            for attempt in range(MAX_ATTEMPTS):
                try:
                    answer = client.send_message_batch(QueueUrl=url, Entries=pending)  # type: ignore[arg-type]
                except (BotoCoreError, ClientError) as error:
                    raise QueueUnavailable("SQS did not take the messages") from error
                failed = {entry["Id"] for entry in answer.get("Failed", [])}
                pending = [entry for entry in pending if entry["Id"] in failed]
                if not pending:
                    break
                _pause(attempt)
            else:
                raise QueueUnavailable(f"SQS refused {len(pending)} messages")

    def _connect(self) -> "SQSClient":
        if self._client is None:
            import boto3  # noqa: PLC0415 - 200 ms of cold start
            from botocore.config import Config  # noqa: PLC0415

            config = Config(
                connect_timeout=2,
                read_timeout=5,
                retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
            )
            self._client = boto3.client("sqs", config=config)
        return self._client


def _delayed(body: str, wanted: float, now: float) -> dict[str, Any]:
    seconds = min(max(0, math.ceil(wanted)), MAX_DELAY_SECONDS)
    ready_at = {"DataType": "Number", "StringValue": str(round((now + seconds) * 1000))}
    return {
        "MessageBody": body,
        "DelaySeconds": seconds,
        "MessageAttributes": {READY_AT: ready_at},
    }


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, BACKOFF_SECONDS * 2**attempt))  # noqa: S311 - jitter


def _batches(entries: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for batch in batched(entries, MAX_BATCH_ENTRIES, strict=False):
        chunk: list[dict[str, Any]] = []
        size = 0
        for entry in batch:
            length = len(entry["MessageBody"].encode())
            if chunk and size + length > MAX_BATCH_BYTES:
                yield chunk
                chunk, size = [], 0
            chunk.append(entry)
            size += length
        if chunk:
            yield chunk
