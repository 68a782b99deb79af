"""Reading JSON objects field by field, refusing what Telegram would refuse, in its words."""

from collections.abc import Iterable
from typing import Any

from telegram_double.errors import ApiError, bad_request

type Json = dict[str, Any]


class Fields:
    """Typed access to the fields of one JSON object.

    Args:
        value: What should be an object.
        context: Put in front of complaints, e.g. "can't parse inline keyboard button".
        known: Every field the Bot API documents for it. Another one is refused: Telegram ignores some unknown
            fields, but a bot that sends one has a mistake worth hearing of.

    Raises:
        ApiError: 400, at construction or by any reader.
    """

    def __init__(self, value: object, *, known: Iterable[str], context: str = "") -> None:
        self._context = context
        if not isinstance(value, dict):
            raise self.complaint("expected an Object")
        self._value: Json = value
        known = frozenset(known)
        for name in value:
            if name not in known:
                raise self.complaint(f'unknown field "{name}"')

    def complaint(self, reason: str) -> ApiError:
        """400 with the context of this object; behind a context the sentence starts with a capital."""
        if self._context:
            return bad_request(f"{self._context}: {reason[0].upper()}{reason[1:]}")
        return bad_request(reason)

    def __contains__(self, name: str) -> bool:
        return name in self._value

    def _read(self, name: str, kinds: tuple[type, ...], label: str) -> Any:
        value = self._value.get(name)
        if value is None:
            return None
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise self.complaint(f'field "{name}" must be of type {label}')
        return value

    def text(self, name: str) -> str | None:
        """A String or None."""
        value: str | None = self._read(name, (str,), "String")
        return value

    def boolean(self, name: str) -> bool | None:
        """A Boolean or None."""
        value: bool | None = self._read(name, (bool,), "Boolean")
        return value

    def integer(self, name: str) -> int | None:
        """A Number without fraction, or None."""
        value: int | None = self._read(name, (int,), "Number")
        return value

    def array(self, name: str) -> list[Any] | None:
        """An Array or None."""
        value: list[Any] | None = self._read(name, (list,), "Array")
        return value

    def object(self, name: str) -> Json | None:
        """An Object or None."""
        value: Json | None = self._read(name, (dict,), "Object")
        return value

    def required[T](self, name: str, value: T | None) -> T:
        """``value``, or a complaint that the field is missing."""
        if value is None:
            raise self.complaint(f'can\'t find field "{name}"')
        return value
