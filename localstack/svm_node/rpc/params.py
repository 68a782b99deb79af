"""Reading the parameters of a request, with Agave's answers to those it cannot use."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import base58
from solders.pubkey import Pubkey
from solders.signature import Signature

from svm_node.commitment import WIRE_COMMITMENTS, Commitment
from svm_node.errors import invalid_params

_U64_MAX = 2**64 - 1


class Config:
    """The options object many methods take as their last parameter."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members

    def get(self, name: str) -> Any:
        """A member as it came; None if it is absent."""
        return self._members.get(name)

    def commitment(self, default: Commitment = Commitment.FINALIZED) -> Commitment:
        """The commitment level asked for.

        Raises:
            RpcError: There is no such level.
        """
        return as_commitment(self._members.get("commitment"), default)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean."""
        value = self._members.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise wrong_type(value, "a boolean")
        return value

    def u64(self, name: str) -> int | None:
        """An unsigned number; None if it is absent."""
        value = self._members.get(name)
        return None if value is None else as_u64(value)

    def choice[E: StrEnum](self, name: str, kind: type[E], default: E) -> E:
        """One of the values of an enumeration.

        Raises:
            RpcError: It is none of them.
        """
        value = self._members.get(name)
        return default if value is None else as_choice(value, kind)

    def config(self, name: str) -> "Config | None":
        """An object; None if it is absent."""
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise wrong_type(value, "a map")
        return Config(value)


class Params:
    """The positional parameters of a request."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def required(self, index: int) -> Any:
        """A parameter as it came.

        Raises:
            RpcError: There are fewer.
        """
        if index >= len(self._values):
            raise invalid_params(f"`params` should have at least {index + 1} argument(s)")
        return self._values[index]

    def optional(self, index: int) -> Any:
        """A parameter as it came; None if there are fewer."""
        return self._values[index] if index < len(self._values) else None

    def text(self, index: int) -> str:
        """A string."""
        value = self.required(index)
        if not isinstance(value, str):
            raise wrong_type(value, "a string")
        return value

    def u64(self, index: int) -> int:
        """An unsigned number."""
        return as_u64(self.required(index))

    def pubkey(self, index: int) -> Pubkey:
        """An address."""
        return as_pubkey(self.text(index))

    def signature(self, index: int) -> str:
        """A transaction signature, checked for its form."""
        return as_signature(self.text(index))

    def texts(self, index: int) -> list[str]:
        """A list of strings."""
        value = self.required(index)
        if not isinstance(value, list):
            raise wrong_type(value, "a sequence")
        for item in value:
            if not isinstance(item, str):
                raise wrong_type(item, "a string")
        return value

    def config(self, index: int) -> Config:
        """The options at this position; empty where it is absent or null."""
        value = self.optional(index)
        if value is None:
            return Config({})
        if not isinstance(value, Mapping):
            raise wrong_type(value, "a map")
        return Config(value)


def as_commitment(value: Any, default: Commitment) -> Commitment:
    """A commitment level, or the default where none is given."""
    if value is None:
        return default
    if not isinstance(value, str) or value not in WIRE_COMMITMENTS:
        raise unknown_variant(value, list(WIRE_COMMITMENTS))
    return WIRE_COMMITMENTS[value]


def as_choice[E: StrEnum](value: Any, kind: type[E]) -> E:
    """A member of an enumeration by its value."""
    try:
        return kind(value)
    except ValueError:
        raise unknown_variant(value, [member.value for member in kind]) from None


def as_u64(value: Any) -> int:
    """An unsigned number of 8 bytes."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _U64_MAX:
        raise wrong_type(value, "u64")
    return value


def as_pubkey(text: str) -> Pubkey:
    """An address, with the two ways in which Agave says that it is none."""
    try:
        raw = base58.b58decode(text)
    except ValueError:
        raise invalid_params("Invalid param: Invalid") from None
    if len(raw) != Pubkey.LENGTH:
        raise invalid_params("Invalid param: WrongSize")
    return Pubkey(raw)


def as_signature(text: str) -> str:
    """A signature in its base58 form."""
    try:
        raw = base58.b58decode(text)
    except ValueError:
        raise invalid_params("Invalid param: Invalid") from None
    if len(raw) != Signature.LENGTH:
        raise invalid_params("Invalid param: WrongSize")
    return text


def decode_bytes(text: str, encoding: str) -> bytes:
    """Bytes written in base58 or base64.

    Raises:
        RpcError: They are not, or the encoding is another.
    """
    if encoding == "base58":
        try:
            return base58.b58decode(text)
        except ValueError as error:
            raise invalid_params(f"invalid base58 encoding: {error}") from error
    if encoding == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise invalid_params(f"invalid base64 encoding: {error}") from error
    raise invalid_params(f"unsupported encoding: {encoding}. Supported encodings: base58, base64")


def wrong_type(value: Any, expected: str) -> Exception:
    """The error for a value of another JSON type, worded as serde does."""
    return invalid_params(f"Invalid params: invalid type: {_serde_name(value)}, expected {expected}.")


def unknown_variant(value: Any, known: Sequence[str]) -> Exception:
    """The error for a value that is none of an enumeration."""
    if not isinstance(value, str):
        return wrong_type(value, "a string")
    variants = ", ".join(f"`{name}`" for name in known)
    return invalid_params(f"Invalid params: unknown variant `{value}`, expected one of {variants}.")


def _serde_name(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean `{str(value).lower()}`"
        case int():
            return f"integer `{value}`"
        case float():
            return f"floating point `{value}`"
        case str():
            return f'string "{value}"'
        case list():
            return "sequence"
        case _:
            return "map"
