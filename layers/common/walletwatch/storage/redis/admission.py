"""`ports.Admission` on Redis: one script lets an update in, one settles it, and its report goes along.

Keys of one person are in one slot of a cluster, since a script may touch no other.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any, Final

from redis.asyncio import Redis

from walletwatch.domain.admission import Admitted, Arrival, Claim, SessionChange, Settlement
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import SESSION_TTL, Session
from walletwatch.domain.telemetry import Report
from walletwatch.ports.common import Metrics
from walletwatch.storage.claim_periods import CLAIM_PERIOD, DONE_PERIOD
from walletwatch.storage.redis import sessions
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.server import Call, RedisServer, Script, add, in_full, milliseconds
from walletwatch.storage.redis.turn import Turn

PATIENCE_SECONDS: Final = 0.5
"""A person waits; what takes longer counts as down."""

_DONE: Final = "done"
_IN_PROGRESS, _TAKEN, _WAS_DONE, _LIMITED = range(4)

_ADMIT: Final = Script("""
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[4] then
  return {2}
end
if holder and holder ~= ARGV[1] then
  return {0}
end
if KEYS[2] and redis.call('SISMEMBER', KEYS[2], ARGV[5]) == 0 then
  local count = redis.call('SCARD', KEYS[2])
  if count >= tonumber(ARGV[6]) then
    redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[3])
    return {3}
  end
  redis.call('SADD', KEYS[2], ARGV[5])
  if count == 0 then
    redis.call('PEXPIRE', KEYS[2], ARGV[7])
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if not KEYS[3] then
  return {1}
end
local kind = redis.call('TYPE', KEYS[3]).ok
if kind == 'none' then
  return {1}
end
if kind ~= 'string' or redis.call('STRLEN', KEYS[3]) > tonumber(ARGV[9]) then
  redis.call('UNLINK', KEYS[3])
  return {1, ''}
end
redis.call('PEXPIRE', KEYS[3], ARGV[8])
return {1, redis.call('GET', KEYS[3])}
""")
"""A try whose answer was lost finds its own name, and has the update. Who is counted is a set of updates, no
number, so that none counts twice, however often it comes; it never holds more of them than are allowed."""

_TAKE_BACK: Final = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0
""")

_SETTLE: Final = Script("""
local stored = 1
if KEYS[2] then
  local present = redis.call('GET', KEYS[2])
  local version = present and string.sub(present, 1, 32) or ''
  if ARGV[5] == '' then
    if version == ARGV[4] then
      redis.call('DEL', KEYS[2])
    elseif present then
      stored = 0
    end
  elseif version ~= ARGV[5] then
    if version == ARGV[4] then
      redis.call('SET', KEYS[2], ARGV[5] .. ARGV[6], 'PX', ARGV[7])
    else
      stored = 0
    end
  end
end
if ARGV[1] == '1' then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
else
  redis.call('DEL', KEYS[1])
end
return stored
""")
"""A try whose answer was lost finds its own version, and has stored."""


