"""Parameters of a Bot API call, checked against what is documented."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from telegram_double.errors import bad_request
from telegram_double.fields import Json


class Kind(StrEnum):
    """Type of a parameter; the value is how a complaint names it."""

    TEXT = "String"
    INTEGER = "Number"
    NUMBER = "Number with fraction"
    BOOLEAN = "Boolean"
    CHAT = "chat identifier"
    ARRAY = "Array"
    OBJECT = "Object"
    FILE = "InputFile"


type Spec = Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Arguments:
    """The checked parameters of one call. Readers give None for what was not sent."""

    values: Mapping[str, object] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """A string."""
        value = self.values.get(name)
        assert value is None or isinstance(value, str)
        return value

    def integer(self, name: str) -> int | None:
        """A whole number."""
        value = self.values.get(name)
        assert value is None or isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        """A boolean; False if it was not sent."""
        value = self.values.get(name)
        assert value is None or isinstance(value, bool)
        return bool(value)

    def chat(self, name: str = "chat_id") -> int | str | None:
        """A chat's number or @username."""
        value = self.values.get(name)
        assert value is None or isinstance(value, int | str)
        return value

    def array(self, name: str) -> list[object] | None:
        """A JSON array."""
        value = self.values.get(name)
        assert value is None or isinstance(value, list)
        return value

    def object(self, name: str) -> Json | None:
        """A JSON object."""
        value = self.values.get(name)
        assert value is None or isinstance(value, dict)
        return value

    def file(self, name: str) -> Upload | str | None:
        """An upload, or a file_id or URL."""
        value = self.text(name)
        if value is None:
            return self.uploads.get(name)
        if value.startswith("attach://"):
            attached = self.uploads.get(value.removeprefix("attach://"))
            if attached is None:
                raise bad_request("there is no attached file with the name given in attach://")
            return attached
        return value

    def __contains__(self, name: str) -> bool:
        return name in self.values or name in self.uploads


def parse_arguments(spec: Spec, raw: Mapping[str, object], uploads: Mapping[str, Upload]) -> Arguments:
    """Checks names and types of a call's parameters.

    Args:
        spec: The parameters the Bot API documents for the method.
        raw: Name to value as received.
        uploads: Files of a multipart body by part name.

    Raises:
        ApiError: 400 for an unknown parameter, a wrong type or a file nothing refers to.
    """
    values: dict[str, object] = {}
    for name, value in raw.items():
        kind = spec.get(name)
        if kind is None:
            raise bad_request(f'unknown parameter "{name}"')
        if value is None:
            continue
        values[name] = _converted(name, kind, value)
    referred = {value.removeprefix("attach://") for value in _attachments(values)}
    for name in uploads:
        if spec.get(name) is not Kind.FILE and name not in referred:
            raise bad_request(f'unknown parameter "{name}"')
    return Arguments(values, dict(uploads))


def _attachments(value: object) -> list[str]:
    """Every attach:// reference in the parameters."""
    if isinstance(value, str):
        return [value] if value.startswith("attach://") else []
    if isinstance(value, dict):
        return [found for item in value.values() for found in _attachments(item)]
    if isinstance(value, list):
        return [found for item in value for found in _attachments(item)]
    return []


def _converted(name: str, kind: Kind, value: object) -> object:
    if isinstance(value, str) and kind not in {Kind.TEXT, Kind.FILE}:
        # Forms write numbers, booleans and objects as text; Telegram takes them so in JSON bodies, too.
        value = _decoded(name, kind, value)
    if kind is Kind.CHAT:
        valid = isinstance(value, int | str) and not isinstance(value, bool)
    elif kind in {Kind.TEXT, Kind.FILE}:
        valid = isinstance(value, str)
    elif kind is Kind.BOOLEAN:
        valid = isinstance(value, bool)
    elif kind is Kind.INTEGER:
        valid = isinstance(value, int) and not isinstance(value, bool)
    elif kind is Kind.NUMBER:
        valid = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        valid = isinstance(value, list if kind is Kind.ARRAY else dict)
    if not valid:
        raise bad_request(f'parameter "{name}" must be of type {kind.value}')
    return value


def _decoded(name: str, kind: Kind, text: str) -> object:
    if kind is Kind.CHAT:
        return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() else text
    if kind is Kind.BOOLEAN:
        switch = {"true": True, "1": True, "false": False, "0": False}
        return switch.get(text.lower(), text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        what = "JSON object" if kind in {Kind.ARRAY, Kind.OBJECT} else kind.value
        raise bad_request(f'can\'t parse parameter "{name}": {what} expected') from None
