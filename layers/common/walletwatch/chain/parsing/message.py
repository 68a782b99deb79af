"""The wire form of a transaction: legacy, version 0 and version 1.

Legacy and 0 follow solana-sdk's `message` crate: compact arrays with a shortvec length. Version 1 (SIMD-0385)
puts the message before the signatures and counts everything in its header.
"""

import struct
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.addresses import encode, encode_address
from walletwatch.domain.errors import MalformedTransaction

V1_PREFIX: Final = 0x81
_VERSION_BIT: Final = 0x80
_KEY: Final = 32
_SIGNATURE: Final = 64
_CONFIG_WORDS: Final = {0: 2, 2: 1, 3: 1, 4: 1}
"""Version 1: 32-bit words by bit of the config mask; bits 0 and 1 together are the 8-byte priority fee."""


@dataclass(frozen=True, slots=True)
class RawInstruction:
    """An instruction with indices into the keys, loaded ones included."""

    program: int
    accounts: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class RawTransaction:
    """What the wire form holds; loaded addresses are not part of it."""

    signatures: tuple[str, ...]
    signer_count: int
    keys: tuple[str, ...]
    instructions: tuple[RawInstruction, ...]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise MalformedTransaction("the wire form ends too early")
        part = self._data[self._at : end]
        self._at = end
        return part

    def byte(self) -> int:
        return self.take(1)[0]

    def peek(self) -> int:
        value = self.byte()
        self._at -= 1
        return value

    def length(self) -> int:
        """A shortvec: up to three bytes, seven bits each, the lowest first."""
        value = 0
        for shift in (0, 7, 14):
            part = self.byte()
            value |= (part & 0x7F) << shift
            if not part & 0x80:
                return value
        raise MalformedTransaction("a length of more than three bytes")

    def keys(self, count: int) -> tuple[str, ...]:
        return tuple(encode_address(self.take(_KEY)) for _ in range(count))


def parse_wire(data: bytes) -> RawTransaction:
    """Read a serialised transaction.

    Raises:
        MalformedTransaction: It is cut off, or of a version that is not known.
    """
    reader = _Reader(data)
    if reader.peek() == V1_PREFIX:
        return _version_1(reader)
    signatures = tuple(encode(reader.take(_SIGNATURE)) for _ in range(reader.length()))
    first = reader.byte()
    if first & _VERSION_BIT:
        if first != _VERSION_BIT:
            raise MalformedTransaction(f"version {first & 0x7F} inside the older form")
        first = reader.byte()
    reader.take(2)
    keys = reader.keys(reader.length())
    reader.take(_KEY)
    instructions = tuple(_instruction(reader) for _ in range(reader.length()))
    return RawTransaction(signatures, first, keys, instructions)


def _instruction(reader: _Reader) -> RawInstruction:
    program = reader.byte()
    accounts = tuple(reader.take(reader.length()))
    return RawInstruction(program, accounts, reader.take(reader.length()))


def _version_1(reader: _Reader) -> RawTransaction:
    reader.byte()
    signer_count, _, _ = reader.take(3)
    (mask,) = struct.unpack("<I", reader.take(4))
    reader.take(_KEY)
    instruction_count, key_count = reader.take(2)
    keys = reader.keys(key_count)
    for bit, words in _CONFIG_WORDS.items():
        if mask & (1 << bit):
            reader.take(4 * words)
    headers = [struct.unpack("<BBH", reader.take(4)) for _ in range(instruction_count)]
    instructions = tuple(
        RawInstruction(program, tuple(reader.take(accounts)), reader.take(size))
        for program, accounts, size in headers
    )
    signatures = tuple(encode(reader.take(_SIGNATURE)) for _ in range(signer_count))
    return RawTransaction(signatures, signer_count, keys, instructions)
