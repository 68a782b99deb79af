"""Text as Telegram counts it: offsets and lengths are UTF-16 code units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# What Telegram's servers treat as nothing at the ends of a message.
BLANK = " \t\r\n\v\f\u00a0\u200b\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Entity:
    """A MessageEntity. ``offset`` and ``length`` are UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    user: dict[str, Any] | None = None

    @property
    def end(self) -> int:
        """Offset of the first unit behind the entity."""
        return self.offset + self.length

    def wire(self) -> dict[str, Any]:
        """The JSON object of the Bot API."""
        answer: dict[str, Any] = {"offset": self.offset, "length": self.length, "type": self.type}
        optional = {
            "url": self.url,
            "language": self.language,
            "custom_emoji_id": self.custom_emoji_id,
            "user": self.user,
        }
        answer.update({name: value for name, value in optional.items() if value is not None})
        return answer


@dataclass(frozen=True, slots=True)
class FormattedText:
    """Text with its entities, as it is shown."""

    text: str = ""
    entities: tuple[Entity, ...] = ()

    @property
    def units(self) -> int:
        """Length in UTF-16 units."""
        return utf16_length(self.text)

    def trimmed(self) -> "FormattedText":
        """Without blank ends; entities are moved and cut accordingly, empty ones vanish."""
        left_cut = self.text.lstrip(BLANK)
        shift = utf16_length(self.text) - utf16_length(left_cut)
        text = left_cut.rstrip(BLANK)
        return FormattedText(text, _clipped(self.entities, shift, utf16_length(text)))


def utf16_length(text: str) -> int:
    """Number of UTF-16 code units."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of ``text`` that an entity covers."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def ordered(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Entities as Telegram lists them: by offset, the longer first."""
    return tuple(sorted(entities, key=lambda entity: (entity.offset, -entity.length)))


def _clipped(entities: Sequence[Entity], shift: int, units: int) -> tuple[Entity, ...]:
    kept = []
    for entity in entities:
        start = max(entity.offset - shift, 0)
        end = min(entity.end - shift, units)
        if end > start:
            kept.append(
                Entity(
                    entity.type,
                    start,
                    end - start,
                    entity.url,
                    entity.language,
                    entity.custom_emoji_id,
                    entity.user,
                )
            )
    return tuple(kept)
