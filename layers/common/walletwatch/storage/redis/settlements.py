"""`ports.Settlements` on Redis: one script settles an update, and its report goes along.

Keys of one person are in one slot of a cluster, since a script may touch no other.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any, Final

from redis.asyncio import Redis

from walletwatch.domain.admission import DONE_PERIOD, Arrival, SessionChange, Settlement
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import SESSION_TTL, Session
from walletwatch.domain.telemetry import Report
from walletwatch.ports.common import Metrics
from walletwatch.storage.redis import sessions
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.server import Call, RedisServer, Script, add, in_full, milliseconds
from walletwatch.storage.redis.turn import Turn

PATIENCE_SECONDS: Final = 0.5
"""A person waits; what takes longer counts as down."""

_DONE: Final = "done"
_UNREAD: Final = "?"
"""In place of a version: whatever earlier updates have left may be replaced."""

_RECALL: Final = Script("""
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then
  return false
end
if kind ~= 'string' or redis.call('STRLEN', KEYS[1]) > tonumber(ARGV[2]) then
  redis.call('UNLINK', KEYS[1])
  return ''
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('GET', KEYS[1])
""")

_SETTLE: Final = Script("""
local stored = 1
if KEYS[2] then
  if redis.call('TYPE', KEYS[2]).ok ~= 'string' then
    redis.call('UNLINK', KEYS[2])
  end
  local present = redis.call('GET', KEYS[2])
  local version = present and string.sub(present, 1, 32) or ''
  local replaceable = version == ARGV[3]
  if ARGV[3] == '?' then
    replaceable = string.sub(version, 1, #ARGV[4]) <= ARGV[4]
  end
  if ARGV[5] == '' then
    if present and replaceable then
      redis.call('DEL', KEYS[2])
    elseif present then
      stored = 0
    end
  elseif version ~= ARGV[5] then
    if replaceable then
      redis.call('SET', KEYS[2], ARGV[5] .. ARGV[6], 'PX', ARGV[7])
    else
      stored = 0
    end
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return stored
""")
"""A try whose answer was lost finds its own version, and has stored."""


class RedisSettlements:
    """Updates that were handled, for 24 hours, and the open questions.

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

    async def session(self, arrival: Arrival) -> Session | None:
        """The question that is open in the update's private chat, with its full time again."""
        assert arrival.chat_id is not None
        assert arrival.user_id is not None
        key = self._session_key(arrival.chat_id, arrival.user_id)
        values = [self._session_ttl, sessions.MAX_BYTES]
        stored = await _in_time(self._server.script(_RECALL, [key], values))
        if stored is None:
            return None
        try:
            return sessions.decode(stored, arrival.chat_id, arrival.user_id)
        except sessions.Unreadable:
            self._metrics.count("SessionsUnreadable")
            await self._server.command("UNLINK", key)
            return None

    async def settled(self, arrival: Arrival) -> bool:
        """Whether this update was handled."""
        stored = await _in_time(self._server.command("GET", self._claim_key(arrival)))
        return bool(stored == _DONE.encode())

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
        self, client: Redis, settling: Sequence[Call], report: Report | None, writes: Sequence[Call]
    ) -> Any:
        async with client.pipeline(transaction=False) as pipeline:
            for call in settling:
                add(pipeline, call)
            if report is not None:
                self._board.add(pipeline, report)
            begin = len(pipeline)
            for write in writes:
                add(pipeline, write)
            answers = await pipeline.execute(raise_on_error=False) if len(pipeline) else []
        for answer in answers[len(settling) : begin]:
            if isinstance(answer, Exception):
                raise answer
        for answer in answers[begin:]:
            if isinstance(answer, Exception):
                # It is no part of how the update ended.
                self._turn.lost(answer)
        # Nothing else is sent again: the report would count twice.
        for stored in await in_full(client, settling, answers[: len(settling)]):
            if isinstance(stored, Exception):
                raise stored
            return stored
        return True

    def _settling(self, settlement: Settlement) -> Sequence[Call]:
        """Nothing for an update that was given back: it has left nothing here."""
        if not settlement.done:
            return []
        arrival, change = settlement.arrival, settlement.change
        keys = [self._claim_key(arrival)]
        values: list[str | int | bytes] = [_DONE, milliseconds(DONE_PERIOD)]
        if change is not None:
            keys.append(self._session_key(change.chat_id, change.user_id))
            values.append(_UNREAD if change.replaced is None else change.replaced)
            values.append(sessions.order(arrival.update_id))
            values += self._written(change, arrival.update_id)
        return [_SETTLE.call(keys, values)]

    def _written(self, change: SessionChange, update_id: int) -> list[str | int | bytes]:
        if change.session is None:
            return [""]
        return [sessions.new_version(update_id), sessions.encode(change.session), self._session_ttl]

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
