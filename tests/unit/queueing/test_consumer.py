from typing import Any

import pytest

from tests.fakes.metrics import FakeMetrics
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.queueing.consumer import MAX_RETRY_SECONDS, Consumer, QueueRecord, retry_delay


class RecordingSqs:
    """The one method of the SQS client that the consumer uses."""

    def __init__(self) -> None:
        self.visibility: list[dict[str, int]] = []

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        assert QueueUrl == "https://queue"
        self.visibility.append({entry["ReceiptHandle"]: entry["VisibilityTimeout"] for entry in Entries})


def _event(*bodies: str, attempt: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m-{body}",
                "receiptHandle": f"r-{body}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(attempt), "SentTimestamp": "1000"},
            }
            for body in bodies
        ]
    }


@pytest.fixture
def sqs() -> RecordingSqs:
    return RecordingSqs()


@pytest.fixture
def metrics() -> FakeMetrics:
    return FakeMetrics()


@pytest.fixture
def consumer(sqs: RecordingSqs, metrics: FakeMetrics) -> Consumer:
    consumer = Consumer("https://queue", metrics)
    consumer._client = sqs  # type: ignore[assignment]
    return consumer


async def test_only_what_failed_is_shown_again(
    consumer: Consumer, sqs: RecordingSqs, metrics: FakeMetrics
) -> None:
    done: list[str] = []

    async def handle(record: QueueRecord) -> None:
        if record.body == "behind":
            raise ChainUnavailable("node is behind", retry_after=7)
        if record.body == "bug":
            raise ZeroDivisionError
        done.append(record.body)

    answer = await consumer.each(_event("a", "behind", "bug", "b"), 30.0, handle)

    assert done == ["a", "b"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-behind"}, {"itemIdentifier": "m-bug"}]}
    taken, again = sqs.visibility
    assert taken == dict.fromkeys(["r-a", "r-behind", "r-bug", "r-b"], 35)
    assert again["r-behind"] == 7
    assert set(again) == {"r-behind", "r-bug"}
    assert metrics.counts == {"Records": 4, "RecordsRetried": 1, "RecordsFailed": 1}


async def test_a_batch_without_a_failure_is_acknowledged_whole(consumer: Consumer, sqs: RecordingSqs) -> None:
    async def handle(record: QueueRecord) -> None:
        assert record.attempt == 3

    assert await consumer.each(_event("a", "b", attempt=3), 30.0, handle) == {"batchItemFailures": []}
    assert len(sqs.visibility) == 1


def test_delays_grow_with_every_attempt_and_end() -> None:
    for attempt in range(1, 30):
        delay = retry_delay(ValueError(), attempt)
        ceiling = min(2.0**attempt, MAX_RETRY_SECONDS)
        assert ceiling / 2 <= delay <= ceiling


def test_what_the_other_side_asks_for_is_bounded() -> None:
    assert retry_delay(ChainUnavailable("wait", retry_after=10**9), 1) == MAX_RETRY_SECONDS
