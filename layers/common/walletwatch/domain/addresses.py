"""Base58 as the chain writes it: 32-byte addresses and 64-byte signatures (Bitcoin's alphabet).

The conversion goes through one large integer, ten characters at a time, so that it stays fast without a
library; what recurs (programs, mints, sysvars) comes from a cache.
"""

from functools import lru_cache
from typing import Final

from walletwatch.domain.errors import InvalidAddress

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ADDRESS_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_GROUP: Final = 10
_POWERS: Final = tuple(58**exponent for exponent in range(_GROUP + 1))
_ADDRESS_CHARACTERS: Final = range(32, 45)
_SIGNATURE_CHARACTERS: Final = range(64, 89)
_BITCOIN_CHARACTERS: Final = range(26, 36)
_ETHEREUM_CHARACTERS: Final = 42
_SHORT_ENDS: Final = 4


def encode(raw: bytes) -> str:
    """The base58 text of any bytes; leading zero bytes become leading ones."""
    number = int.from_bytes(raw)
    characters = []
    while number:
        number, group = divmod(number, _POWERS[_GROUP])
        for _ in range(_GROUP):
            group, value = divmod(group, 58)
            characters.append(ALPHABET[value])
    text = "".join(reversed(characters)).lstrip("1")
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def decode(text: str) -> bytes:
    """The bytes of a base58 text.

    Raises:
        ValueError: A character is not of the alphabet.
    """
    number = 0
    try:
        for start in range(0, len(text), _GROUP):
            characters = text[start : start + _GROUP]
            group = 0
            for character in characters:
                group = group * 58 + _VALUES[character]
            number = number * _POWERS[len(characters)] + group
    except KeyError as error:
        raise ValueError("not base58") from error
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def is_base58(text: str) -> bool:
    """Whether every character is of the alphabet."""
    return not text.strip(ALPHABET)


def looks_like_address(text: str) -> bool:
    """Whether the text has an address's alphabet and length: a cheap check of what a node sends."""
    return len(text) in _ADDRESS_CHARACTERS and not text.strip(ALPHABET)


def looks_like_signature(text: str) -> bool:
    """Whether the text has a signature's alphabet and length: a cheap check of what a node sends."""
    return len(text) in _SIGNATURE_CHARACTERS and not text.strip(ALPHABET)


@lru_cache(maxsize=8192)
def encode_address(raw: bytes) -> str:
    """The address of 32 bytes."""
    if len(raw) != ADDRESS_BYTES:
        raise ValueError(f"an address has {ADDRESS_BYTES} bytes, not {len(raw)}")
    return encode(raw)


@lru_cache(maxsize=8192)
def decode_address(text: str) -> bytes:
    """The 32 bytes of an address, which need not be a point of the curve.

    Raises:
        InvalidAddress: The text is not the base58 form of exactly 32 bytes; the reason names what else it
            looks like, for a person who pasted the wrong thing.
    """
    # The length goes first: whoever sends a megabyte gets no large integer for it.
    if len(text) not in _ADDRESS_CHARACTERS or text.strip(ALPHABET):
        raise InvalidAddress(_reason(text))
    raw = decode(text)
    if len(raw) != ADDRESS_BYTES:
        raise InvalidAddress(_reason(text))
    return raw


def decode_signature(text: str) -> bytes:
    """The 64 bytes of a transaction's signature.

    Raises:
        InvalidAddress: The text is not the base58 form of exactly 64 bytes.
    """
    if text.strip(ALPHABET):
        raise InvalidAddress("not_base58")
    raw = decode(text) if len(text) in _SIGNATURE_CHARACTERS else b""
    if len(raw) != SIGNATURE_BYTES:
        raise InvalidAddress("length")
    return raw


def is_address(text: str) -> bool:
    """Whether the text is the base58 form of exactly 32 bytes."""
    try:
        decode_address(text)
    except InvalidAddress:
        return False
    return True


def _reason(text: str) -> str:
    if text[:2] in {"0x", "0X"} and len(text) == _ETHEREUM_CHARACTERS:
        return "ethereum"
    if text[:3] == "bc1" or (text[:1] in {"1", "3"} and len(text) in _BITCOIN_CHARACTERS and is_base58(text)):
        return "bitcoin"
    if not is_base58(text):
        return "not_base58"
    return "signature" if len(text) in _SIGNATURE_CHARACTERS else "length"


def shortened(address: str) -> str:
    """`Abcd…wxyz`: enough to recognise, too little to copy by mistake."""
    if len(address) <= 2 * _SHORT_ENDS + 1:
        return address
    return f"{address[:_SHORT_ENDS]}…{address[-_SHORT_ENDS:]}"
