"""Reading what a token's maker wrote: Token-2022's TokenMetadata, and Metaplex's metadata account.

Both are Borsh: an address is 32 bytes, a string a u32 length and so many bytes of UTF-8. Metaplex pads its
strings with NUL. Sources: spl-token-metadata-interface `TokenMetadata`, mpl-token-metadata `Metadata`.
"""

from functools import lru_cache
from typing import Final

from walletwatch.chain.tokens.mint_account import TOKEN_METADATA, read_mint
from walletwatch.domain.addresses import encode, encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.programs import METAPLEX, TOKEN_2022
from walletwatch.domain.tokens import IdentitySource, TokenTexts

_METADATA_V1: Final = 4
"""Metaplex's `Key::MetadataV1`."""
_ADDRESS: Final = 32
_CREATOR: Final = _ADDRESS + 2
_MAX_CREATORS: Final = 5
_MAX_STRING: Final = 16_384
"""Longer strings are passed over; an account may have 10 MiB."""


class _Unreadable(Exception):
    """The bytes end too early, or claim a length that nobody needs."""


@lru_cache(maxsize=4096)
def metaplex_address(mint: str) -> str:
    """Where Metaplex keeps the metadata of a mint: derived of `metadata`, the program and the mint."""
    from solders.pubkey import Pubkey  # noqa: PLC0415 - 30 ms of cold start

    program = Pubkey.from_string(METAPLEX)
    seeds = [b"metadata", bytes(program), bytes(Pubkey.from_string(mint))]
    return str(Pubkey.find_program_address(seeds, program)[0])


def read_token_2022(value: bytes, mint: str) -> TokenTexts | None:
    """The value of a TokenMetadata entry; None where it is unreadable, or about another mint."""
    if encode(value[_ADDRESS : 2 * _ADDRESS]) != mint:
        return None
    return _texts(value, 2 * _ADDRESS, IdentitySource.TOKEN_2022)


def read_elsewhere(account: AccountData, mint: str) -> TokenTexts | None:
    """Metadata in an account that a mint points to; it must be about that mint, else anybody's would do."""
    if account.owner == METAPLEX:
        return read_metaplex(account, mint)
    if account.owner == TOKEN_2022:
        other = read_mint(account)
        value = other.extensions.get(TOKEN_METADATA) if other else None
        return read_token_2022(value, mint) if value else None
    return None


def read_metaplex(account: AccountData, mint: str) -> TokenTexts | None:
    """A Metaplex metadata account; None where it is none, or about another mint."""
    data = account.data
    is_metadata = account.owner == METAPLEX and data[:1] == bytes([_METADATA_V1])
    if not is_metadata or encode(data[1 + _ADDRESS : 1 + 2 * _ADDRESS]) != mint:
        return None
    return _texts(data, 1 + 2 * _ADDRESS, IdentitySource.METAPLEX)


def read_metaplex_makers(account: AccountData, mint: str) -> tuple[str, ...]:
    """Who is said to have made the token: creators who signed for it, then the update authority.

    Empty where the account is no Metaplex metadata of this mint.
    """
    if read_metaplex(account, mint) is None:
        return ()
    data = account.data
    start = _behind_texts(data)
    creators = []
    if data[start : start + 1] == b"\x01":
        count = int.from_bytes(data[start + 1 : start + 5], "little")
        for number in range(min(count, _MAX_CREATORS)):
            at = start + 5 + number * _CREATOR
            entry = data[at : at + _CREATOR]
            if len(entry) == _CREATOR and entry[_ADDRESS] == 1:
                creators.append(encode_address(entry[:_ADDRESS]))
    return (*creators, encode_address(data[1 : 1 + _ADDRESS]))


def read_metaplex_collection(account: AccountData, mint: str) -> str | None:
    """The mint of the collection that took this one in (`Collection`, verified); None where none did."""
    if read_metaplex(account, mint) is None:
        return None
    data = account.data
    at = _behind_texts(data)
    has_creators = data[at : at + 1] == b"\x01"
    at += 5 + int.from_bytes(data[at + 1 : at + 5], "little") * _CREATOR if has_creators else 1
    # Whether it was sold once, whether it may be changed; then optional bytes: edition's nonce and standard.
    at += 2
    for _ in range(2):
        at += 2 if data[at : at + 1] == b"\x01" else 1
    is_given, is_verified = data[at : at + 1] == b"\x01", data[at + 1 : at + 2] == b"\x01"
    address = data[at + 2 : at + 2 + _ADDRESS]
    return encode_address(address) if is_given and is_verified and len(address) == _ADDRESS else None


def _behind_texts(data: bytes) -> int:
    """Where readable metadata have their creators: an optional list of address, whether it signed, share."""
    start = 1 + 2 * _ADDRESS
    for _ in range(3):
        _, start = _string(data, start)
    # The seller's fee (u16).
    return start + 2


def _texts(data: bytes, start: int, source: IdentitySource) -> TokenTexts | None:
    try:
        name, start = _string(data, start)
        symbol, start = _string(data, start)
        uri, _ = _string(data, start)
    except _Unreadable:
        return None
    return TokenTexts(symbol, name, uri, source)


def _string(data: bytes, start: int) -> tuple[str, int]:
    end = start + 4
    length = int.from_bytes(data[start:end], "little")
    raw = data[end : end + length]
    if len(data) < end or length > _MAX_STRING or len(raw) < length:
        raise _Unreadable
    return raw.decode("utf-8", "replace").rstrip("\0"), end + length