class RedisAdmission:
    """Claims by `update_id` for 24 hours, updates of a user by window, and the open questions.

    Args:
        server: Of all instances.
        board: Where reports go.
        metrics: Counts `SessionsUnreadable`.
        turn: What the update has yet to write; it ends with the settlement. None where there is nothing.
        session_ttl: After so much silence a text is not an answer any more.
    """

    def __init__(
        self,
        server: RedisServer,
        board: RedisTelemetryBoard,
        metrics: Metrics,
        turn: Turn | None = None,
        *,
        session_ttl: timedelta = SESSION_TTL,
    ) -> None:
        self._server = server
        self._board = board
        self._metrics = metrics
        self._turn = Turn(server, metrics) if turn is None else turn
        self._session_ttl = milliseconds(session_ttl)

    async def admit(self, arrival: Arrival) -> Admitted:
        """Claim the update, count it, and read its conversation."""
        claim, name, quota = self._claim_key(arrival), uuid.uuid4().hex, arrival.quota
        keys = [claim]
        if arrival.user_id is not None:
            keys.append(self._key(arrival, "rate", quota.counted_as))
            if arrival.chat_id is not None:
                keys.append(self._session_key(arrival.chat_id, arrival.user_id))
        values: list[str | int | bytes] = [
            name, milliseconds(CLAIM_PERIOD), milliseconds(DONE_PERIOD), _DONE,
            arrival.update_id, quota.limit, milliseconds(quota.window),
            self._session_ttl, sessions.MAX_BYTES,
        ]  # fmt: skip
        try:
            outcome, *stored = await _in_time(self._server.script(_ADMIT, keys, values))
        except StoreUnavailable:
            # The claim may have been made without an answer; then every redelivery would be turned away.
            await _in_time(self._server.script(_TAKE_BACK, [claim], [name]))
            raise
        if outcome == _IN_PROGRESS:
            return Admitted(Claim.IN_PROGRESS)
        if outcome == _WAS_DONE:
            return Admitted(Claim.DONE)
        if outcome == _LIMITED:
            return Admitted(Claim.TAKEN, allowed=False)
        known = arrival.user_id is not None and arrival.chat_id is not None
        return Admitted(Claim.TAKEN, session=await self._session(arrival, *stored), session_known=known)

    async def settle(self, settlement: Settlement, report: Report | None = None) -> bool:
        """Store how it ended, the report, and what the update loaded for others."""
        settling, writes = self._settling(settlement), self._turn.take()

        async def store(client: Redis) -> Any:
            return await self._together(client, settling, report, writes)

        try:
            return bool(await _in_time(self._server.run(store)))
        finally:
            await self._turn.end()

    async def _together(
        self, client: Redis, settling: Call, report: Report | None, writes: Sequence[Call]
    ) -> Any:
        async with client.pipeline(transaction=False) as pipeline:
            add(pipeline, settling)
            if report is not None:
                self._board.add(pipeline, report)
            begin = len(pipeline)
            for write in writes:
                add(pipeline, write)
            answers = await pipeline.execute(raise_on_error=False)
        for answer in answers[1:begin]:
            if isinstance(answer, Exception):
                raise answer
        for answer in answers[begin:]:
            if isinstance(answer, Exception):
                # It is no part of how the update ended.
                self._turn.lost(answer)
        # Nothing else is sent again: the report would count twice.
        (stored,) = await in_full(client, [settling], answers[:1])
        if isinstance(stored, Exception):
            raise stored
        return stored

    def _settling(self, settlement: Settlement) -> Call:
        keys = [self._claim_key(settlement.arrival)]
        values: list[str | int | bytes] = [int(settlement.done), _DONE, milliseconds(DONE_PERIOD)]
        change = settlement.change
        if change is not None:
            keys.append(self._session_key(change.chat_id, change.user_id))
            values += [change.replaced, *self._written(change)]
        return _SETTLE.call(keys, values)

    def _written(self, change: SessionChange) -> list[str | int | bytes]:
        if change.session is None:
            return [""]
        return [sessions.new_version(), sessions.encode(change.session), self._session_ttl]

    async def _session(self, arrival: Arrival, stored: bytes | None = None) -> Session | None:
        if stored is None:
            return None
        assert arrival.chat_id is not None
        assert arrival.user_id is not None
        try:
            return sessions.decode(stored, arrival.chat_id, arrival.user_id)
        except sessions.Unreadable:
            self._metrics.count("SessionsUnreadable")
            await self._server.command("UNLINK", self._session_key(arrival.chat_id, arrival.user_id))
            return None

    def _claim_key(self, arrival: Arrival) -> str:
        return self._key(arrival, "update", arrival.update_id)

    def _session_key(self, chat_id: int, user_id: int) -> str:
        return self._server.key(f"{{user:{user_id}}}", "session", chat_id)

    def _key(self, arrival: Arrival, *parts: object) -> str:
        whose = f"update:{arrival.update_id}" if arrival.user_id is None else f"user:{arrival.user_id}"
        return self._server.key(f"{{{whose}}}", *parts)


async def _in_time(operation: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await operation
    except TimeoutError as error:
        raise StoreUnavailable("Redis: no answer in time") from error
