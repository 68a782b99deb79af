"""Reading little-endian program data, where anything that does not fit is an error and never a guess."""

import struct

from solders.pubkey import Pubkey

_NO_KEY = bytes(32)


class Unparsable(ValueError):
    """The bytes are not what the program's layout says."""


class Reader:
    """A cursor over bytes."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data = data
        self._offset = offset

    @property
    def remaining(self) -> int:
        """Bytes not read yet."""
        return len(self._data) - self._offset

    def take(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            Unparsable: There are fewer.
        """
        end = self._offset + size
        if size < 0 or end > len(self._data):
            raise Unparsable(f"{size} bytes wanted at {self._offset}, {self.remaining} left")
        taken = self._data[self._offset : end]
        self._offset = end
        return taken

    def rest(self) -> bytes:
        """All bytes not read yet."""
        return self.take(self.remaining)

    def skip(self, size: int) -> None:
        """Pass over bytes."""
        self.take(size)

    def u8(self) -> int:
        """Unsigned, 1 byte."""
        return self.take(1)[0]

    def u16(self) -> int:
        """Unsigned, 2 bytes."""
        return int.from_bytes(self.take(2), "little")

    def u32(self) -> int:
        """Unsigned, 4 bytes."""
        return int.from_bytes(self.take(4), "little")

    def u64(self) -> int:
        """Unsigned, 8 bytes."""
        return int.from_bytes(self.take(8), "little")

    def i16(self) -> int:
        """Signed, 2 bytes."""
        return int.from_bytes(self.take(2), "little", signed=True)

    def i64(self) -> int:
        """Signed, 8 bytes."""
        return int.from_bytes(self.take(8), "little", signed=True)

    def f64(self) -> float:
        """IEEE double."""
        value: float = struct.unpack("<d", self.take(8))[0]
        return value

    def flag(self) -> bool:
        """One byte, 0 or 1.

        Raises:
            Unparsable: It is neither.
        """
        value = self.u8()
        if value > 1:
            raise Unparsable(f"{value} is no bool")
        return value == 1

    def pubkey(self) -> str:
        """An address."""
        return str(Pubkey(self.take(32)))

    def nonzero_pubkey(self) -> str | None:
        """An address whose absence is written as 32 zero bytes."""
        raw = self.take(32)
        return None if raw == _NO_KEY else str(Pubkey(raw))

    def option_pubkey(self) -> str | None:
        """An address after a one-byte tag; nothing follows the tag 0."""
        return self.pubkey() if self.flag() else None

    def coption_pubkey(self) -> str | None:
        """An address after a four-byte tag; 32 bytes follow in any case."""
        tag = self.u32()
        key = self.pubkey()
        if tag > 1:
            raise Unparsable(f"{tag} is no option tag")
        return key if tag else None

    def coption_u64(self) -> int | None:
        """A number after a four-byte tag; 8 bytes follow in any case."""
        tag = self.u32()
        number = self.u64()
        return number if tag else None

    def text(self, length: int) -> str:
        """UTF-8 of this many bytes.

        Raises:
            Unparsable: It is no UTF-8.
        """
        try:
            return self.take(length).decode()
        except UnicodeDecodeError as error:
            raise Unparsable("not UTF-8") from error

    def borsh_string(self) -> str:
        """UTF-8 after a four-byte length."""
        return self.text(self.u32())

    def bincode_string(self) -> str:
        """UTF-8 after an eight-byte length."""
        return self.text(self.u64())
