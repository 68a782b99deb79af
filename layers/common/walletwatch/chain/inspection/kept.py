"""Facts as JSON and back, for the cache.

msgspec does not tell two dataclasses of a union apart, and a fact or `Unknown` is such a union. So each one
is written with its name, under a key that no field can have. The type says what is expected at every place,
and whatever is something else is refused: it was written by another version, and is read anew.
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, TypeAliasType, Union, get_args, get_origin, get_type_hints

import msgspec

_NAME = ""

type Read = Callable[[Any], Any]


class Misfit(ValueError):
    """What is kept is not of the kind expected."""


def encode(fact: object) -> bytes:
    """A dataclass, with all that is in it, as JSON."""
    return msgspec.json.encode(_plain(fact))


def decode(data: bytes, kind: Any) -> Any:
    """What `encode` was given.

    Args:
        data: Of `encode`, or anything.
        kind: A dataclass, or a union of some.

    Raises:
        ValueError: It is not of this kind.
    """
    return _reader(kind)(msgspec.json.decode(data))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {_NAME: type(value).__name__, **fields}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


@cache
def _reader(kind: Any) -> Read:
    if isinstance(kind, TypeAliasType):
        return _reader(kind.__value__)
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _union([_reader(each) for each in get_args(kind)])
    if origin is tuple:
        return _tuple(get_args(kind))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(_reader(get_args(kind)[1]))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _fields(kind)
    if kind in {None, types.NoneType}:
        return _exactly(types.NoneType)
    if kind in {bool, int, str}:
        return _exactly(kind)
    if isinstance(kind, type) and (issubclass(kind, Enum) or kind in {Decimal, datetime}):
        return _made(kind)
    raise TypeError(f"facts hold no {kind}")


def _exactly(kind: type) -> Read:
    def read(value: Any) -> Any:
        # Not isinstance: True is no number.
        if type(value) is not kind:
            raise Misfit(f"{kind.__name__} expected")
        return value

    return read


def _made(kind: type) -> Read:
    make: Callable[[Any], Any] = datetime.fromisoformat if kind is datetime else kind

    def read(value: Any) -> Any:
        if not isinstance(value, str) and not issubclass(kind, Enum):
            raise Misfit(f"{kind.__name__} expected")
        try:
            return make(value)
        except InvalidOperation as error:
            raise Misfit("no decimal number") from error

    return read


def _union(readers: list[Read]) -> Read:
    def read(value: Any) -> Any:
        for reader in readers:
            try:
                return reader(value)
            except ValueError:
                continue
        raise Misfit("none of the kinds expected")

    return read


def _tuple(items: tuple[Any, ...]) -> Read:
    if len(items) == 2 and items[1] is Ellipsis:
        each = _reader(items[0])

        def read_all(value: Any) -> Any:
            if not isinstance(value, list):
                raise Misfit("a list expected")
            return tuple(each(item) for item in value)

        return read_all
    readers = [_reader(item) for item in items]

    def read(value: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(readers):
            raise Misfit("a list of another length expected")
        return tuple(reader(item) for reader, item in zip(readers, value, strict=True))

    return read


def _mapping(each: Read) -> Read:
    def read(value: Any) -> Any:
        if not isinstance(value, dict) or _NAME in value:
            raise Misfit("a mapping expected")
        return {key: each(item) for key, item in value.items()}

    return read


def _fields(kind: type) -> Read:
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or value.get(_NAME) != kind.__name__ or len(value) != len(names) + 1:
            raise Misfit(f"{kind.__name__} expected")
        try:
            return kind(**{name: _reader(hints[name])(value[name]) for name in names})
        except KeyError as error:
            raise Misfit(f"{kind.__name__} lacks {error}") from error

    return read
