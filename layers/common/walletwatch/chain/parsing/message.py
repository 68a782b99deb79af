"""The wire form of a transaction: legacy, version 0 and version 1.

Legacy and version 0 (solana-sdk `message`): signatures, then the message, with shortvec lengths. Version 1
(SIMD-0385): the message first, its lengths and a mask of settings in front, the signatures at the end.
"""

from struct import Struct
from typing import Final, NamedTuple

from walletwatch.chain.parsing.fields import malformed
from walletwatch.domain.addresses import ADDRESS_BYTES, SIGNATURE_BYTES, encode, encode_address

_VERSION_BIT: Final = 0x80
_VERSION_1: Final = _VERSION_BIT | 1
_BLOCKHASH_BYTES: Final = 32
_U32: Final = Struct("<I")
_INSTRUCTION_HEADER: Final = Struct("<BBH")
_KNOWN_SETTINGS: Final = 0b11111
"""Priority fee (two bits, eight bytes), compute units, loaded data size, heap size (four bytes each)."""


class RawInstruction(NamedTuple):
    """An instruction whose accounts are positions in the keys, loaded ones included."""

    program: int
    accounts: tuple[int, ...]
    data: bytes


class RawTransaction(NamedTuple):
    """What the wire form holds. The addresses that its lookup tables stand for are not part of it.

    Attributes:
        version: None for legacy.
        signer_count: How many of the first keys signed.
        loaded: How many addresses the lookup tables add.
    """

    version: int | None
    signatures: tuple[str, ...]
    signer_count: int
    keys: tuple[str, ...]
    loaded: int
    instructions: tuple[RawInstruction, ...]


class _Reader:
    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        part = self._data[self._at : end]
        if len(part) != size:
            malformed("the wire form ends too early")
        self._at = end
        return part

    def byte(self) -> int:
        return self.take(1)[0]

    def u32(self) -> int:
        value: int = _U32.unpack(self.take(4))[0]
        return value

    def length(self) -> int:
        """A shortvec length: u16 in up to three bytes of seven bits, the lowest first."""
        value = 0
        for shift in (0, 7, 14):
            part = self.byte()
            value |= (part & 0x7F) << shift
            if part < _VERSION_BIT:
                return value
        return malformed("a length of more than three bytes")

    def addresses(self, count: int) -> tuple[str, ...]:
        raw = self.take(count * ADDRESS_BYTES)
        return tuple(
            encode_address(raw[start : start + ADDRESS_BYTES]) for start in range(0, len(raw), ADDRESS_BYTES)
        )

    def signatures(self, count: int) -> tuple[str, ...]:
        return tuple(encode(self.take(SIGNATURE_BYTES)) for _ in range(count))

    def finish(self) -> None:
        if self._at != len(self._data):
            malformed("the wire form goes on after its end")


def parse_wire(data: bytes) -> RawTransaction:
    """Read a serialised transaction.

    Raises:
        MalformedTransaction: It is cut off, too long, or of a version that is not known.
    """
    if data[:1] == bytes([_VERSION_1]):
        return _read_version_1(_Reader(data[1:]))
    return _read_older(_Reader(data))


def _read_older(reader: _Reader) -> RawTransaction:
    signatures = reader.signatures(reader.length())
    required = reader.byte()
    version = None
    if required & _VERSION_BIT:
        version = required & ~_VERSION_BIT
        if version:
            malformed(f"version {version} in the older form")
        required = reader.byte()
    reader.take(2)
    keys = reader.addresses(reader.length())
    reader.take(_BLOCKHASH_BYTES)
    instructions = tuple(
        RawInstruction(reader.byte(), tuple(reader.take(reader.length())), reader.take(reader.length()))
        for _ in range(reader.length())
    )
    loaded = 0
    if version is not None:
        for _ in range(reader.length()):
            reader.take(ADDRESS_BYTES)
            for _ in range(2):
                loaded += len(reader.take(reader.length()))
    reader.finish()
    return RawTransaction(version, signatures, required, keys, loaded, instructions)


def _read_version_1(reader: _Reader) -> RawTransaction:
    required, _, _ = reader.take(3)
    settings = reader.u32()
    if settings & ~_KNOWN_SETTINGS:
        # A setting that is not known has an unknown place too: what follows could not be found.
        malformed("an unknown setting of version 1")
    reader.take(_BLOCKHASH_BYTES)
    instruction_count, key_count = reader.take(2)
    keys = reader.addresses(key_count)
    reader.take(4 * settings.bit_count())
    headers = [_INSTRUCTION_HEADER.unpack(reader.take(4)) for _ in range(instruction_count)]
    instructions = tuple(
        RawInstruction(program, tuple(reader.take(accounts)), reader.take(size))
        for program, accounts, size in headers
    )
    signatures = reader.signatures(required)
    reader.finish()
    return RawTransaction(1, signatures, required, keys, 0, instructions)
