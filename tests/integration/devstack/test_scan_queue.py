"""A thousand scans through SQS itself while the chain fails: none is lost, and dead letters come back."""

import asyncio
import json
import logging
import signal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from pathlib import Path
from random import Random
from typing import Any

import pytest

from devstack import services
from devstack.deploy import client
from devstack.layout import LAMBDA_RUNTIME, LOCALSTACK_PYTHON
from devstack.processes import free_port, launch, stop, wait_until_ready
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.inspection import FakeJudge
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.unit.services.conftest import TextRenderer
from tests.unit.services.test_scan_queue import SCANS, TRIES, Failing
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.delivery import delivery_key
from walletwatch.domain.work import SecurityScan
from walletwatch.queueing.consumer import Consumer, QueueRecord
from walletwatch.queueing.inspection import QueuePair, SqsInspection
from walletwatch.queueing.notification import decode_notification
from walletwatch.queueing.scan import decode_scan_work, encode_security_scan
from walletwatch.queueing.sqs import SqsQueues
from walletwatch.services.scan_memory import ScanMemory
from walletwatch.services.scanning import TOLD_AFTER_TRIES, Scanning, ScanReports, ScanRequests

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not (LOCALSTACK_PYTHON.exists() and LAMBDA_RUNTIME.exists()),
        reason="LocalStack's environment is not installed: make setup",
    ),
    pytest.mark.timeout(240),
]

CONSUMERS = 8
BATCH = 10
REMAINING = 3.0
"""Seconds that an invocation has left when it begins: a killed one's records come back five later."""


