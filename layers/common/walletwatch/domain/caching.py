"""What a cache tells about itself and about one of its values."""

import re
from dataclasses import dataclass
from typing import Final

_PATTERN_CHARACTERS: Final = re.compile(r"([*?\[\]^\-\\])")


@dataclass(frozen=True, slots=True)
class CacheStats:
    """How often a value was there.

    Attributes:
        hits: Values that were found.
        misses: Values that were not, those among them for which the cache did not answer.
    """

    hits: int
    misses: int

    @property
    def rate(self) -> float | None:
        """The part that was found, 0 to 1; None where nothing was looked for."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a value, and what is to be done about it.

    Attributes:
        value: None where there is none. It is stale where it is `to_load`, and where somebody else loads it.
        to_load: It fell to whoever looked to load it. Where this is False and there is no value, somebody
            else is loading it.
    """

    value: bytes | None
    to_load: bool


def escaped(text: str) -> str:
    r"""A text as a pattern of Redis (SCAN, MATCH) that matches nothing but it.

    Whatever comes from outside has to pass here: `*` in it would clear more than is meant.
    """
    return _PATTERN_CHARACTERS.sub(r"\\\1", text)
