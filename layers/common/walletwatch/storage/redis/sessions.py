"""`ports.Sessions` on Redis."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from walletwatch.domain.sessions import MAX_ARGUMENT_LENGTH, MAX_ARGUMENTS, SESSION_TTL, Session
from walletwatch.ports.common import Metrics
from walletwatch.storage.redis.server import RedisServer, Script, milliseconds

MAX_BYTES: Final = 16384
"""What the longest session takes, escaped, fits in; nothing longer is read."""
VERSION_LENGTH: Final = 32

_FIND: Final = Script("""
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

_SAVE: Final = Script("""
local stored = redis.call('GET', KEYS[1])
local version = stored and string.sub(stored, 1, #ARGV[2]) or ''
if version == ARGV[2] then
  return 1
end
if version ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2] .. ARGV[3], 'PX', ARGV[4])
return 1
""")
"""A try whose answer was lost finds its own version, and has saved."""

_END: Final = Script("""
local stored = redis.call('GET', KEYS[1])
if not stored then
  return 1
end
if string.sub(stored, 1, #ARGV[1]) ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[1])
return 1
""")


type _Words = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=MAX_ARGUMENT_LENGTH)], ...],
    msgspec.Meta(max_length=MAX_ARGUMENTS),
]


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is stored behind the version. Whose it is says the key alone."""

    command: Annotated[str, msgspec.Meta(pattern=r"\A[a-z_]{1,32}\Z")]
    before: _Words
    started_at: Annotated[datetime, msgspec.Meta(tz=True)]
    behind: _Words = ()


class RedisSessions:
    """Open questions, each for a while after the person was last heard."""

    def __init__(self, server: RedisServer, metrics: Metrics, *, ttl: timedelta = SESSION_TTL) -> None:
        self._server = server
        self._metrics = metrics
        self._ttl = ttl
        self._decoder = msgspec.json.Decoder(_Content)

    async def find(self, chat_id: int, user_id: int) -> Session | None:
        """The session, with its full time again; None where there is none, or none that can be read."""
        key = self._key(chat_id, user_id)
        stored: bytes | None = await self._server.script(_FIND, [key], [milliseconds(self._ttl), MAX_BYTES])
        if stored is None:
            return None
        try:
            version = stored[:VERSION_LENGTH].decode("ascii")
            content = self._decoder.decode(stored[VERSION_LENGTH:])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._metrics.count("SessionsUnreadable")
            await self._server.command("UNLINK", key)
            return None
        return Session(
            chat_id, user_id, content.command, content.before, content.started_at, content.behind, version
        )

    async def save(self, session: Session) -> Session | None:
        """Store it in place of the version it has, and return it with its new one; None if that is gone."""
        version = uuid.uuid4().hex
        content = _Content(session.command, session.before, session.started_at, session.behind)
        saved = await self._server.script(
            _SAVE,
            [self._key(session.chat_id, session.user_id)],
            [session.version, version, msgspec.json.encode(content), milliseconds(self._ttl)],
        )
        return replace(session, version=version) if saved else None

    async def end(self, session: Session) -> bool:
        """Forget it; False if there is another one by now, which stays."""
        key = self._key(session.chat_id, session.user_id)
        return bool(await self._server.script(_END, [key], [session.version]))

    def _key(self, chat_id: int, user_id: int) -> str:
        return self._server.key("session", chat_id, user_id)
