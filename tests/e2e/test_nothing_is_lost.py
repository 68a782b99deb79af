"""Everything is killed while money moves; in the end everybody was told of everything, once."""

import asyncio
import re
from decimal import Decimal

import pytest
from solders.keypair import Keypair

from devstack.deploy import client
from devstack.stack import Stack
from telegram_double.client import ControlClient, Person
from tests.e2e.conftest import Deployed
from traffic.actions import Chain

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

XNT = 10**9
ROUNDS = 8
RECOVERY_SECONDS = 240.0
NEXT_TICK_SECONDS = 90.0
RECEIVED = re.compile(r"Received (\d\.\d+) XNT")
COUNTED, ADDED_UP = re.compile(r"Received × (\d+)"), re.compile(r"^\+ (\d+\.\d+) XNT", re.MULTILINE)


async def _told(telegram: ControlClient, person: Person) -> tuple[int, Decimal]:
    """How many payments the person was told of, and what they come to; no two are of one amount."""
    count, total = 0, Decimal()
    for message in await telegram.messages(person.id):
        if not message.from_bot:
            continue
        # What an outage has held up comes together, and if it is much, it is added up.
        many = COUNTED.search(message.text)
        if many is not None:
            added_up = ADDED_UP.search(message.text)
            assert added_up is not None, message.text
            count, total = count + int(many[1]), total + Decimal(added_up[1])
            continue
        amounts = RECEIVED.findall(message.text)
        count, total = count + len(amounts), total + sum(map(Decimal, amounts))
    return count, total


async def _kill_running_functions(stack: Stack) -> None:
    """Kill functions while there are some; after an earlier kill the next tick brings new ones."""
    deadline = asyncio.get_running_loop().time() + NEXT_TICK_SECONDS
    while stack.kill_functions() == 0:
        assert asyncio.get_running_loop().time() < deadline, "no function runs"
        await asyncio.sleep(0.05)


async def test_functions_and_stores_are_killed_in_the_middle_of_traffic(
    deployed: Deployed, telegram: ControlClient, chain: Chain
) -> None:
    stack = deployed.stack
    alice, bob = await telegram.add_user("Alice"), await telegram.add_user("Bob")
    payer = Keypair()
    wallets = [Keypair().pubkey() for _ in range(2)]
    for address in (payer.pubkey(), *wallets):
        await chain.airdrop(address, 100 * XNT)
    for person in (alice, bob):
        for address in wallets:
            since = await telegram.cursor()
            await telegram.send_text(person.id, f"/watch {address}")
            await telegram.wait_for_message(person.id, since=since, contains="watching", wait_s=30)

    sent: list[int] = []
    for number in range(ROUNDS):
        for index, address in enumerate(wallets):
            lamports = XNT + (10 * number + index + 1) * 10**6
            await chain.transfer_native(payer, address, lamports)
            sent.append(lamports)
        match number:
            case 1 | 4:
                await _kill_running_functions(stack)
            case 2:
                stack.kill("valkey")
                await asyncio.sleep(1.0)
                stack.restart("valkey")
            case 3:
                stack.kill("postgres")
                await asyncio.sleep(1.0)
                stack.restart("postgres")
            case _:
                await asyncio.sleep(0.5)

    wanted = len(sent), Decimal(sum(sent)) / XNT
    deadline = asyncio.get_running_loop().time() + RECOVERY_SECONDS
    while True:
        told = {person.first_name: await _told(telegram, person) for person in (alice, bob)}
        if all(count >= len(sent) for count, _ in told.values()):
            break
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"told {told} of {wanted}")
        await asyncio.sleep(0.5)
    await asyncio.sleep(10)
    for person in (alice, bob):
        assert await _told(telegram, person) == wanted

    sqs = client("sqs", stack.addresses.aws_url)
    for name in ("BalanceDeadLetterQueue", "NotificationDeadLetterQueue"):
        url = deployed.deployment.outputs[name]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "0"
