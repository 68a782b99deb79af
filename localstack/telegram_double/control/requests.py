"""Reading control requests."""

import base64
import binascii
import json
from typing import cast

from aiohttp import web

from telegram_double.arguments import Upload
from telegram_double.double import Double
from telegram_double.errors import ControlError
from telegram_double.fields import Json

DOUBLE = web.AppKey("double", Double)


class Body:
    """The JSON object of a control request, with typed and checked access.

    Raises:
        ControlError: 400 for a wrong type or a missing field; at the end for a field nobody read.
    """

    def __init__(self, value: Json) -> None:
        self._value = value
        self._read: set[str] = set()

    def _take(self, name: str, kind: type | tuple[type, ...], label: str) -> object:
        self._read.add(name)
        value = self._value.get(name)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ControlError(f"{name} must be {label}")
        return value

    def integer(self, name: str) -> int | None:
        """A whole number or None."""
        return cast("int | None", self._take(name, int, "a whole number"))

    def number(self, name: str) -> float | None:
        """A number or None."""
        return cast("float | None", self._take(name, (int, float), "a number"))

    def text(self, name: str) -> str | None:
        """A string or None."""
        return cast("str | None", self._take(name, str, "a string"))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean."""
        value = cast("bool | None", self._take(name, bool, "true or false"))
        return default if value is None else value

    def mapping(self, name: str) -> Json | None:
        """An object or None."""
        return cast("Json | None", self._take(name, dict, "an object"))

    def array(self, name: str) -> list[object] | None:
        """An array or None."""
        return cast("list[object] | None", self._take(name, list, "an array"))

    def content(self, name: str) -> bytes:
        """Bytes, written in base64."""
        try:
            return base64.b64decode(self.needed(name, self.text(name)), validate=True)
        except binascii.Error as error:
            raise ControlError(f"{name} must be base64") from error

    def needed[T](self, name: str, value: T | None) -> T:
        """The value, which must be there."""
        if value is None:
            raise ControlError(f"{name} is missing")
        return value

    def done(self) -> None:
        """Refuses fields nobody asked for."""
        unknown = sorted(self._value.keys() - self._read)
        if unknown:
            raise ControlError(f"unknown fields: {', '.join(unknown)}")


async def read_body(request: web.Request) -> Body:
    """The body of a control request.

    Raises:
        ControlError: It is no JSON object, or not declared as JSON (so no foreign page can post forms here).
    """
    if not request.can_read_body:
        return Body({})
    if request.content_type != "application/json":
        raise ControlError("send application/json", 415)
    try:
        value = await request.json()
    except json.JSONDecodeError as error:
        raise ControlError("the body is no JSON") from error
    if not isinstance(value, dict):
        raise ControlError("the body must be an object")
    return Body(value)


def path_integer(request: web.Request, name: str) -> int:
    """A number in the path."""
    try:
        return int(request.match_info[name])
    except ValueError:
        raise ControlError(f"{name} must be a whole number") from None


def query_number(request: web.Request, name: str, default: float) -> float:
    """A number in the query."""
    try:
        return float(request.query.get(name, default))
    except ValueError:
        raise ControlError(f"{name} must be a number") from None


def query_integer(request: web.Request, name: str) -> int | None:
    """A whole number in the query, or None."""
    value = request.query.get(name)
    if value is None:
        return None
    try:
        return int(value)
    except ValueError:
        raise ControlError(f"{name} must be a whole number") from None


def upload_of(body: Body) -> Upload:
    """The file in a request: ``name``, ``content`` (base64) and optionally ``content_type``."""
    name = body.needed("name", body.text("name"))
    return Upload(name, body.content("content"), body.text("content_type") or "")
