"""One process of the deployment, to be killed at any time: `python -m tests.zero_miss.worker ROLE QUEUES`.

The parts are those that the functions' bootstrap makes of the environment, all but the queues.
"""

import asyncio
import logging
import random
import sys
import time
from collections.abc import Callable

from tests.zero_miss.queues import Received, UnreliableQueues
from walletwatch.bootstrap.balance import balance
from walletwatch.bootstrap.stream import stream
from walletwatch.bootstrap.sweep import sweep
from walletwatch.domain.errors import TransientError
from walletwatch.domain.work import BalanceCheck, DigestDue
from walletwatch.parts import queues as queue_parts
from walletwatch.queueing.messages import decode_balance_work

INVOCATION_SECONDS = 25.0
AT_ONCE = 8


def _invocation() -> Callable[[], float]:
    end = time.monotonic() + INVOCATION_SECONDS
    return lambda: end - time.monotonic()


async def _sweep() -> None:
    service = sweep().service
    while True:
        await service.run(remaining=_invocation())


async def _stream() -> None:
    service = stream().service
    while True:
        await service.run(remaining=_invocation())


async def _balance(queues: UnreliableQueues) -> None:
    parts = balance()
    logging.getLogger("walletwatch.checking").setLevel(logging.CRITICAL)

    async def check(record: Received) -> None:
        work = decode_balance_work(record.body)
        try:
            if isinstance(work, DigestDue):
                await parts.digesting.close(work)
            else:
                assert isinstance(work, BalanceCheck)
                await parts.checking.run(work, attempt=record.attempt, remaining=_invocation())
        except TransientError:
            await queues.give_back(record, random.uniform(0, 0.2 * 2 ** min(record.attempt, 5)))
        else:
            await queues.delete(record)

    while True:
        received = await queues.receive(AT_ONCE)
        if not received:
            await asyncio.sleep(0.05)
        await asyncio.gather(*map(check, received))


def main() -> None:
    role, url = sys.argv[1:]
    queues = UnreliableQueues(url)
    # The one part that is not real.
    queue_parts.SqsQueues = lambda **_: queues  # type: ignore[assignment,attr-defined]
    logging.basicConfig(level=logging.WARNING)
    asyncio.run({"sweep": _sweep, "stream": _stream}[role]() if role != "balance" else _balance(queues))


if __name__ == "__main__":
    main()
