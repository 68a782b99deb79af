import time
from datetime import UTC, datetime
from typing import Any

import pytest

from walletwatch.domain.errors import QueueUnavailable
from walletwatch.domain.work import DigestDue
from walletwatch.queueing.balance import decode_balance_work
from walletwatch.queueing.sqs import MAX_ATTEMPTS, MAX_DELAY_SECONDS, SqsQueues

URL = "https://balance"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp()


class RecordingSqs:
    """The one method of the SQS client that the queues use; refuses each batch's last entry so many times."""

    def __init__(self, refusals: int = 0) -> None:
        self.sent: list[dict[str, Any]] = []
        self.calls = 0
        self.refusals = refusals

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl == URL
        self.calls += 1
        taken = len(Entries) - bool(self.refusals)
        self.refusals = max(0, self.refusals - 1)
        self.sent += Entries[:taken]
        return {"Failed": [{"Id": entry["Id"]} for entry in Entries[taken:]]}


@pytest.fixture(autouse=True)
def _fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)


def _queues(sqs: RecordingSqs) -> SqsQueues:
    queues = SqsQueues(balance_url=URL)
    queues._client = sqs  # type: ignore[assignment]
    return queues


def _due(seconds: float) -> DigestDue:
    return DigestDue("a" * 32, datetime.fromtimestamp(NOW + seconds, UTC))


@pytest.mark.parametrize(
    ("seconds", "delay"), [(-5, 0), (0, 0), (0.2, 1), (59.001, 60), (60, 60), (3600, MAX_DELAY_SECONDS)]
)
async def test_a_digest_is_shown_when_it_is_due_and_not_before(seconds: float, delay: int) -> None:
    sqs = RecordingSqs()
    await _queues(sqs).close_digests([_due(seconds)])
    (entry,) = sqs.sent
    assert entry["DelaySeconds"] == delay
    assert decode_balance_work(entry["MessageBody"]) == _due(seconds)


async def test_what_sqs_refuses_is_sent_again_and_nothing_else() -> None:
    sqs = RecordingSqs(refusals=MAX_ATTEMPTS - 1)
    await _queues(sqs).close_digests([_due(seconds) for seconds in range(12)])
    assert sorted(entry["DelaySeconds"] for entry in sqs.sent) == list(range(12))


async def test_what_sqs_keeps_refusing_is_an_error() -> None:
    with pytest.raises(QueueUnavailable):
        await _queues(RecordingSqs(refusals=MAX_ATTEMPTS)).close_digests([_due(1)])


async def test_nothing_to_send_costs_nothing_and_a_queue_that_was_not_given_is_an_error() -> None:
    sqs = RecordingSqs()
    await _queues(sqs).close_digests([])
    assert sqs.calls == 0
    with pytest.raises(QueueUnavailable):
        await SqsQueues().close_digests([_due(1)])
