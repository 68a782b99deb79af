"""Reading a mint account: SPL Token's layout, and what Token-2022 appends to it as type, length and value.

Sources: spl-token `Mint` (82 bytes), spl-token-2022 `extension` (account type at byte 165, then the entries).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.addresses import encode
from walletwatch.domain.chain import AccountData
from walletwatch.domain.programs import TOKEN_2022, TOKEN_PROGRAMS

METADATA_POINTER: Final = 18
TOKEN_METADATA: Final = 19

_MINT_LENGTH: Final = 82
_DECIMALS: Final = 44
_IS_INITIALIZED: Final = 45
_ACCOUNT_TYPE: Final = 165
_MINT_TYPE: Final = 1
_ADDRESS: Final = 32


@dataclass(frozen=True, slots=True)
class MintAccount:
    """What an identity needs of a mint.

    Attributes:
        extensions: Raw values by their type; empty for the classic program.
    """

    decimals: int
    extensions: Mapping[int, bytes]

    @property
    def metadata_address(self) -> str | None:
        """Where the token's metadata are said to be (`MetadataPointer`); None where nothing is said."""
        pointer = self.extensions.get(METADATA_POINTER, b"")
        address = pointer[_ADDRESS : 2 * _ADDRESS]
        return encode(address) if len(address) == _ADDRESS and any(address) else None


def read_mint(account: AccountData) -> MintAccount | None:
    """The mint in an account; None where it is none."""
    data = account.data
    if account.owner not in TOKEN_PROGRAMS or len(data) < _MINT_LENGTH:
        return None
    if data[_IS_INITIALIZED] != 1:
        return None
    if len(data) == _MINT_LENGTH:
        return MintAccount(data[_DECIMALS], {})
    # A token account is longer than a mint too; only the type at this place tells them apart.
    if account.owner != TOKEN_2022 or len(data) <= _ACCOUNT_TYPE or data[_ACCOUNT_TYPE] != _MINT_TYPE:
        return None
    return MintAccount(data[_DECIMALS], _entries(data, _ACCOUNT_TYPE + 1))


def _entries(data: bytes, start: int) -> Mapping[int, bytes]:
    """Type (u16), length (u16) and value, one after the other, until type 0 or the end.

    A value that the end cuts off is given as far as it goes.
    """
    found: dict[int, bytes] = {}
    while start + 4 <= len(data):
        kind = int.from_bytes(data[start : start + 2], "little")
        length = int.from_bytes(data[start + 2 : start + 4], "little")
        value = data[start + 4 : start + 4 + length]
        if kind == 0:
            break
        found.setdefault(kind, value)
        start += 4 + length
    return found
