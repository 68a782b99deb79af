"""The one event loop of a Lambda environment.

Clients are made once for each environment and belong to a loop, so every invocation runs on the same one;
`asyncio.run` would close it after the first.
"""

import asyncio
import contextvars
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

_runner = asyncio.Runner()


def run[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to completion on the environment's loop, in the caller's context.

    A runner would otherwise keep to the context of its first call, and with it to that invocation's keys.
    """
    return _runner.run(coroutine, context=contextvars.copy_context())


class SystemClock:
    """`ports.Clock` of the machine."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
