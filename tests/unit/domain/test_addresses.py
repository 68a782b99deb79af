import os

import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain import addresses
from walletwatch.domain.addresses import (
    decode,
    decode_address,
    decode_signature,
    encode,
    encode_address,
    is_address,
    looks_like_address,
    looks_like_signature,
)
from walletwatch.domain.errors import InvalidAddress

SYSTEM = "11111111111111111111111111111111"
WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
SIGNATURE = "MuiQSVoHuB94adeqQvrFqeaQFJFTYo6EGc696KWuUHMKGyzcvqvnuCRhvf55ZWSBKsjWoZQFPCpaZTFbuhKrgyE"


@given(st.binary(max_size=100))
def test_any_bytes_are_written_as_the_reference_library_does(raw: bytes) -> None:
    text = encode(raw)
    assert text.encode() == base58.b58encode(raw)
    assert decode(text) == raw


@given(st.integers(0, 32), st.binary(min_size=32, max_size=32))
def test_an_address_survives_the_round_trip_leading_zeros_too(zeros: int, raw: bytes) -> None:
    raw = bytes(zeros) + raw[zeros:]
    text = encode_address(raw)
    assert looks_like_address(text)
    assert is_address(text)
    assert decode_address(text) == raw


@given(st.binary(min_size=64, max_size=64))
def test_a_signature_survives_the_round_trip(raw: bytes) -> None:
    text = encode(raw)
    assert looks_like_signature(text)
    assert decode_signature(text) == raw


@given(st.text(max_size=100))
def test_any_text_is_an_address_or_called_invalid(text: str) -> None:
    try:
        raw = decode_address(text)
    except InvalidAddress:
        assert not is_address(text)
        return
    assert encode(raw) == text


@given(st.text(alphabet=addresses.ALPHABET, min_size=32, max_size=44))
def test_a_text_of_the_right_form_is_an_address_if_it_stands_for_32_bytes(text: str) -> None:
    assert is_address(text) == (len(base58.b58decode(text)) == 32)


def test_known_addresses() -> None:
    assert decode_address(SYSTEM) == bytes(32)
    assert encode_address(bytes(32)) == SYSTEM
    assert encode_address(b"\xff" * 32) == "JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG"
    assert len(decode_signature(SIGNATURE)) == 64


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0x742d35Cc6634C0532925a3b844Bc454e4438f44e", "ethereum"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin"),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "bitcoin"),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bitcoin"),
        (WALLET[:-1] + "0", "not_base58"),
        (WALLET + "\n", "not_base58"),
        ("кошелёк", "not_base58"),
        (SIGNATURE, "signature"),
        ("", "length"),
        (WALLET[:-2], "length"),
        (WALLET * 100_000, "length"),
        ("z" * 44, "length"),
    ],
)
def test_what_somebody_pasted_instead_is_named(text: str, reason: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        decode_address(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [("0" + SIGNATURE[1:], "not_base58"), (WALLET, "length"), ("", "length"), ("z" * 88, "length")],
)
def test_what_is_no_signature_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        decode_signature(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_bytes_of_another_number_are_no_address(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        encode_address(os.urandom(size))


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "a b", "ä"])
def test_letters_that_look_alike_are_not_of_the_alphabet(text: str) -> None:
    with pytest.raises(ValueError, match="base58"):
        decode(text)
