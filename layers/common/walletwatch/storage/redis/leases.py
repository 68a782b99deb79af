"""`ports.Leases` on Redis: a key with an end, a fencing token, and a key by which a waiter shows itself."""

import asyncio
import random
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.storage.redis.server import RedisServer, Script, milliseconds

POLL_SECONDS: Final = (0.05, 0.1)
WANTED_PERIOD: Final = timedelta(seconds=2)
"""Longer than a waiter pauses, short enough that a waiter that was killed is forgotten."""
TOKEN_PERIOD: Final = timedelta(days=7)

_ACQUIRE: Final = Script("""
local holder = redis.call('GET', KEYS[1])
local announces = tonumber(ARGV[3]) > 0
if holder and holder ~= ARGV[1] then
  if announces then
    redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[3])
  end
  return 0
end
if not holder and not announces and redis.call('EXISTS', KEYS[3]) == 1 then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if not holder then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local last = tonumber(redis.call('GET', KEYS[2]) or '0')
  redis.call('SET', KEYS[2], string.format('%.0f', math.max(last + 1, now)), 'PX', ARGV[4])
end
redis.call('DEL', KEYS[3])
return tonumber(redis.call('GET', KEYS[2]))
""")
"""Returns the token, or 0. The token is based on the time, so that it grows even where a server that lost its
memory counts from nothing. A try whose answer was lost finds its own name, and has the lease."""

_RENEW: Final = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
""")

_RELEASE: Final = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0
""")


class RedisLease:
    """A lease that is held."""

    def __init__(
        self, server: RedisServer, keys: Sequence[str], *, name: str, token: int, ttl: timedelta
    ) -> None:
        self.token = token
        self._server = server
        self._holder, _, self._wanted = keys
        self._name = name
        self._ttl = ttl

    async def renew(self) -> bool:
        """Hold it for its full time again; False if it was lost."""
        held = await self._server.script(_RENEW, [self._holder], [self._name, milliseconds(self._ttl)])
        return bool(held)

    async def wanted(self) -> bool:
        """Whether somebody waits for it."""
        return bool(await self._server.command("EXISTS", self._wanted))

    async def release(self) -> None:
        """Give it up, if it is still held."""
        await self._server.script(_RELEASE, [self._holder], [self._name])


class RedisLeases:
    """Exclusive rights with an end, so that a killed holder blocks nobody for long."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def acquire(self, name: str, ttl: timedelta, *, patience: timedelta) -> RedisLease | None:
        """Take the lease, waiting for it up to `patience` and letting its holder know; None if in vain."""
        holder = uuid.uuid4().hex
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience.total_seconds()
        while True:
            failure: StoreUnavailable | None = None
            try:
                lease = await self._try(name, holder, ttl, announces=True)
            except StoreUnavailable as error:
                # A restart of the server is no reason to give up what is waited for anyway.
                lease, failure = None, error
            if lease is not None:
                return lease
            pause = min(random.uniform(*POLL_SECONDS), deadline - loop.time())  # noqa: S311 - jitter
            if pause <= 0:
                if failure is not None:
                    raise failure
                return None
            await asyncio.sleep(pause)

    async def adopt(self, name: str, ttl: timedelta) -> RedisLease | None:
        """Take the lease if nobody holds it or waits for it; else its holder is not told, and it is None."""
        return await self._try(name, uuid.uuid4().hex, ttl, announces=False)

    async def _try(self, name: str, holder: str, ttl: timedelta, *, announces: bool) -> RedisLease | None:
        tag = f"{{lease:{name}}}"
        keys = [self._server.key(tag, part) for part in ("holder", "token", "wanted")]
        wanted = milliseconds(WANTED_PERIOD) if announces else 0
        values = (holder, milliseconds(ttl), wanted, milliseconds(TOKEN_PERIOD))
        token = await self._server.script(_ACQUIRE, keys, values)
        return RedisLease(self._server, keys, name=holder, token=token, ttl=ttl) if token else None
