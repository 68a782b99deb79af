"""The parts of an inspection: read at the same time, each by itself, and kept for its own time.

What changes once or never, such as who made a token, is kept for a day; what can change at any moment, such
as whether it is paused, for minutes. A part that could not be had is asked for again soon.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from walletwatch.chain.inspection.kept import Misfit, decode, encode
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

STEADY: Final = timedelta(hours=24)
FLEETING: Final = timedelta(minutes=5)
FAILED: Final = timedelta(seconds=10)
"""So long nobody else asks for what has just failed."""
_AGAIN_AFTER: Final = {UnknownReason.UNAVAILABLE: FAILED, UnknownReason.UNREACHABLE: FLEETING}
"""When what could not be had is asked for again, where that may help."""


@dataclass(frozen=True, slots=True)
class Part:
    """Facts that are read together.

    Attributes:
        name: Of its place in the cache; a new one where the form of its facts changes its meaning.
        facts: The types that it gives: each of them, or `Unknown` in its place. It leaves out what does not
            apply to the subject.
        needs: Types of other parts that it is read with the help of.
        read: Is given the subject and what it needs.
    """

    name: str
    facts: tuple[type, ...]
    fresh_for: timedelta
    read: Callable[[str, Facts], Awaitable[Facts]]
    needs: tuple[type, ...] = ()


class _Kept(msgspec.Struct, frozen=True):
    at: datetime
    facts: dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class ReadParts:
    """What all parts gave.

    Attributes:
        read_at: When the oldest of them was read.
        fresh_until: When the first of them is read anew.
    """

    facts: Facts
    read_at: datetime
    fresh_until: datetime


class PartReader:
    """Reads parts through the cache. Works without it, only slower.

    Args:
        parts: None of them needs, by whatever way, itself.
        chain: Name of the chain profile: addresses of two chains never mix.
    """

    def __init__(
        self, parts: Sequence[Part], *, cache: Cache, clock: Clock, metrics: Metrics, chain: str
    ) -> None:
        self._parts = tuple(parts)
        self._clock = clock
        self._prefix = f"inspection:1:{chain}"
        self._ttls = {part.name: _ttl(part) for part in parts}
        self._cached = {
            part.name: Cached[_Kept](cache, metrics, decode=_decoder(part), ttl=self._ttls[part.name])
            for part in parts
        }

    async def read(self, subject: str) -> ReadParts:
        """All parts of a subject.

        Raises:
            Exception: What the reading of a part raises; the parts that are on their way are given up.
        """
        tasks: dict[str, asyncio.Task[_Kept]] = {}
        try:
            async with asyncio.TaskGroup() as group:
                for part in self._parts:
                    tasks[part.name] = group.create_task(self._part(part, subject, tasks))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        kept = {part: tasks[part.name].result() for part in self._parts}
        facts = {fact: found for part, each in kept.items() for fact, found in _facts(part, each).items()}
        now = self._clock.now()
        return ReadParts(
            facts,
            min((each.at for each in kept.values()), default=now),
            min((each.at + self._ttls[part.name](each) for part, each in kept.items()), default=now),
        )

    async def _part(self, part: Part, subject: str, tasks: Mapping[str, asyncio.Task[_Kept]]) -> _Kept:
        async def load() -> _Kept:
            needed: dict[type, Any] = {}
            for giver in self._parts:
                if set(giver.facts).intersection(part.needs):
                    found = _facts(giver, await asyncio.shield(tasks[giver.name]))
                    needed |= {fact: each for fact, each in found.items() if fact in part.needs}
            at = self._clock.now()
            read = await part.read(subject, needed)
            return _Kept(at, {fact.__name__: msgspec.Raw(encode(each)) for fact, each in read.items()})

        return await self._cached[part.name].get_or_load(f"{self._prefix}:{part.name}:{subject}", load)


def _facts(part: Part, kept: _Kept) -> dict[type, Any]:
    return {
        fact: decode(bytes(kept.facts[fact.__name__]), fact | Unknown)
        for fact in part.facts
        if fact.__name__ in kept.facts
    }


def _decoder(part: Part) -> Callable[[bytes], _Kept]:
    read = msgspec.json.Decoder(_Kept).decode

    names = {fact.__name__ for fact in part.facts}

    def decode_kept(data: bytes) -> _Kept:
        kept = read(data)
        if not kept.facts.keys() <= names:
            raise Misfit(f"{part.name} gives no such facts")
        # Whoever wrote it: what cannot be understood is read anew, before anybody relies on it.
        _facts(part, kept)
        return kept

    return decode_kept


def _ttl(part: Part) -> Callable[[_Kept], timedelta]:
    def ttl(kept: _Kept) -> timedelta:
        reasons = (fact.reason for fact in _facts(part, kept).values() if isinstance(fact, Unknown))
        waits = (_AGAIN_AFTER[reason] for reason in reasons if reason in _AGAIN_AFTER)
        return min(waits, default=part.fresh_for)

    return ttl
