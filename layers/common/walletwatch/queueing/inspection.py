"""Looking into the queues, and moving what failed back (SQS)."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from walletwatch.domain.administration import Redriven
from walletwatch.domain.errors import QueueUnavailable
from walletwatch.domain.vitals import QueueDepth

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH: Final = 10
"""Messages of one ReceiveMessage, SendMessageBatch or DeleteMessageBatch at most."""
HIDDEN_SECONDS: Final = 30
"""How long others do not see what is being moved; what is passed over is shown again at once."""
EMPTY_ANSWERS: Final = 2
"""SQS asks a few of its servers only: one empty answer does not mean that there is nothing."""
MAX_SECONDS: Final = 10.0
"""An administrator waits for it, and so does Telegram."""
_NUMBERS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True, slots=True)
class QueuePair:
    """A queue and its dead-letter queue, by URL."""

    url: str
    dead_url: str


class SqsInspection:
    """`ports.QueueDepths` and `ports.DeadLetters` over boto3.

    Args:
        pairs: By the queue's name.
    """

    def __init__(self, pairs: Mapping[str, QueuePair]) -> None:
        self._pairs = pairs
        self._client: SQSClient | None = None

    async def depths(self) -> Sequence[QueueDepth]:
        """How many messages there are, in one call for each queue, all at once."""
        urls = [url for pair in self._pairs.values() for url in (pair.url, pair.dead_url)]
        found = await asyncio.to_thread(self._numbers, urls)
        return [
            QueueDepth(name, *found[pair.url], dead=sum(found[pair.dead_url]))
            for name, pair in self._pairs.items()
        ]

    async def redrive(
        self, queue: str, *, limit: int, wanted: Callable[[str], bool] | None = None
    ) -> Redriven:
        """Put messages back into their queue.

        One that is in the queue and could not be deleted from the dead-letter queue is there twice, which
        the consumers bear: their work is known by its key.
        """
        return await asyncio.to_thread(self._redrive, self._pairs[queue], limit, wanted)

    async def purge(self, queue: str, *, limit: int) -> Sequence[str]:
        """Delete messages and return their bodies."""
        return await asyncio.to_thread(self._purge, self._pairs[queue], limit)

    def _numbers(self, urls: Sequence[str]) -> Mapping[str, tuple[int, int, int]]:
        client = self._connect()

        def ask(url: str) -> tuple[int, int, int]:
            answer = _asked(client.get_queue_attributes, QueueUrl=url, AttributeNames=list(_NUMBERS))
            visible, in_flight, delayed = (int(answer["Attributes"][name]) for name in _NUMBERS)
            return visible, in_flight, delayed

        with ThreadPoolExecutor(len(urls)) as executor:
            return dict(zip(urls, executor.map(ask, urls), strict=True))

    def _redrive(self, pair: QueuePair, limit: int, wanted: Callable[[str], bool] | None) -> Redriven:
        moved = 0
        passed_over: dict[str, str] = {}
        for messages in self._received(pair, limit):
            chosen = []
            for message in messages:
                if wanted is None or wanted(message["Body"]):
                    chosen.append(message)
                else:
                    passed_over[message["MessageId"]] = message["ReceiptHandle"]
            self._send(pair.url, chosen)
            self._delete(pair.dead_url, chosen)
            moved += len(chosen)
        self._show_again(pair.dead_url, list(passed_over.values()))
        return Redriven(moved, len(passed_over), sum(self._numbers([pair.dead_url])[pair.dead_url]))

    def _purge(self, pair: QueuePair, limit: int) -> Sequence[str]:
        bodies: list[str] = []
        for messages in self._received(pair, limit):
            self._delete(pair.dead_url, messages)
            bodies += [message["Body"] for message in messages]
        return bodies

    def _received(self, pair: QueuePair, limit: int) -> Any:
        """Batches of the dead-letter queue until it seems empty, the limit is reached, or time is up."""
        client = self._connect()
        deadline = time.monotonic() + MAX_SECONDS
        left, empty = limit, 0
        while left > 0 and empty < EMPTY_ANSWERS and time.monotonic() < deadline:
            answer = _asked(
                client.receive_message,
                QueueUrl=pair.dead_url,
                MaxNumberOfMessages=min(BATCH, left),
                VisibilityTimeout=HIDDEN_SECONDS,
                MessageSystemAttributeNames=["MessageGroupId", "MessageDeduplicationId"],
                MessageAttributeNames=["All"],
            )
            messages = answer.get("Messages", [])
            empty = 0 if messages else empty + 1
            left -= len(messages)
            if messages:
                yield messages

    def _send(self, url: str, messages: Sequence[Any]) -> None:
        if not messages:
            return
        entries = []
        for index, message in enumerate(messages):
            entry = {"Id": str(index), "MessageBody": message["Body"]}
            system = message.get("Attributes", {})
            if "MessageGroupId" in system and url.endswith(".fifo"):
                entry["MessageGroupId"] = system["MessageGroupId"]
                # A new id: SQS would pass over one that it has seen within five minutes. The ledger knows
                # what was sent already.
                entry["MessageDeduplicationId"] = message["MessageId"]
            entries.append(entry)
        answer = _asked(self._connect().send_message_batch, QueueUrl=url, Entries=entries)
        if answer.get("Failed"):
            raise QueueUnavailable(f"SQS refused {len(answer['Failed'])} messages")

    def _delete(self, url: str, messages: Sequence[Any]) -> None:
        if not messages:
            return
        entries = [
            {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
            for index, message in enumerate(messages)
        ]
        answer = _asked(self._connect().delete_message_batch, QueueUrl=url, Entries=entries)
        if answer.get("Failed"):
            raise QueueUnavailable(f"SQS did not delete {len(answer['Failed'])} messages")

    def _show_again(self, url: str, handles: Sequence[str]) -> None:
        client = self._connect()
        for start in range(0, len(handles), BATCH):
            entries = [
                {"Id": str(index), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for index, handle in enumerate(handles[start : start + BATCH])
            ]
            _asked(client.change_message_visibility_batch, QueueUrl=url, Entries=entries)

    def _connect(self) -> "SQSClient":
        if self._client is None:
            import boto3  # noqa: PLC0415 - 200 ms of cold start
            from botocore.config import Config  # noqa: PLC0415

            config = Config(
                connect_timeout=2,
                read_timeout=5,
                retries={"mode": "standard", "total_max_attempts": 3},
                max_pool_connections=BATCH,
            )
            self._client = boto3.client("sqs", config=config)
        return self._client


def _asked(call: Callable[..., Any], **arguments: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - off the cold import

    try:
        return call(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise QueueUnavailable(f"SQS: {type(error).__name__}") from error
