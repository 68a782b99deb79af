"""`ports.SendLimits` and `ports.RateLimits` on Redis, by the server's clock."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from walletwatch.storage.redis.server import Call, RedisServer, Script, milliseconds
from walletwatch.storage.redis.turn import Turn

_RESERVE: Final = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wait = math.max(0, redis.call('PTTL', KEYS[1])) * 1000
for i = 2, #KEYS do
  local places, period = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  local oldest = redis.call('LINDEX', KEYS[i], places - 1)
  if oldest then
    wait = math.max(wait, tonumber(oldest) + period - now)
  end
end
if wait > 0 then
  return math.ceil(wait)
end
for i = 2, #KEYS do
  local places, period = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  redis.call('LPUSH', KEYS[i], string.format('%.0f', now))
  redis.call('LTRIM', KEYS[i], 0, places - 1)
  redis.call('PEXPIRE', KEYS[i], math.ceil(period / 1000))
end
return 0
""")
"""Times in microseconds. Each list holds when its last places were taken, newest first. A place is taken in
all of them or in none. If an answer is lost, a place is lost with it, which is harmless."""

_HOLD: Final = Script("""
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
end
return 0
""")

_ALLOW: Final = Script("""
if KEYS[2] then
  local counted = redis.call('GET', KEYS[2])
  if counted then
    return tonumber(counted)
  end
end
local count = redis.call('INCR', KEYS[1])
if count == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
if KEYS[2] then
  redis.call('SET', KEYS[2], count, 'PX', ARGV[1])
end
return count
""")

_GIVE_BACK: Final = Script("""
if redis.call('DEL', KEYS[2]) == 1 and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('DECR', KEYS[1])
end
return 0
""")


class RedisSendLimits:
    """Telegram's limits for all instances: so many places in any period of that length, never more.

    A bucket that fills up while it is used would let twice its size through in its first period; a list of
    the last places does not.

    Args:
        server: Where all instances count.
        overall_per_second: Messages of the bot in any second.
        chat_burst: Messages to one chat in any `chat_burst` seconds: one a second in the long run.
        group_per_minute: Messages to one group, supergroup or channel in any minute.
    """

    def __init__(
        self,
        server: RedisServer,
        *,
        overall_per_second: int = 30,
        chat_burst: int = 3,
        group_per_minute: int = 20,
    ) -> None:
        self._server = server
        self._overall = (overall_per_second, 1_000_000)
        self._chat = (chat_burst, chat_burst * 1_000_000)
        self._group = (group_per_minute, 60_000_000)

    async def reserve(self, chat_id: int) -> float:
        """Take a place now (0), or the seconds to wait before asking again."""
        keys = [self._key("hold", chat_id), self._key("overall"), self._key("chat", chat_id)]
        values = [*self._overall, *self._chat]
        if chat_id < 0:
            keys.append(self._key("group", chat_id))
            values.extend(self._group)
        microseconds: int = await self._server.script(_RESERVE, keys, values)
        return microseconds / 1_000_000

    async def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram asked this chat's sender to wait. A shorter wait never replaces a longer one."""
        await self._server.script(
            _HOLD, [self._key("hold", chat_id)], [milliseconds(timedelta(seconds=seconds))]
        )

    def _key(self, *parts: object) -> str:
        return self._server.key("{send}", *parts)


class RedisRateLimits:
    """How often one user may ask for something, in windows that begin with the first request.

    Args:
        server: Where all instances count.
        turn: Of the update that is handled, whose other questions go along.
    """

    def __init__(self, server: RedisServer, turn: Turn | None = None) -> None:
        self._server = server
        self._turn = turn

    async def allow(
        self, user: int, action: str, *, limit: int, window: timedelta, request: str | None = None
    ) -> bool:
        """Count this request; False if it is one too many."""
        keys = [self._key(action, user)]
        if request is not None:
            keys.append(self._key(action, user, request))
        count: int = await self._ask(_ALLOW.call(keys, [milliseconds(window)]))
        return count <= limit

    async def give_back(self, user: int, action: str, *, request: str) -> None:
        """This request was not needed after all."""
        keys = [self._key(action, user), self._key(action, user, request)]
        call = _GIVE_BACK.call(keys, [])
        if self._turn is None:
            await self._server.together([call])
        else:
            self._turn.write([call])

    async def counts(self, user: int, actions: Sequence[str]) -> Sequence[int]:
        """How many requests for each the present window has counted, those included that were too many."""
        keys = [self._key(action, user) for action in actions]
        return [int(count or 0) for count in await self._ask(Call(("MGET", *keys)))]

    async def _ask(self, call: Call) -> Any:
        asked = self._server.together if self._turn is None else self._turn.ask
        return (await asked([call]))[0]

    def _key(self, action: str, user: int, *parts: str) -> str:
        return self._server.key("rate", f"{{{user}}}", action, *parts)
