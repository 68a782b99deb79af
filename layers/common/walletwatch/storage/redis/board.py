"""`ports.TelemetryBoard` on Redis: one pipeline for a report.

Counts are added to hashes: one for all time, which /metrics shows, and one for each minute, which alerts look
at. They may be lost with Redis; Prometheus takes that as a counter that began anew.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from walletwatch.domain.telemetry import Instance, Report, Tally
from walletwatch.ports.common import Clock
from walletwatch.storage.redis.server import Call, RedisServer, milliseconds
from walletwatch.storage.redis.turn import Turn

MINUTES_KEPT: Final = 15
INSTANCE_PERIOD: Final = timedelta(minutes=10)
"""How long an instance is remembered that says nothing; Lambda ends an idle one after some minutes."""

_ADD: Final = """
for i = 2, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
end
if ARGV[1] ~= '0' then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
"""
"""Each field would be a command of its own otherwise. It is short enough to be sent in full each time."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Instance)


class RedisTelemetryBoard:
    """What all instances say of themselves.

    Args:
        server: Of all instances.
        turn: Of the update that is handled, whose other questions go along.
    """

    def __init__(self, server: RedisServer, clock: Clock, turn: Turn | None = None) -> None:
        self._server = server
        self._clock = clock
        self._ask = server.together if turn is None else turn.ask

    async def post(self, instance: Instance, tally: Tally) -> None:
        """Add the counts and say that the instance lives.

        A report whose answer was lost is posted again and counts twice; it is not worth more.
        """

        async def write(client: Redis) -> None:
            async with client.pipeline(transaction=False) as pipeline:
                self.add(pipeline, Report(instance, tally))
                await pipeline.execute()

        await self._server.run(write)

    def add(self, pipeline: Pipeline, report: Report) -> None:
        """Post it with others."""
        instance, fields = report.instance, report.tally.fields
        now = instance.seen_at.timestamp()
        minute = self._minute(int(now // 60))
        if fields:
            counts = [word for pair in fields.items() for word in pair]
            pipeline.eval(_ADD, 1, self._total, 0, *counts)
            pipeline.eval(_ADD, 1, minute, MINUTES_KEPT * 60, *counts)
        pipeline.zadd(self._seen, {instance.id: now})
        pipeline.set(self._instance(instance.id), _encoder.encode(instance), px=milliseconds(INSTANCE_PERIOD))

    async def total(self) -> Tally:
        """Everything that was ever counted, or since Redis began anew."""
        return _tally(*await self._ask([Call(("HGETALL", self._total))]))

    async def recent(self, minutes: int) -> Tally:
        """What was counted in the last minutes, the present one included."""
        present = int(self._clock.now().timestamp() // 60)
        asked = range(present - minutes, present + 1)
        tally = Tally()
        for fields in await self._ask([Call(("HGETALL", self._minute(minute))) for minute in asked]):
            tally.add(_tally(fields))
        return tally

    async def instances(self, within: timedelta) -> Sequence[Instance]:
        """Those that said something within this time, by function and start."""
        since = (self._clock.now() - within).timestamp()
        (ids,) = await self._ask([Call(("ZRANGE", self._seen, f"{since}", "+inf", "BYSCORE"))])
        if not ids:
            return []
        values = await self._ask([Call(("GET", self._instance(each.decode()))) for each in ids])
        found = [_decoder.decode(value) for value in values if value is not None]
        return sorted(found, key=lambda instance: (instance.function, instance.started_at, instance.id))

    async def forget(self, older_than: timedelta) -> int:
        """Take those from the registry that have said nothing for so long; how many there were."""
        before = (self._clock.now() - older_than).timestamp()
        gone: int = await self._server.command("ZREMRANGEBYSCORE", self._seen, "-inf", f"({before}")
        return gone

    @property
    def _total(self) -> str:
        return self._server.key("tally", "total")

    @property
    def _seen(self) -> str:
        return self._server.key("instances")

    def _minute(self, minute: int) -> str:
        return self._server.key("tally", "minute", minute)

    def _instance(self, instance_id: str) -> str:
        return self._server.key("instance", instance_id)


def _tally(answer: Any) -> Tally:
    # RESP2 gives a flat list for a command of its own, and redis-py a mapping inside a pipeline.
    pairs = answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
    return Tally({field.decode(): int(value) for field, value in pairs})
