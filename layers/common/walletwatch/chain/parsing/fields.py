"""Reading the fields of a JSON value that may be anything: the right type or `MalformedTransaction`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Never

from walletwatch.domain.addresses import looks_like_address
from walletwatch.domain.errors import MalformedTransaction

U64_END: Final = 1 << 64
MAX_SIGNATURE_CHARACTERS: Final = 88

# The same programs, sysvars and mints come in nearly every transaction.
_known_address = lru_cache(maxsize=16384)(looks_like_address)


def malformed(what: str) -> Never:
    """Refuse the answer."""
    raise MalformedTransaction(what)


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """A JSON object."""
    if type(value) is dict or isinstance(value, Mapping):
        return value
    malformed(f"{what} is no object")


def items(value: Any, what: str) -> Sequence[Any]:
    """A JSON array."""
    if type(value) is list or type(value) is tuple:
        return value
    malformed(f"{what} is no array")


def optional_items(value: Any, what: str) -> Sequence[Any]:
    """A JSON array; null and absence, which older nodes send, are an empty one."""
    return () if value is None else items(value, what)


def unsigned(value: Any, what: str) -> int:
    """A u64. A boolean is none, although Python thinks so."""
    if type(value) is int and 0 <= value < U64_END:
        return value
    malformed(f"{what} is no u64")


def unsigned_array(value: Any, what: str) -> tuple[int, ...]:
    """An array of u64."""
    numbers = tuple(items(value, what))
    if numbers and (set(map(type, numbers)) != {int} or min(numbers) < 0 or max(numbers) >= U64_END):
        malformed(f"{what} holds what is no u64")
    return numbers


def text(value: Any, what: str) -> str:
    """A string."""
    if type(value) is str:
        return value
    malformed(f"{what} is no text")


def address(value: Any, what: str) -> str:
    """An address, by its alphabet and length."""
    if type(value) is str and _known_address(value):
        return value
    malformed(f"{what} is no address")


def signature(value: Any) -> str:
    """A signature: an opaque name here, so that edited recordings with other names can be read too."""
    if (
        type(value) is str
        and 0 < len(value) <= MAX_SIGNATURE_CHARACTERS
        and value.isascii()
        and value.isprintable()
    ):
        return value
    malformed("the signature is none")
