"""Calls that are made at about the same time, as one batch."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from walletwatch.chain.rpc.caller import Caller
from walletwatch.chain.rpc.client import Answer

WINDOW_SECONDS: Final = 0.003
"""So long a call waits for others: the tasks that begin together have all made theirs by then."""

type _Call = tuple[str, Sequence[object]]


class BatchingCaller:
    """A `Caller` whose calls share HTTP requests, whoever makes them.

    For a piece of work that asks many things at once, such as a scan. What a batch leaves open is asked for
    call by call, as `RpcClient.call_many` does.
    """

    def __init__(self, client: Caller) -> None:
        self._client = client
        self._waiting: list[tuple[_Call, asyncio.Future[Answer]]] = []
        self._sending: set[asyncio.Task[None]] = set()

    async def call(self, method: str, *params: object) -> Any:
        """The `result` of one method.

        Raises:
            ChainUnavailable: Try again later.
            ChainRefused: Do not try again.
        """
        return (await self._put(method, params)).get()

    async def call_many(self, calls: Sequence[_Call]) -> Sequence[Answer]:
        """The answers to many calls, in their order."""
        return await asyncio.gather(*(self._put(method, params) for method, params in calls))

    def _put(self, method: str, params: Sequence[object]) -> asyncio.Future[Answer]:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(((method, params), answer))
        if len(self._waiting) == 1:
            task = asyncio.create_task(self._send())
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return answer

    async def _send(self) -> None:
        await asyncio.sleep(WINDOW_SECONDS)
        waiting, self._waiting = self._waiting, []
        # Whoever has given up in the meantime needs no answer.
        wanted = [(call, answer) for call, answer in waiting if not answer.done()]
        try:
            answers = await self._client.call_many([call for call, _ in wanted])
        except BaseException as error:
            for _, answer in wanted:
                if not answer.done():
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, answer), given in zip(wanted, answers, strict=True):
            if not answer.done():
                answer.set_result(given)
