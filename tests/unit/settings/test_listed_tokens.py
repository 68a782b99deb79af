"""Tokens that a deployment vouches for beside those of its chain profile."""

import pytest

from walletwatch.domain.profile import PROFILES, WRAPPED_NATIVE_MINT, ChainProfile, ListedToken
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import InvalidSettings, load

MINT = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"


def profile(listed: str, chain: str = "local") -> ChainProfile:
    environ = {"RPC_URLS": "http://node", "CHAIN_PROFILE": chain, "LISTED_TOKENS": listed}
    return load(ChainSettings, environ).profile


def test_none_are_added_by_default() -> None:
    assert profile("") is PROFILES["local"]


def test_what_is_added_is_listed() -> None:
    found = profile(f"{MINT}:USDC.x:6, {WRAPPED_NATIVE_MINT}:XNT:9")
    assert found.tokens == {
        MINT: ListedToken("USDC.x", "USDC.x", 6),
        WRAPPED_NATIVE_MINT: ListedToken("XNT", "XNT", 9),
    }
    assert found.fixed_prices == PROFILES["local"].fixed_prices


def test_what_the_profile_says_of_a_token_nobody_says_otherwise() -> None:
    assert profile(f"{MINT}:FAKE:2", "x1-mainnet").tokens[MINT] == PROFILES["x1-mainnet"].tokens[MINT]


@pytest.mark.parametrize(
    "text",
    [
        MINT,
        f"{MINT}:USDC",
        f"{MINT}:USDC:6:more",
        f"{MINT}:USDC:x",
        f"{MINT}:USDC:19",
        f"{MINT}:USDC:-1",
        f"{MINT}:<b>:6",
        f"{MINT}::6",
        "0x00:USDC:6",
        f"{MINT}:USDC:6,x",
    ],
)
def test_what_is_no_list_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(InvalidSettings, match="LISTED_TOKENS") as caught:
        profile(text)
    assert text not in str(caught.value)
