"""Metaplex Core's accounts as bytes: an asset, a collection, and the plugins behind them (IDL `mpl_core`).

Borsh: an address is 32 bytes, a string a u32 length and so many bytes of UTF-8, an option or an enum a byte
before its content. Behind an asset or a collection may stand a header with the place of the registry, where
the type, the authority and the place of each plugin are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.programs import MPL_CORE

ASSET: Final = 1
"""`Key::AssetV1`, the first byte of an asset."""
COLLECTION: Final = 5
"""`Key::CollectionV1`."""
_HEADER: Final = 3
_REGISTRY: Final = 4
_ADDRESS: Final = 32
_MAX_STRING: Final = 16_384
_FROM_COLLECTION: Final = 2
"""`UpdateAuthority::Collection`; 1 is an address, 0 nobody."""
_AUTHORITY_ADDRESS: Final = 3
"""`Authority::Address`; 0 is nobody, 1 the owner, 2 the update authority."""
_OF_OTHERS: Final = frozenset({2, _AUTHORITY_ADDRESS})


class Unreadable(Exception):
    """The bytes end too early, or are no such account."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin of an asset or of a collection.

    Attributes:
        of_others: Whether somebody other than the owner has a say about it.
        flag: Its first byte behind its type; None where it has no content.
    """

    of_others: bool
    flag: int | None


@dataclass(frozen=True, slots=True)
class CoreAccount:
    """An asset or a collection.

    Attributes:
        holder: Owner of an asset, update authority of a collection.
        collection: Of an asset.
        plugins: By type (`PluginType`); None where they stand behind the bytes that were read.
    """

    holder: str
    collection: str | None
    name: str
    plugins: Mapping[int, Plugin] | None


class _Reader:
    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self.at = at

    @property
    def is_at_end(self) -> bool:
        return self.at >= len(self._data)

    def take(self, count: int) -> bytes:
        found = self._data[self.at : self.at + count]
        if len(found) < count:
            raise Unreadable
        self.at += count
        return found

    def byte(self) -> int:
        return self.take(1)[0]

    def expect(self, value: int) -> None:
        if self.byte() != value:
            raise Unreadable

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def address(self) -> str:
        return encode_address(self.take(_ADDRESS))

    def text(self) -> str:
        length = self.number(4)
        if length > _MAX_STRING:
            raise Unreadable
        return self.take(length).decode("utf-8", "replace")


def read_asset(account: AccountData) -> CoreAccount:
    """An asset.

    Raises:
        Unreadable: It is none, or its name is not among the bytes.
    """
    reader = _opened(account, ASSET)
    holder = reader.address()
    kind = reader.byte()
    authority = reader.address() if kind else None
    name = reader.text()
    plugins = _plugins(account.data, reader, sequence=True)
    return CoreAccount(holder, authority if kind == _FROM_COLLECTION else None, name, plugins)


def read_collection(account: AccountData) -> CoreAccount:
    """A collection.

    Raises:
        Unreadable: It is none, or its name is not among the bytes.
    """
    reader = _opened(account, COLLECTION)
    holder = reader.address()
    name = reader.text()
    return CoreAccount(holder, None, name, _plugins(account.data, reader, sequence=False))


def collection_and_name(data: bytes) -> tuple[str | None, bytes]:
    """The collection of an asset and its name, as far as its first bytes tell: to put assets in order."""
    reader = _Reader(data, 1 + _ADDRESS)
    try:
        kind = reader.byte()
        authority = reader.address() if kind else None
        length = reader.number(4)
    except Unreadable:
        return None, b""
    return authority if kind == _FROM_COLLECTION else None, data[reader.at : reader.at + length]


def _opened(account: AccountData, key: int) -> _Reader:
    if account.owner != MPL_CORE:
        raise Unreadable
    reader = _Reader(account.data)
    reader.expect(key)
    return reader


def _plugins(data: bytes, reader: _Reader, *, sequence: bool) -> Mapping[int, Plugin] | None:
    """The plugins; the reader is behind the name, and an asset has an optional sequence number."""
    try:
        reader.text()
        # An asset's number, if it has one; how many assets a collection ever had, and has.
        reader.take(8 if not sequence or reader.byte() else 0)
        if reader.is_at_end:
            return {}
        reader.expect(_HEADER)
        registry = _Reader(data, reader.number(8))
        registry.expect(_REGISTRY)
        # Whoever claims more than there can be is at the end soon.
        return dict(_plugin(data, registry) for _ in range(registry.number(4)))
    except Unreadable:
        return None


def _plugin(data: bytes, registry: _Reader) -> tuple[int, Plugin]:
    kind, authority = registry.byte(), registry.byte()
    if authority == _AUTHORITY_ADDRESS:
        registry.address()
    content = _Reader(data, registry.number(8))
    content.expect(kind)
    return kind, Plugin(authority in _OF_OTHERS, None if content.is_at_end else content.byte())
