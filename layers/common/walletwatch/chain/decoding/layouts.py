"""How a program's instructions are laid out, and reading them from data or from Agave's parsed form.

A layout names the accounts and arguments of one instruction as Agave's jsonParsed encoding does
(`transaction-status`, parse_*.rs), so both sources give the same `Decoded`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from struct import error as StructError  # noqa: N812 - the library's name is no class name
from typing import Any, Final, NamedTuple

from walletwatch.chain.parsing.model import Instruction
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.addresses import ADDRESS_BYTES, encode_address, looks_like_address

MAX_TEXT_BYTES: Final = 1024
_U64_DIGITS: Final = 20


class Decoded(NamedTuple):
    """One instruction of a known program, read.

    Attributes:
        program: Program id.
        name: Such as `transferChecked`.
        fields: Accounts and arguments by name; what the instruction leaves out is absent.
        action: What it means for the one who signs, where that can be told.
        top: Index of the top-level instruction that this is, or that invoked it.
        height: Stack height; 1 for a top-level instruction.
    """

    program: str
    name: str
    fields: Mapping[str, Any]
    action: ActivityKind | None
    top: int
    height: int


type Reader = Callable[[bytes, int], tuple[Any, int]]


class Codec(NamedTuple):
    """One argument's form: in data, and in the parsed form.

    Attributes:
        read: The value at an offset, and the offset behind it.
        accept: The value of the parsed form, or None if it is not of this type.
    """

    read: Reader
    accept: Callable[[Any], Any]


def _number(code: str) -> Codec:
    form = Struct("<" + code)

    def read(data: bytes, at: int) -> tuple[Any, int]:
        return form.unpack_from(data, at)[0], at + form.size

    return Codec(read, _accept_number)


def _wide_number(*, signed: bool) -> Codec:
    """Sixteen bytes, little-endian; in JSON no number can hold them."""

    def read(data: bytes, at: int) -> tuple[int, int]:
        end = at + 16
        if end > len(data):
            raise StructError
        return int.from_bytes(data[at:end], "little", signed=signed), end

    return Codec(read, _accept_number)


def _accept_number(value: Any) -> int | None:
    if type(value) is int:
        return value
    if type(value) is str and value.isascii() and value.isdecimal() and len(value) <= _U64_DIGITS:
        return int(value)
    return None


def _accept_address(value: Any) -> str | None:
    return value if type(value) is str and looks_like_address(value) else None


def _accept_text(value: Any) -> str | None:
    return value[:MAX_TEXT_BYTES] if type(value) is str else None


def _read_key(data: bytes, at: int) -> tuple[str, int]:
    end = at + ADDRESS_BYTES
    raw = data[at:end]
    if len(raw) != ADDRESS_BYTES:
        raise StructError
    return encode_address(raw), end


def _read_optional_key(data: bytes, at: int) -> tuple[str | None, int]:
    """spl-token's COption: one byte, then the key if it is 1."""
    if data[at] == 0:
        return None, at + 1
    return _read_key(data, at + 1)


def _read_nonzero_key(data: bytes, at: int) -> tuple[str | None, int]:
    """spl-pod's OptionalNonZeroPubkey: all zero is none."""
    key, end = _read_key(data, at)
    return (key if any(data[at:end]) else None), end


def _text_reader(length: Struct) -> Reader:
    def read(data: bytes, at: int) -> tuple[str, int]:
        (size,) = length.unpack_from(data, at)
        start = at + length.size
        end = start + size
        if end > len(data):
            raise StructError
        return data[start : min(end, start + MAX_TEXT_BYTES)].decode(errors="replace"), end

    return read


def enumeration(code: str, names: tuple[str, ...]) -> Codec:
    """A number that stands for a name, which the parsed form gives itself. Unknown ones stay digits."""
    read_number = _number(code).read

    def read(data: bytes, at: int) -> tuple[str, int]:
        number, end = read_number(data, at)
        return (names[number] if number < len(names) else str(number)), end

    return Codec(read, _accept_text)


U8: Final = _number("B")
U16: Final = _number("H")
U32: Final = _number("I")
U64: Final = _number("Q")
I64: Final = _number("q")
U128: Final = _wide_number(signed=False)
I128: Final = _wide_number(signed=True)
KEY: Final = Codec(_read_key, _accept_address)
OPTIONAL_KEY: Final = Codec(_read_optional_key, _accept_address)
NONZERO_KEY: Final = Codec(_read_nonzero_key, _accept_address)
BINCODE_TEXT: Final = Codec(_text_reader(Struct("<Q")), _accept_text)
BORSH_TEXT: Final = Codec(_text_reader(Struct("<I")), _accept_text)


