"""Accounts in the encodings of the RPC (`UiAccount` of Agave's account-decoder)."""

import base64
from enum import StrEnum
from typing import Any, NamedTuple

import base58
from solders.account import Account
from solders.pubkey import Pubkey

from svm_node.accounts import AccountStore
from svm_node.encoding.account_data import parse_account_data
from svm_node.encoding.account_data.token import DecimalsOf
from svm_node.encoding.zstd import zstd_frame
from svm_node.errors import RpcError
from svm_node.token_balances import is_mint, mint_decimals

_BASE58_LIMIT = 128
_RENT_EXEMPT_EPOCH = 2**64 - 1


class AccountEncoding(StrEnum):
    """How account data is written."""

    BINARY = "binary"
    BASE58 = "base58"
    BASE64 = "base64"
    BASE64_ZSTD = "base64+zstd"
    JSON_PARSED = "jsonParsed"


class DataSlice(NamedTuple):
    """The part of the data to answer, in bytes."""

    offset: int
    length: int


def encode_account(
    account: Account, encoding: AccountEncoding, data_slice: DataSlice | None, decimals_of: DecimalsOf
) -> dict[str, Any]:
    """An account as JSON; `decimals_of` finds the decimals of a mint, which a token account does not have.

    Raises:
        RpcError: base58 was asked for more than 128 bytes.
    """
    return {
        "lamports": account.lamports,
        "data": _encode_data(account, encoding, data_slice, decimals_of),
        "owner": str(account.owner),
        "executable": account.executable,
        "rentEpoch": _RENT_EXEMPT_EPOCH,
        "space": len(account.data),
    }


def mint_decimals_at(accounts: AccountStore, slot: int) -> DecimalsOf:
    """Finds the decimals of mints as they were at the end of a slot."""

    def decimals_of(address: Pubkey) -> int | None:
        mint = accounts.at(address, slot)
        return mint_decimals(mint) if mint is not None and is_mint(mint) else None

    return decimals_of


def _encode_data(
    account: Account, encoding: AccountEncoding, data_slice: DataSlice | None, decimals_of: DecimalsOf
) -> Any:
    if encoding is AccountEncoding.JSON_PARSED:
        parsed = parse_account_data(account, decimals_of)
        if parsed is not None:
            return parsed
    data = account.data
    if data_slice is not None:
        data = data[data_slice.offset : data_slice.offset + data_slice.length]
    if encoding in (AccountEncoding.BINARY, AccountEncoding.BASE58):
        if len(data) > _BASE58_LIMIT:
            # Agave's wording; "Encoded binary (base 58) data should be less than 128 bytes".
            raise RpcError(
                -32600,
                "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.",
            )
        text = base58.b58encode(data).decode()
        return text if encoding is AccountEncoding.BINARY else [text, encoding.value]
    if encoding is AccountEncoding.BASE64_ZSTD:
        return [base64.b64encode(zstd_frame(data)).decode(), encoding.value]
    return [base64.b64encode(data).decode(), AccountEncoding.BASE64.value]
