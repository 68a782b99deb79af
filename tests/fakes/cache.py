"""`ports.Cache` in memory."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.metrics import FakeMetrics
from tests.fakes.outage import Outage
from walletwatch.domain.caching import CacheStats, Looked
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.common import Clock, Metrics

MILLISECOND = timedelta(milliseconds=1)


@dataclass
class FakeCache:
    clock: Clock
    outage: Outage = field(default_factory=Outage)
    values: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    locks: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=FakeMetrics)
    hits: int = 0
    misses: int = 0

    async def get(self, key: str) -> bytes | None:
        self._read(1)
        value = self._value(key)
        self._count(value is not None, value is None)
        return value

    async def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        self.outage.check()
        self.values[key] = value, self.clock.now() + max(ttl, MILLISECOND)

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        if not keys:
            return {}
        self._read(len(keys))
        found = {key: value for key in keys if (value := self._value(key)) is not None}
        self._count(len(found), len(keys) - len(found))
        return found

    async def set_many(self, values: Mapping[str, bytes], ttl: timedelta) -> None:
        if values:
            self.outage.check()
        for key, value in values.items():
            self.values[key] = value, self.clock.now() + max(ttl, MILLISECOND)

    async def delete(self, *keys: str) -> None:
        if keys:
            self.outage.check()
        for key in keys:
            self.values.pop(key, None)

    async def increment(self, key: str, amount: int = 1, *, ttl: timedelta) -> int:
        self.outage.check()
        number = int(self._value(key) or 0) + amount
        end = self.values[key][1] if self._value(key) is not None else self.clock.now() + ttl
        self.values[key] = str(number).encode(), end
        return number

    async def pop(self, key: str) -> bytes | None:
        value = await self.get(key)
        self.values.pop(key, None)
        return value

    async def clear(self, pattern: str) -> int:
        self.outage.check()
        matches = re.compile(_expression(pattern), re.DOTALL).fullmatch
        gone = [key for key in self.values if matches(key) and self._value(key) is not None]
        for key in gone:
            del self.values[key]
        return len(gone)

    def stats(self) -> CacheStats:
        return CacheStats(self.hits, self.misses)

    async def look(
        self, keys: Sequence[str], *, holder: str, lock_for: timedelta, stale_for: timedelta
    ) -> Mapping[str, Looked]:
        self._read(len(keys))
        found = {key: self._looked(key, holder, lock_for, stale_for) for key in keys}
        self._count(
            sum(each.value is not None and not each.to_load for each in found.values()),
            sum(each.to_load for each in found.values()),
        )
        return found

    def _looked(self, key: str, holder: str, lock_for: timedelta, stale_for: timedelta) -> Looked:
        value, now = self._value(key), self.clock.now()
        if value is not None and self.values[key][1] - now > stale_for:
            return Looked(value, to_load=False)
        if self._holder(key) in {None, holder}:
            self.locks[key] = holder, now + lock_for
            return Looked(value, to_load=True)
        return Looked(value, to_load=False)

    async def fill(
        self, values: Mapping[str, tuple[bytes, timedelta]], *, holder: str, gone: Sequence[str] = ()
    ) -> None:
        self.outage.check()
        for key, (value, ttl) in values.items():
            if self._holder(key) == holder or self._value(key) is None:
                self.values[key] = value, self.clock.now() + max(ttl, MILLISECOND)
        for key in gone:
            if self._holder(key) == holder:
                self.values.pop(key, None)
        self._unlock([*values, *gone], holder)

    async def release(self, keys: Sequence[str], *, holder: str) -> None:
        self.outage.check()
        self._unlock(keys, holder)

    def _unlock(self, keys: Sequence[str], holder: str) -> None:
        for key in keys:
            if self._holder(key) == holder:
                del self.locks[key]

    def _holder(self, key: str) -> str | None:
        holder, end = self.locks.get(key, (None, self.clock.now()))
        return holder if end > self.clock.now() else None

    def _value(self, key: str) -> bytes | None:
        value, end = self.values.get(key, (None, self.clock.now()))
        return value if end > self.clock.now() else None

    def _read(self, looked_for: int) -> None:
        try:
            self.outage.check()
        except StoreUnavailable:
            self._count(0, looked_for)
            raise

    def _count(self, hits: int, misses: int) -> None:
        self.hits += hits
        self.misses += misses
        self.metrics.count("CacheHits", hits)
        self.metrics.count("CacheMisses", misses)


def _expression(pattern: str) -> str:
    """A pattern of Redis as a regular expression."""
    parts = re.findall(r"\\.|\[\^?(?:\\.|[^\]])*\]|.", pattern, re.DOTALL)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if part in {"*", "?"}:
        return {"*": ".*", "?": "."}[part]
    if part.startswith("\\") and len(part) > 1:
        return re.escape(part[1])
    if part.startswith("[") and len(part) > 1:
        return part
    return re.escape(part)