@dataclass(frozen=True, slots=True)
class Layout:
    """One instruction of a program.

    Attributes:
        accounts: Their names in order; the instruction may have more, or fewer where some are optional.
        arguments: Behind the tag, in order.
        action: What it means for the one who signs, where the name alone tells.
        judge: Tells it from the fields, where the name alone does not.
        aliases: Other names in the parsed form, by the name used here.
    """

    name: str
    accounts: tuple[str, ...]
    arguments: tuple[tuple[str, Codec], ...]
    action: ActivityKind | None
    judge: Callable[[Mapping[str, Any]], ActivityKind] | None
    aliases: Mapping[str, tuple[str, ...]]

    def from_data(self, instruction: Instruction, data: bytes, at: int) -> Decoded | None:
        """Read accounts and data; None where the data are too short for this instruction."""
        fields: dict[str, Any] = dict(zip(self.accounts, instruction.accounts, strict=False))
        try:
            for name, codec in self.arguments:
                fields[name], at = codec.read(data, at)
        except (StructError, IndexError):
            return None
        return self._decoded(instruction, fields)

    def from_parsed(self, instruction: Instruction, info: Mapping[str, Any]) -> Decoded:
        """Read Agave's parsed form; what is not there, or has another type, is left out."""
        fields: dict[str, Any] = {}
        for name in self.accounts:
            value = _accept_address(self._find(info, name))
            if value is not None:
                fields[name] = value
        for name, codec in self.arguments:
            fields[name] = codec.accept(self._find(info, name))
        return self._decoded(instruction, fields)

    def _find(self, info: Mapping[str, Any], name: str) -> Any:
        if name in info:
            return info[name]
        for alias in self.aliases.get(name, ()):
            value: Any = info
            for part in alias.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
            if value is not None:
                return value
        # A multisig's authority has a name of its own.
        return info.get(f"multisig{name[:1].upper()}{name[1:]}")

    def _decoded(self, instruction: Instruction, fields: dict[str, Any]) -> Decoded:
        action = self.action if self.judge is None else self.judge(fields)
        return Decoded(instruction.program, self.name, fields, action, instruction.top, instruction.height)


_NO_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {}


def layout(
    name: str,
    accounts: str = "",
    /,
    *,
    action: ActivityKind | None = None,
    judge: Callable[[Mapping[str, Any]], ActivityKind] | None = None,
    aliases: Mapping[str, tuple[str, ...]] = _NO_ALIASES,
    **arguments: Codec,
) -> Layout:
    """A layout; the account names are separated by blanks."""
    return Layout(name, tuple(accounts.split()), tuple(arguments.items()), action, judge, aliases)


@dataclass(frozen=True, slots=True)
class Program:
    """A program that the decoder knows, at least by name.

    Attributes:
        id: Its address.
        label: What a person calls it.
        layouts: By the bytes that an instruction's data begin with.
        plumbing: It only serves others: a person who used it together with a protocol used the protocol.
        tag_sizes: The lengths of those beginnings, the longest first.
        by_name: The layouts by name, for the parsed form.
        untagged: The layout of data that begin with no tag at all.
    """

    id: str
    label: str
    layouts: Mapping[bytes, Layout]
    plumbing: bool
    tag_sizes: tuple[int, ...]
    by_name: Mapping[str, Layout]
    untagged: Layout | None = None

    def decode(self, instruction: Instruction) -> Decoded | None:
        """Read an instruction of this program; None for one it does not know."""
        parsed = instruction.parsed
        if parsed is not None:
            return self._from_parsed(instruction, parsed)
        if not self.tag_sizes and self.untagged is None:
            return None
        data = instruction.data
        for size in self.tag_sizes:
            found = self.layouts.get(data[:size])
            if found is not None:
                return found.from_data(instruction, data, size)
        return self.untagged.from_data(instruction, data, 0) if self.untagged else None

    def _from_parsed(self, instruction: Instruction, parsed: Mapping[str, Any] | str) -> Decoded | None:
        if isinstance(parsed, str):
            return self.untagged.from_parsed(instruction, {"text": parsed}) if self.untagged else None
        name, info = parsed.get("type"), parsed.get("info")
        found = self.by_name.get(name) if isinstance(name, str) else None
        return found.from_parsed(instruction, info) if found and isinstance(info, Mapping) else None


def program(
    address: str,
    label: str,
    layouts: Mapping[bytes, Layout] | None = None,
    *,
    plumbing: bool = False,
    untagged: Layout | None = None,
) -> Program:
    """A program of the registry."""
    layouts = layouts or {}
    return Program(
        address,
        label,
        layouts,
        plumbing,
        tuple(sorted({len(tag) for tag in layouts}, reverse=True)),
        {found.name: found for found in layouts.values()},
        untagged,
    )


def tagged(layouts: Mapping[int, Layout], size: int = 1, prefix: bytes = b"") -> dict[bytes, Layout]:
    """Layouts by the little-endian number of `size` bytes that their data begin with."""
    return {prefix + tag.to_bytes(size, "little"): found for tag, found in layouts.items()}


def discriminator(name: str) -> bytes:
    """The tag of eight bytes that stands for a name such as `global:swap` (Anchor, spl-discriminator)."""
    return sha256(name.encode()).digest()[:8]


def anchor(actions: Mapping[ActivityKind | None, str]) -> dict[bytes, Layout]:
    """Layouts of an Anchor program whose accounts and arguments do not matter: names by what they mean."""
    return {
        discriminator(f"global:{name}"): layout(name, action=action)
        for action, names in actions.items()
        for name in names.split()
    }


def numbered(
    actions: Mapping[ActivityKind | None, Mapping[int, str]], prefix: bytes = b""
) -> dict[bytes, Layout]:
    """The same for a program whose data begin with a number of one byte."""
    return {
        prefix + bytes([tag]): layout(name, action=action)
        for action, names in actions.items()
        for tag, name in names.items()
    }
