"""Which asset a word means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pool_accounts import address
from walletwatch.domain.assets import AssetScope
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import PROFILES, WRAPPED_NATIVE_MINT
from walletwatch.domain.tokens import IdentitySource, TokenIdentity

PROFILE = PROFILES["x1-mainnet"]
USDC = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
FAKE, FOO, FOO_TOO = address("fake"), address("foo"), address("foo too")


def made(
    mint: str, symbol: str | None, name: str | None = None, impostor_of: str | None = None
) -> TokenIdentity:
    return TokenIdentity(mint, 6, symbol, name, None, IdentitySource.METAPLEX, impostor_of)


SCOPE = AssetScope(
    PROFILE,
    {
        FAKE: made(FAKE, "USDC.x", "USD Coin", USDC),
        FOO: made(FOO, "FOO", "Foo coin"),
        FOO_TOO: made(FOO_TOO, "foo"),
        address("native"): made(address("native"), "xnt", None, NATIVE),
    },
)


def ids(*found: object) -> list[str]:
    return [each.id for each in found]  # type: ignore[attr-defined] # assets


@pytest.mark.parametrize(
    ("word", "asset"),
    [
        ("XNT", NATIVE),
        ("xnt", NATIVE),
        ("$XNT", NATIVE),
        ("usdc.X", USDC),
        ("pxnt", "pXNTyoqQsskHdZ7Q1rnP25FEyHHjissbs7n6RRN2nP5"),
        ("wrapped xnt", WRAPPED_NATIVE_MINT),
        (" foo coin ", FOO),
        (USDC, USDC),
        (FOO_TOO, FOO_TOO),
    ],
)
def test_what_is_meant(word: str, asset: str) -> None:
    best = SCOPE.resolve(word).best
    assert best is not None
    assert best.id == asset


def test_a_listed_token_goes_before_those_that_bear_its_name() -> None:
    found = SCOPE.resolve("usdc.x")
    assert found.best is not None
    assert found.best.listed
    assert ids(*found.others) == [FAKE]
    assert found.others[0].impostor_of == USDC
    native = SCOPE.resolve("XNT")
    assert ids(*native.others) == [address("native")]


def test_several_tokens_of_one_name_are_left_to_the_person() -> None:
    found = SCOPE.resolve("foo")
    assert found.best is None
    assert sorted(ids(*found.others)) == sorted([FOO, FOO_TOO])


@pytest.mark.parametrize(
    "word", ["USD\u0421.x", "\u03a7NT", "XN\u0422", "\uff38\uff2e\uff34", "USDC\u200b.x", "XNT\u0301"]
)
def test_what_only_looks_like_a_listed_token_is_never_taken_for_it(word: str) -> None:
    found = SCOPE.resolve(word)
    assert found.best is None
    assert found.lookalikes


def test_a_beginning_is_a_suggestion() -> None:
    found = SCOPE.resolve("usd")
    assert found.best is None
    assert ids(*found.lookalikes) == [USDC]


@given(st.text(max_size=80))
def test_only_the_very_letters_mean_a_listed_token(word: str) -> None:
    best = SCOPE.resolve(word).best
    if best is not None and best.listed:
        assert word.strip().isascii()


def test_a_mint_that_is_not_there() -> None:
    nowhere = address("nowhere")
    assert SCOPE.resolve(nowhere).best is None
    unknown = AssetScope(PROFILE, {}, named=False).of(nowhere)
    assert unknown is not None
    assert (unknown.symbol, unknown.decimals, unknown.listed) == (None, None, False)


def test_kelvin_is_no_k() -> None:
    scope = AssetScope(PROFILE, {FOO: made(FOO, "K")})
    assert scope.resolve("k").best is not None
    assert scope.resolve("\u212a").best is None
