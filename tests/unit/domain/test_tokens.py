"""What a token is called, and whose name it bears."""

import pytest

from walletwatch.domain.profile import PROFILES, WRAPPED_NATIVE_MINT
from walletwatch.domain.tokens import (
    MAX_NAME_LENGTH,
    MAX_SYMBOL_LENGTH,
    MAX_URI_LENGTH,
    IdentitySource,
    TokenTexts,
    identify,
    impostor_of,
    listed,
)

PROFILE = PROFILES["x1-mainnet"]
USDC = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
MINT = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"


def texts(symbol: str = "ABC", name: str = "Alphabet", uri: str = "https://a.example/1") -> TokenTexts:
    return TokenTexts(symbol, name, uri, IdentitySource.METAPLEX)


def test_a_listed_token_is_vouched_for() -> None:
    token = listed(USDC, PROFILE)
    assert token is not None
    assert (token.symbol, token.decimals, token.source) == ("USDC.x", 6, IdentitySource.LISTED)
    assert token.impostor_of is None
    assert listed(MINT, PROFILE) is None


def test_a_token_without_metadata_has_no_name() -> None:
    token = identify(MINT, 9, None, PROFILE)
    assert (token.symbol, token.name, token.image_uri, token.source) == (
        None,
        None,
        None,
        IdentitySource.NONE,
    )


@pytest.mark.parametrize(
    ("symbol", "name", "imitated"),
    [
        ("USDC.x", "Whatever", USDC), ("USDС.x", "Whatever", USDC), ("u s d c x", "", USDC),
        ("FREE", "USD Coin on X1", USDC), ("FREE", "USD  Сoin on Х1", USDC), ("USDC.x", "USDC.x", USDC),
        ("XNT", "", "native"), ("$XNT", "", "native"), ("ХNT", "", "native"), ("X\u200bNT", "", "native"),
        ("XNT\u3164", "", "native"), ("X\u1160NT", "", "native"), ("\u202eTNX", "", "native"),
        ("\u202ex.CDSU", "", USDC), ("TNX", "", None),
        ("USDC", "", USDC), ("FREE", "USD Сoin", USDC), ("USDCe", "", None),
        ("NEW", "Wrapped XNT", "native"), ("pХNT", "", "pXNTyoqQsskHdZ7Q1rnP25FEyHHjissbs7n6RRN2nP5"),
        ("ABC", "Alphabet", None), ("USD", "", None), ("", "", None), ("XNTO", "XNT to the moon", None),
    ],
)  # fmt: skip
def test_whoever_bears_a_listed_name_is_an_impostor(symbol: str, name: str, imitated: str | None) -> None:
    assert identify(MINT, 9, texts(symbol, name), PROFILE).impostor_of == imitated


def test_nobody_is_an_impostor_of_itself() -> None:
    assert impostor_of(USDC, ("USDC.x",), PROFILE) is None
    assert impostor_of(WRAPPED_NATIVE_MINT, ("XNT",), PROFILE) is None


def test_texts_are_cleaned_and_bounded() -> None:
    token = identify(MINT, 9, texts("\u202e" + "S" * 99, "N\n" * 999, " javascript:alert(1) "), PROFILE)
    assert token.symbol == "S" * (MAX_SYMBOL_LENGTH - 1) + "…"
    assert token.name is not None
    assert len(token.name) <= MAX_NAME_LENGTH + 1
    assert token.image_uri == "javascript:alert(1)"


@pytest.mark.parametrize("uri", ["", "   ", "https://a b", "https://ä", "x" * (MAX_URI_LENGTH + 1), "a\x00b"])
def test_a_uri_that_is_none_is_left_out(uri: str) -> None:
    assert identify(MINT, 9, texts(uri=uri), PROFILE).image_uri is None
