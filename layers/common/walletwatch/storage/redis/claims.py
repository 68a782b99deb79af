"""`ports.UpdateClaims` on Redis."""

import uuid
from typing import Final

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.volatile import Claim
from walletwatch.storage.claim_periods import CLAIM_PERIOD, DONE_PERIOD
from walletwatch.storage.redis.server import RedisServer, Script, milliseconds

_DONE: Final = "done"
_ANSWERS: Final = {0: Claim.IN_PROGRESS, 1: Claim.TAKEN, 2: Claim.DONE}

_CLAIM: Final = Script("""
local holder = redis.call('GET', KEYS[1])
if holder then
  if holder == ARGV[3] then
    return 2
  end
  return holder == ARGV[1] and 1 or 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
""")
"""A try whose answer was lost finds its own name, and has the update."""

_TAKE_BACK: Final = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0
""")


class RedisUpdateClaims:
    """Which updates of Telegram were taken, by `update_id`, for 24 hours."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def claim(self, update_id: int) -> Claim:
        """Take the update for as long as an invocation can last."""
        key = self._key(update_id)
        name = uuid.uuid4().hex
        try:
            taken = await self._server.script(_CLAIM, [key], [name, milliseconds(CLAIM_PERIOD), _DONE])
        except StoreUnavailable:
            # The claim may have been made without an answer; then every redelivery would be turned away.
            await self._server.script(_TAKE_BACK, [key], [name])
            raise
        return _ANSWERS[taken]

    async def done(self, update_id: int) -> None:
        """The update was handled."""
        await self._server.command("SET", self._key(update_id), _DONE, "PX", milliseconds(DONE_PERIOD))

    async def give_back(self, update_id: int) -> None:
        """The update was not handled after all: a redelivery is welcome."""
        await self._server.command("DEL", self._key(update_id))

    def _key(self, update_id: int) -> str:
        return self._server.key("update", update_id)