@pytest.fixture
def sqs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    port = free_port()
    service = services.localstack(tmp_path, port, tmp_path / "functions")
    started = launch(service)
    try:
        wait_until_ready(service, started)
        url = f"http://127.0.0.1:{port}"
        for name, value in {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        yield client("sqs", url)
    finally:
        stop(started, signal.SIGTERM)


@dataclass
class World:
    """Queues as the template has them, and instances of the scan function that read from one of them."""

    sqs: Any
    scan: QueuePair
    notifications: str
    chance: Random = field(default_factory=lambda: Random(11))
    clock: FakeClock = field(default_factory=FakeClock)
    late: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    killed: int = 0

    def __post_init__(self) -> None:
        self.stores = FakeStores(self.clock)
        self.chain = Failing(self.clock, self.chance)
        self.queues = SqsQueues(scan_url=self.scan.url, notification_url=self.notifications)

    def instance(self) -> Scanning:
        memory = ScanMemory(FakeCache(self.clock), FakeMetrics(), self.clock, chain="test")
        reports = ScanReports(self.chain, FakeJudge(), memory, self.clock)
        return Scanning(reports, self.stores.ledger, self.queues, TextRenderer(), self.clock)

    async def ask(self, count: int) -> None:
        """So many people ask for a scan; the first by the adapter, the others in batches to save time."""
        asked = FakeQueues()
        for number in range(1, count + 1):
            await ScanRequests(asked).request(
                encode_address(number.to_bytes(32)),
                request="1",
                chat_id=number % 50 + 1,
                reply_to=9,
                requested_by=1,
                language="en",
            )
        await self.queues.scan(asked.scans[0])
        for scans in batched(asked.scans[1:], BATCH, strict=False):
            entries = [
                {"Id": str(index), "MessageBody": encode_security_scan(scan)}
                for index, scan in enumerate(scans)
            ]
            answer = await asyncio.to_thread(
                self.sqs.send_message_batch, QueueUrl=self.scan.url, Entries=entries
            )
            assert len(answer["Successful"]) == len(entries)

    async def work_off(self) -> None:
        """Until nothing is in the queue, visible or not."""
        async with asyncio.TaskGroup() as group:
            for _ in range(CONSUMERS):
                group.create_task(self._consume(self.instance(), Consumer(self.scan.url, FakeMetrics())))

    async def _consume(self, service: Scanning, consumer: Consumer) -> None:
        async def run(record: QueueRecord) -> None:
            scan = decode_scan_work(record.body)
            assert isinstance(scan, SecurityScan)
            self.seen[scan.request_id] = max(self.seen[scan.request_id], record.attempt)
            failing = self.chain.failing
            try:
                await service.run(scan, attempt=record.attempt)
            except Exception:
                assert failing
                if record.attempt >= TOLD_AFTER_TRIES:
                    self.late.add(scan.request_id)
                raise

        while True:
            answer = await asyncio.to_thread(
                self.sqs.receive_message,
                QueueUrl=self.scan.url,
                MaxNumberOfMessages=BATCH,
                WaitTimeSeconds=1,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            messages = answer.get("Messages", [])
            if not messages and not await self._waiting():
                return
            if messages:
                event = {"Records": [_record(each) for each in messages]}
                result = await consumer.each(event, REMAINING, run)
                # Killed after the work: nobody deletes anything, and all of it is shown again.
                if self.chance.random() < 0.01:
                    self.killed += 1
                    continue
                failed = {each["itemIdentifier"] for each in result["batchItemFailures"]}
                await self._delete([each for each in messages if each["MessageId"] not in failed])

    async def _waiting(self) -> int:
        (depth,) = await SqsInspection({"scan": self.scan}).depths()
        return depth.visible + depth.in_flight + depth.delayed

    async def _delete(self, messages: list[Mapping[str, Any]]) -> None:
        if messages:
            await asyncio.to_thread(
                self.sqs.delete_message_batch, QueueUrl=self.scan.url, Entries=_handles(messages)
            )

    def told(self) -> Counter[str]:
        """How often each message is in the notification queue."""
        found: Counter[str] = Counter()
        while True:
            messages = self.sqs.receive_message(QueueUrl=self.notifications, MaxNumberOfMessages=BATCH).get(
                "Messages", []
            )
            if not messages:
                return found
            found.update(decode_notification(each["Body"]).ledger_key for each in messages)
            self.sqs.delete_message_batch(QueueUrl=self.notifications, Entries=_handles(messages))


def _handles(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, str]]:
    return [{"Id": str(index), "ReceiptHandle": each["ReceiptHandle"]} for index, each in enumerate(messages)]


def _record(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message as Lambda's event source shows it."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
    }


@pytest.fixture
def world(sqs: Any) -> World:
    def create(name: str, **attributes: str) -> str:
        return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    dead = create("scan-dead")
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"deadLetterTargetArn": arn, "maxReceiveCount": TRIES}
    scan = create("scan", RedrivePolicy=json.dumps(policy), VisibilityTimeout="30")
    return World(sqs, QueuePair(scan, dead), create("notifications.fifo", FifoQueue="true"))


async def test_a_thousand_scans_through_sqs_while_the_chain_fails(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    # A warning for each of some thousand failures says nothing here.
    caplog.set_level(logging.ERROR, logger="walletwatch.consumer")
    await world.ask(SCANS)
    await world.work_off()
    keys = set(world.seen)
    assert len(keys) == SCANS
    (depth,) = await SqsInspection({"scan": world.scan}).depths()
    told = await asyncio.to_thread(world.told)
    answered = keys & set(told)
    # Whoever is not answered is among the dead letters, and was told that it takes longer: once.
    assert SCANS - len(answered) <= depth.dead
    assert depth.dead > SCANS / 20
    delayed = {delivery_key(key, "delayed") for key in world.late}
    assert set(told) == answered | delayed
    assert keys - answered <= world.late
    assert set(told.values()) == {1}

    # The chain is back, and an administrator puts the dead letters back.
    world.chain.failing = False
    redriven = await SqsInspection({"scan": world.scan}).redrive("scan", limit=SCANS)
    assert redriven.moved == depth.dead
    assert redriven.left == 0
    await world.work_off()
    (depth,) = await SqsInspection({"scan": world.scan}).depths()
    assert depth.dead == 0
    again = await asyncio.to_thread(world.told)
    assert set(again) == keys - answered
    assert set(again.values()) <= {1}
