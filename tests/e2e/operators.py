"""What the tests of operations do to the deployed stack, and how they see what becomes of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import psycopg
import redis

from devstack.deploy import ADMIN_ID, client
from telegram_double.client import ControlClient, SentMessage
from tests.e2e.conftest import Deployed

LOOK_EVERY_SECONDS = 1.0


class Operators:
    """An administrator of the stack, and the alarm function under their hands."""

    def __init__(self, deployed: Deployed, telegram: ControlClient) -> None:
        outputs, aws_url = deployed.deployment.outputs, deployed.stack.addresses.aws_url
        self.stack = deployed.stack
        self.outputs = outputs
        self.telegram = telegram
        self.sqs = client("sqs", aws_url)
        self.sns = client("sns", aws_url)
        self._lambda = client("lambda", aws_url)
        self._alarm = outputs["AlarmFunction"]

    async def arrive(self) -> None:
        """The administrator is there, has written to the bot, and is told much more than people are."""
        await self.telegram.set_policy(chat_per_second=30, chat_burst=100)
        known = {chat.id for chat in await self.telegram.chats()}
        if ADMIN_ID not in known:
            await self.telegram.add_user("Ada", user_id=ADMIN_ID)

    async def say(self, text: str, *, contains: str, wait_s: float = 20.0) -> SentMessage:
        """Write to the bot, and wait for its answer."""
        since = await self.telegram.cursor()
        await self.telegram.send_text(ADMIN_ID, text)
        return await self.telegram.wait_for_message(ADMIN_ID, since=since, contains=contains, wait_s=wait_s)

    async def look(self) -> Mapping[str, Any]:
        """Let the alarm function look now; what it found. An examination of seconds ago is not repeated."""
        answer = await asyncio.to_thread(
            self._lambda.invoke, FunctionName=self._alarm, Payload=b"{}", InvocationType="RequestResponse"
        )
        found: Mapping[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, found
        return found

    async def told(self, contains: str, *, since: int, wait_s: float = 60.0) -> SentMessage:
        """Look until the administrator is told this."""
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            await self.look()
            for message in await self.telegram.messages(ADMIN_ID, since=since):
                if message.from_bot and contains in message.text:
                    return message
            if asyncio.get_running_loop().time() > deadline:
                said = [message.text for message in await self.telegram.messages(ADMIN_ID, since=since)]
                raise AssertionError(f"never told {contains!r} within {wait_s:g} s, only {said}")
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    @asynccontextmanager
    async def configured(self, *, memory: int | None = None, **variables: object) -> AsyncIterator[None]:
        """The alarm function with other settings, so that a test need not wait for minutes."""
        before = self._lambda.get_function_configuration(FunctionName=self._alarm)
        changed = {
            **before["Environment"]["Variables"],
            **{name: str(each) for name, each in variables.items()},
        }
        await self._configure(changed, memory or before["MemorySize"])
        try:
            yield
        finally:
            await self._configure(before["Environment"]["Variables"], before["MemorySize"])

    async def _configure(self, variables: Mapping[str, str], memory: int) -> None:
        await asyncio.to_thread(
            self._lambda.update_function_configuration,
            FunctionName=self._alarm,
            Environment={"Variables": dict(variables)},
            MemorySize=memory,
        )
        waiter = self._lambda.get_waiter("function_updated_v2")
        await asyncio.to_thread(waiter.wait, FunctionName=self._alarm, WaiterConfig={"Delay": 1})

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self.stack.addresses.database_url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def forget(self, *patterns: str) -> None:
        """What instances reported goes by, for which else one would wait five minutes."""
        with redis.Redis.from_url(self.stack.addresses.redis_url) as store:
            for pattern in patterns:
                for key in store.scan_iter(f"ww:1:{pattern}"):
                    store.delete(key)

    def dead(self, queue: str) -> int:
        """How many messages are in a dead-letter queue."""
        answer = self.sqs.get_queue_attributes(
            QueueUrl=self.outputs[f"{queue}DeadLetterQueue"], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])


class Node:
    """The faults of the SVM node."""

    def __init__(self, rpc_url: str) -> None:
        self._url = f"{rpc_url}/control/faults"

    async def fail(self, kind: str, *methods: str, **options: object) -> None:
        """Switch a fault on."""
        async with aiohttp.ClientSession() as session:
            body = {"kind": kind, "methods": methods, **options}
            async with session.post(self._url, json=body) as answer:
                assert answer.status == 200, await answer.text()

    async def heal(self) -> None:
        """Switch all off."""
        async with aiohttp.ClientSession() as session, session.delete(self._url) as answer:
            assert answer.status == 200
