"""What operators see and do on the deployed stack: alerts from beginning to end, and failed work mended."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from solders.keypair import Keypair

from devstack.deploy import ADMIN_ID, OPERATIONS_TOKEN, client
from telegram_double.client import ControlClient, Person, SentMessage
from tests.e2e.conftest import Deployed
from tests.e2e.operators import Node, Operators
from traffic.actions import Chain

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

XNT = 10**9
SOON = {"ALERT_SETTLE_SECONDS": 1}
SCAN_TRIES = 5


@pytest.fixture
async def operators(deployed: Deployed, telegram: ControlClient) -> Operators:
    operators = Operators(deployed, telegram)
    await operators.arrive()
    return operators


@dataclass
class Poisoned:
    """Work that fails in every try while these tests run."""

    node: Node
    person: Person | None = None
    wallet: str = ""

    async def strike(self) -> None:
        """Nothing is told of the wallet any more. Nobody watches it: only its scan asks for it."""
        if self.wallet:
            await self.node.fail("http_error", about=self.wallet, status=503)


@pytest.fixture(scope="module")
def poisoned(deployed: Deployed) -> Poisoned:
    return Poisoned(Node(deployed.stack.addresses.rpc_url))


@pytest.fixture
async def node(poisoned: Poisoned) -> AsyncIterator[Node]:
    """The node, whose faults end with the test, all but that of the poisoned work."""
    yield poisoned.node
    await poisoned.node.heal()
    await poisoned.strike()


async def _get(deployed: Deployed, path: str, token: str | None = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{deployed.deployment.api_url}{path}", headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_poisoned_work_begins(
    operators: Operators, telegram: ControlClient, chain: Chain, poisoned: "Poisoned"
) -> None:
    """A scan that fails in every try; while its delays grow, the other tests go on."""
    person = await telegram.add_user("Pia")
    wallet = Keypair().pubkey()
    await chain.airdrop(wallet, XNT)
    poisoned.wallet = str(wallet)
    await poisoned.strike()
    since = await telegram.cursor()
    await telegram.send_text(person.id, f"/scan {wallet}")
    await telegram.wait_for_message(person.id, since=since, contains="Waiting for its turn", wait_s=20)
    poisoned.person = person


async def test_health_and_metrics(deployed: Deployed, operators: Operators) -> None:
    await operators.say("/admin", contains="The system is")
    status, body = await _get(deployed, "/health")
    assert (status, json.loads(body).keys()) == (200, {"status"})
    seen: set[str] = set()
    components: dict[str, Any] = {}
    while not seen >= {"webhook", "stream", "sweep"}:
        # The watchers report while they run, every ten seconds.
        await asyncio.sleep(1)
        _, body = await _get(deployed, "/health", OPERATIONS_TOKEN)
        components = json.loads(body)["components"]
        seen = {each["function"] for each in components["memory"]["each"]}
    assert components.keys() == {"redis", "database", "rpc", "queues", "watcher", "telegram", "memory"}
    assert components["rpc"]["slot"] > 0
    assert components["rpc"]["endpoints"][0]["up"] is True
    assert (await _get(deployed, "/metrics"))[0] == 401
    assert (await _get(deployed, "/metrics", "wrong"))[0] == 401
    status, body = await _get(deployed, "/metrics", OPERATIONS_TOKEN)
    assert status == 200
    assert re.search(r'walletwatch_updates_handled_total\{function="webhook"\} [1-9]', body)
    assert re.search(r'walletwatch_blocks_followed_total\{function="stream"\} [1-9]', body)


async def test_to_others_the_commands_do_not_exist(telegram: ControlClient) -> None:
    eve = await telegram.add_user("Eve")
    since = await telegram.cursor()
    await telegram.send_text(eve.id, "/queues")
    answer = await telegram.wait_for_message(eve.id, since=since)
    assert "don't know that command" in answer.text


class TestAlerts:
    """Each condition is provoked, told to the administrator, and over when it is mended."""

    async def test_an_alarm_of_cloudwatch(self, operators: Operators) -> None:
        topic = operators.outputs["AlarmTopic"]
        alarm = {"AlarmName": "database-cpu", "AlarmDescription": "[warning] PostgreSQL has little CPU left"}
        since = await operators.telegram.cursor()
        for state, said in (("ALARM", "CloudWatch alarm (database-cpu)"), ("OK", "Over: CloudWatch alarm")):
            message = {**alarm, "NewStateValue": state, "NewStateReason": "Threshold crossed"}
            operators.sns.publish(TopicArn=topic, Message=json.dumps(message))
            await operators.telegram.wait_for_message(ADMIN_ID, since=since, contains=said, wait_s=120)

    async def test_dead_letters_and_many_failed_jobs(self, operators: Operators) -> None:
        url = operators.outputs["BalanceDeadLetterQueue"]
        async with operators.configured(**SOON):
            since = await operators.telegram.cursor()
            for start in range(0, 101, 10):
                entries = [
                    {"Id": str(number), "MessageBody": f"poison {number}"}
                    for number in range(start, min(start + 10, 101))
                ]
                operators.sqs.send_message_batch(QueueUrl=url, Entries=entries)
            await operators.told("A job failed in every try (balance)", since=since)
            raised = await operators.told("Many jobs failed", since=since)
            await self._acknowledge(operators, raised)
            await operators.say("/purge balance", contains="Delete the 101 failed messages")
            since = await operators.telegram.cursor()
            question = (await operators.telegram.messages(ADMIN_ID))[-1]
            await operators.telegram.press(question, data="1:ax:balance", user_id=ADMIN_ID)
            await operators.telegram.wait_for_message(
                ADMIN_ID, since=since, contains="101 messages of balance", what="edit"
            )
            await operators.told("Over: Many jobs failed", since=since)
            await operators.told("Over: A job failed in every try (balance)", since=since)
        kept = operators.rows("SELECT acknowledged_by FROM alerts WHERE condition = 'jobs_failed'")
        assert kept == [(ADMIN_ID,)]
        audited = operators.rows("SELECT action FROM audit ORDER BY id")
        assert audited[-2:] == [("ack",), ("purge",)]

    async def _acknowledge(self, operators: Operators, alert: SentMessage) -> None:
        since = await operators.telegram.cursor()
        number = re.search(r"#(\d+)", alert.text)
        assert number is not None
        await operators.telegram.press(alert, data=f"1:ak:{number[1]}", user_id=ADMIN_ID)
        await operators.telegram.wait_for_message(ADMIN_ID, since=since, contains="is yours")
        listed = await operators.say("/sysalerts", contains=number[0])
        assert "Somebody sees to it" in listed.text

    async def test_lost_stores_and_telegrams_failing_deliveries(self, operators: Operators) -> None:
        async with operators.configured(**SOON, ALERT_WEBHOOK_SECONDS=12):
            await operators.look()
            since = await operators.telegram.cursor()
            operators.stack.kill("postgres")
            await operators.told("PostgreSQL does not answer", since=since)
            # It cannot be answered now; Telegram delivers it again.
            await operators.telegram.send_text(ADMIN_ID, "/list")
            await operators.told("Telegram's deliveries fail", since=since)
            operators.stack.restart("postgres")
            await operators.told("Over: PostgreSQL does not answer", since=since)
            await operators.telegram.wait_for_message(ADMIN_ID, since=since, contains="no wallet", wait_s=90)
            operators.stack.kill("valkey")
            await operators.told("Redis does not answer", since=since)
            operators.stack.restart("valkey")
            await operators.told("Over: Redis does not answer", since=since)
            await operators.told("Over: Telegram's deliveries fail", since=since)
            messages = await operators.telegram.messages(ADMIN_ID, since=since)
        # Once each, though the database was away while some of them were told.
        texts = [message.text.splitlines()[0] for message in messages if message.from_bot]
        for line in ("🔴 Critical: PostgreSQL does not answer", "🔴 Critical: Redis does not answer"):
            assert texts.count(line) == 1, texts

    async def test_a_slow_chain_and_watchers_that_see_nothing(self, operators: Operators, node: Node) -> None:
        async with operators.configured(**SOON, ALERT_BEHIND_SECONDS=5, ALERT_RPC_PERCENT=2):
            since = await operators.telegram.cursor()
            await node.fail("latency", seconds=0.9)
            await operators.told("RPC connections nearly all in use", since=since)
            await node.heal()
            await operators.told("Over: RPC connections nearly all in use", since=since)
            await node.fail("http_error", "getBlock", status=503)
            await operators.told("A watcher is behind (stream)", since=since)
            await node.heal()
            await operators.told("Over: A watcher is behind (stream)", since=since, wait_s=90)
            await node.fail("http_error", "getSlot", status=503)
            await operators.told("No RPC endpoint answers", since=since)
            await node.heal()
            await operators.told("Over: No RPC endpoint answers", since=since)

    async def test_errors_a_cold_cache_and_slow_deliveries(
        self, operators: Operators, telegram: ControlClient, chain: Chain, node: Node
    ) -> None:
        payer, wallet = Keypair(), Keypair().pubkey()
        for address in (payer.pubkey(), wallet):
            await chain.airdrop(address, 100 * XNT)
        await operators.say(f"/watch {wallet}", contains="watching")
        limits = {"ALERT_DELIVERY_SECONDS": 3, "ALERT_LEAST_DELIVERIES": 1, "ALERT_LEAST_READS": 6}
        # An address that nobody looked at finds a price in the cache, and no balance: half of what it asks.
        async with operators.configured(**SOON, **limits, ALERT_LEAST_WORK=5, ALERT_CACHE_PERCENT=60):
            since = await operators.telegram.cursor()
            await telegram.add_fault(
                "sendMessage", "error", code=429, retry_after=5, chat_id=ADMIN_ID, times=1
            )
            await chain.transfer_native(payer, wallet, XNT)
            await telegram.wait_for_message(ADMIN_ID, since=since, contains="Received 1 XNT", wait_s=60)
            await operators.told("Messages are late", since=since)
            operators.forget("tally:minute:*")
            await operators.told("Over: Messages are late", since=since)
            for _ in range(6):
                await operators.say(f"/balance {Keypair().pubkey()}", contains="0 XNT")
            await operators.told("The cache has little of what is asked", since=since)
            same = Keypair().pubkey()
            for _ in range(12):
                await operators.say(f"/balance {same}", contains="0 XNT")
            await operators.told("Over: The cache has little of what is asked", since=since)
            url = operators.outputs["BalanceQueue"]
            operators.sqs.send_message_batch(
                QueueUrl=url, Entries=[{"Id": str(number), "MessageBody": "garbage"} for number in range(10)]
            )
            await operators.told("Many errors", since=since)
            operators.sqs.purge_queue(QueueUrl=url)
            operators.forget("tally:minute:*")
            await operators.told("Over: Many errors", since=since)
        operators.sqs.purge_queue(QueueUrl=operators.outputs["BalanceDeadLetterQueue"])

    async def test_little_memory_and_a_secret_that_is_old(self, operators: Operators) -> None:
        since = await operators.telegram.cursor()
        async with operators.configured(memory=128, **SOON, ALERT_MEMORY_PERCENT=60, SECRET_MAX_AGE_DAYS=2):
            await operators.told("A function is short of memory (alarm)", since=since)
            await operators.told("Something expires soon (application secret)", since=since)
        async with operators.configured(**SOON):
            operators.forget("instances")
            await operators.told("Over: A function is short of memory (alarm)", since=since)
            await operators.told("Over: Something expires soon (application secret)", since=since)


async def test_maintenance(operators: Operators, telegram: ControlClient) -> None:
    person = await telegram.add_user("Max")
    await operators.say("/maintenance on Back at noon", contains="Maintenance since")
    try:
        since = await telegram.cursor()
        await telegram.send_text(person.id, "/list")
        await telegram.wait_for_message(person.id, since=since, contains="Back at noon", wait_s=20)
    finally:
        await operators.say("/maintenance off", contains="No maintenance")


async def test_the_cleanup_says_what_it_did(operators: Operators, deployed: Deployed) -> None:
    functions = client("lambda", deployed.stack.addresses.aws_url)
    answer = functions.invoke(FunctionName=operators.outputs["CleanupFunction"], Payload=b"{}")
    done = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, done
    assert done.keys() >= {
        "closed",
        "requeued",
        "deleted",
        "scans",
        "wallets",
        "alerts",
        "claims",
        "dealings",
        "instances",
    }


async def test_the_refresh_says_what_it_did(operators: Operators, deployed: Deployed) -> None:
    """The local chain has no exchange: there is nothing to read of it, and that is no failure."""
    functions = client("lambda", deployed.stack.addresses.aws_url)
    answer = functions.invoke(FunctionName=operators.outputs["RefreshFunction"], Payload=b"{}")
    done = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, done
    assert (done["complete"], done["refused"], done["read"], done["rates"]) == (True, 0, 0, 10)


async def test_poisoned_work_ends_in_the_dead_letter_queue_and_comes_back(
    deployed: Deployed, operators: Operators, telegram: ControlClient, poisoned: Poisoned
) -> None:
    """The scan of the beginning has failed in every try by now; /retryfailed, and it is told."""
    if poisoned.person is None:
        pytest.skip("test_poisoned_work_begins did not run")
    person, wallet = poisoned.person, poisoned.wallet
    began = time.monotonic()
    while operators.dead("Scan") == 0:
        assert time.monotonic() - began < 200, "it never reached the dead-letter queue"
        await asyncio.sleep(0.5)
    tries = _failed_tries(deployed)
    assert len(tries) == SCAN_TRIES
    delays = [later - earlier for earlier, later in pairwise(tries)]
    # From half to all of 2, 4, 8 and 16 seconds, and what the try itself takes.
    assert all(delay >= 2**number for number, delay in enumerate(delays)), delays
    assert "failed for good: 1" in (await operators.say("/queues", contains="Queues")).text

    await poisoned.node.heal()
    since = await telegram.cursor()
    answer = await operators.say(f"/retryfailed scan {wallet}", contains="back in its queue")
    assert "scan: 1 put back, 0 passed over, 0 still there" in answer.text
    told = await telegram.wait_for_message(person.id, since=since, contains="of 100", what="any", wait_s=60)
    assert "Wallet" in told.text
    assert operators.dead("Scan") == 0


def _failed_tries(deployed: Deployed) -> list[float]:
    """When the scan function failed at the record that it failed at the most, in seconds.

    While the chain is away in other tests, other records may fail as well, and succeed in their next try.
    """
    found: dict[str, list[float]] = {}
    for path in deployed.stack.function_logs.rglob("*ScanFunction*/*"):
        for line in path.read_text().splitlines():
            if "record to be tried again" in line:
                entry = json.loads(line)
                found.setdefault(entry["message_id"], []).append(_seconds(entry["timestamp"]))
    most = max(found.values(), key=len)
    return sorted(most)


def _seconds(timestamp: str) -> float:
    # Powertools' default: 2026-11-01 12:00:00,123+0000
    moment, _, rest = timestamp.partition(",")
    return time.mktime(time.strptime(moment, "%Y-%m-%d %H:%M:%S")) + int(rest[:3]) / 1000
