"""The double as a process of its own."""

import asyncio
import os
import signal
import sys

import aiohttp
import pytest

pytestmark = pytest.mark.integration

TOKEN = "123456:process"


async def test_it_says_where_it_is_and_ends_on_sigterm_whatever_is_open() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "telegram_double", "--port", "0", "--token", TOKEN, "--time-scale", "10",
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().split()
        assert line[0] == "ready"
        url = line[1]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{url}/bot{TOKEN}/getMe") as response:
                assert (await response.json())["result"]["id"] == 123456
            stream = await session.get(f"{url}/control/events")
            polling = asyncio.create_task(session.get(f"{url}/bot{TOKEN}/getUpdates?timeout=500"))
            waiting = asyncio.create_task(session.get(f"{url}/control/wait?timeout=60"))
            await asyncio.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 5) == 0
            stream.close()
            await asyncio.gather(polling, waiting, return_exceptions=True)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_token_must_look_like_one() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "telegram_double", "--port", "0", "--token", "nonsense",
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert b"a token looks like 123456:secret" in errors
