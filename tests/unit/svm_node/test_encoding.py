"""Token amounts, account encodings and Zstandard frames."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account
from solders.pubkey import Pubkey
from solders.rpc.responses import GetAccountInfoResp

from svm_node.encoding.accounts import AccountEncoding, DataSlice, encode_account
from svm_node.errors import RpcError
from svm_node.token_balances import ui_amount_string, ui_token_amount

OWNER = Pubkey(bytes([9]) * 32)


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (0, 0, "0"),
        (0, 6, "0"),
        (1, 9, "0.000000001"),
        (1_250_000, 6, "1.25"),
        (1_000_000, 6, "1"),
        (10, 0, "10"),
        (2**64 - 1, 9, "18446744073.709551615"),
    ],
)
def test_amounts_in_whole_tokens(amount: int, decimals: int, text: str) -> None:
    assert ui_amount_string(amount, decimals) == text
    assert ui_token_amount(amount, decimals)["amount"] == str(amount)


@given(amount=st.integers(0, 2**64 - 1), decimals=st.integers(0, 255))
def test_every_mint_has_an_amount(amount: int, decimals: int) -> None:
    shown = ui_token_amount(amount, decimals)
    whole, _, fraction = shown["uiAmountString"].partition(".")
    assert int(whole + fraction.ljust(decimals, "0")) == amount
    assert (shown["uiAmount"] is None) == (decimals > 19)


def written(data: bytes, encoding: AccountEncoding, data_slice: DataSlice | None = None) -> object:
    return encode_account(Account(5, data, OWNER), encoding, data_slice, lambda _: None)["data"]


def test_data_slices_stop_at_the_end_and_may_lie_beyond_it() -> None:
    data = bytes(range(20))
    assert written(data, AccountEncoding.BASE64, DataSlice(4, 8)) == [
        base64.b64encode(data[4:12]).decode(),
        "base64",
    ]
    assert written(data, AccountEncoding.BASE64, DataSlice(18, 8)) == [
        base64.b64encode(data[18:]).decode(),
        "base64",
    ]
    assert written(data, AccountEncoding.BASE64, DataSlice(99, 8)) == ["", "base64"]


def test_base58_is_refused_for_more_than_128_bytes_unless_sliced() -> None:
    with pytest.raises(RpcError, match="less than 128 bytes"):
        written(bytes(129), AccountEncoding.BASE58)
    assert written(bytes(129), AccountEncoding.BASE58, DataSlice(0, 2)) == ["11", "base58"]


def test_json_parsed_falls_back_to_base64() -> None:
    assert written(b"\1\2", AccountEncoding.JSON_PARSED) == ["AQI=", "base64"]


@pytest.mark.parametrize("size", [0, 1, 131_072, 131_073, 300_000])
def test_an_independent_decoder_reads_our_zstandard_frames(size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    account = encode_account(Account(5, data, OWNER), AccountEncoding.BASE64_ZSTD, None, lambda _: None)
    response = {"jsonrpc": "2.0", "id": 1, "result": {"context": {"slot": 1}, "value": account}}
    read = GetAccountInfoResp.from_json(json.dumps(response))
    assert isinstance(read, GetAccountInfoResp)
    assert read.value is not None
    assert bytes(read.value.data) == data
