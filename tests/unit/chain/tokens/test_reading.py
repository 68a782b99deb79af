"""Mint accounts and metadata, recorded, made up and hostile."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.tokens import FakeTokens
from walletwatch.chain.tokens.cached import CachedTokens
from walletwatch.chain.tokens.metadata import metaplex_address
from walletwatch.chain.tokens.mint_account import (
    METADATA_POINTER,
    TOKEN_METADATA,
    read_mint,
)
from walletwatch.chain.tokens.reader import ChainTokens
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.programs import METAPLEX, TOKEN, TOKEN_2022
from walletwatch.domain.tokens import IdentitySource, TokenIdentity

PROFILE = PROFILES["x1-mainnet"]
RECORDED = json.loads((Path(__file__).parents[3] / "fixtures" / "tokens" / "mints.json").read_text())
MINT = str(Pubkey(bytes([7] * 32)))
OTHER = str(Pubkey(bytes([8] * 32)))
USDC = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
CORPUS = Path(__file__).parents[5] / "shared" / "corpus" / "accounts" / "mints" / "mints_decoded.json"


def account(address: str, owner: str, data: bytes) -> AccountData:
    return AccountData(address, owner, 1, data, 100)


def mint_bytes(decimals: int = 6, **extensions: bytes) -> bytes:
    """A mint; extensions as `t18=…`."""
    base = bytes(44) + bytes([decimals, 1]) + bytes(36)
    if not extensions:
        return base
    entries = b"".join(
        int(name[1:]).to_bytes(2, "little") + len(value).to_bytes(2, "little") + value
        for name, value in extensions.items()
    )
    return base.ljust(165, b"\0") + b"\1" + entries


def borsh(text: str | bytes, pad: int = 0) -> bytes:
    raw = (text.encode() if isinstance(text, str) else text).ljust(pad, b"\0")
    return len(raw).to_bytes(4, "little") + raw


def key(address: str) -> bytes:
    return bytes(Pubkey.from_string(address))


def token_metadata(mint: str, name: str = "Toll Token", symbol: str = "TOLL") -> bytes:
    return bytes(32) + key(mint) + borsh(name) + borsh(symbol) + borsh("https://t.example") + bytes(4)


def pointer(address: str) -> bytes:
    return bytes(32) + key(address)


def metaplex(mint: str, name: str = "Bonk", symbol: str = "Bonk") -> bytes:
    return bytes([4]) + bytes(32) + key(mint) + borsh(name, 32) + borsh(symbol, 10) + borsh("https://m", 200)


def chain(*accounts: AccountData) -> FakeChain:
    return FakeChain(data={known.address: known for known in accounts})


async def identity(*accounts: AccountData, mint: str = MINT) -> TokenIdentity | None:
    return (await ChainTokens(chain(*accounts), PROFILE).identities([mint])).get(mint)


def _check(case: Any) -> None:
    value = case["recorded_response"]["result"]["value"]
    read = read_mint(account(case["mint"], value["owner"], base64.b64decode(value["data"][0])))
    assert read is not None
    assert read.decimals == case["decoded"]["decimals"]
    assert len(read.extensions) >= len(case["decoded"].get("extensions", ()))


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["mint"])
def test_recorded_mints(case: dict[str, Any]) -> None:
    _check(case)


@pytest.mark.skipif(not CORPUS.exists(), reason="the recordings are not here")
def test_all_recorded_mints() -> None:
    for case in json.loads(CORPUS.read_text()):
        _check(case)


async def test_metadata_in_the_mint_itself() -> None:
    data = mint_bytes(t18=pointer(MINT), t19=token_metadata(MINT))
    assert await identity(account(MINT, TOKEN_2022, data)) == TokenIdentity(
        MINT, 6, "TOLL", "Toll Token", "https://t.example", IdentitySource.TOKEN_2022
    )


async def test_metadata_of_metaplex() -> None:
    found = await identity(
        account(MINT, TOKEN, mint_bytes(5)),
        account(metaplex_address(MINT), METAPLEX, metaplex(MINT)),
    )
    assert found == TokenIdentity(MINT, 5, "Bonk", "Bonk", "https://m", IdentitySource.METAPLEX)


async def test_metadata_where_the_mint_points_to() -> None:
    data = mint_bytes(t18=pointer(OTHER))
    elsewhere = mint_bytes(t19=token_metadata(MINT, symbol="FAR"))
    found = await identity(account(MINT, TOKEN_2022, data), account(OTHER, TOKEN_2022, elsewhere))
    assert found is not None
    assert found.symbol == "FAR"


@pytest.mark.parametrize(
    "others",
    [
        (account(OTHER, TOKEN_2022, mint_bytes(t19=token_metadata(USDC))),),
        (account(OTHER, "11111111111111111111111111111111", token_metadata(MINT)),),
        (account(OTHER, METAPLEX, metaplex(OTHER)),),
        (account(OTHER, METAPLEX, b""),),
        (),
    ],
)
async def test_a_pointer_to_what_is_not_about_the_mint_is_no_name(others: tuple[AccountData, ...]) -> None:
    data = mint_bytes(t18=pointer(OTHER))
    found = await identity(account(MINT, TOKEN_2022, data), *others)
    assert found is not None
    assert (found.symbol, found.source) == (None, IdentitySource.NONE)


async def test_metadata_of_another_mint_under_a_name_of_ones_own_is_no_name() -> None:
    data = mint_bytes(t18=pointer(MINT), t19=token_metadata(OTHER))
    found = await identity(account(MINT, TOKEN_2022, data))
    assert found is not None
    assert found.symbol is None


async def test_an_impostor_is_found_by_what_it_looks_like() -> None:
    data = mint_bytes(t18=pointer(MINT), t19=token_metadata(MINT, symbol="USD\u0421.x"))
    found = await identity(account(MINT, TOKEN_2022, data))
    assert found is not None
    assert found.impostor_of == USDC


async def test_what_is_no_mint_is_absent() -> None:
    token_account = bytes(165) + b"\2"
    for owner, data in (
        (TOKEN, bytes(165)), (TOKEN_2022, token_account), (TOKEN, bytes(82)),
        ("11111111111111111111111111111111", mint_bytes()), (TOKEN, b""),
    ):  # fmt: skip
        assert await identity(account(MINT, owner, data)) is None
    assert await identity() is None


async def test_a_listed_token_costs_no_call_and_the_others_one() -> None:
    fake = chain(account(MINT, TOKEN, mint_bytes()))
    assert set(await ChainTokens(fake, PROFILE).identities([USDC])) == {USDC}
    assert fake.calls == []
    found = await ChainTokens(fake, PROFILE).identities([USDC, MINT, OTHER, "no address", MINT])
    assert set(found) == {USDC, MINT}
    assert fake.calls == ["accounts"]


@given(st.binary(max_size=600), st.sampled_from([TOKEN, TOKEN_2022, METAPLEX]))
async def test_no_bytes_whatever_raise_anything(data: bytes, owner: str) -> None:
    for value in (data, mint_bytes(t18=pointer(MINT), t19=data), mint_bytes(t19=data) + data):
        await identity(account(MINT, owner, value), account(metaplex_address(MINT), METAPLEX, data))
    head = bytes([4]) + bytes(32) + key(MINT)
    await identity(
        account(MINT, TOKEN, mint_bytes()),
        account(metaplex_address(MINT), METAPLEX, head + data),
    )


def test_types_and_constants_are_those_of_the_programs() -> None:
    assert (METADATA_POINTER, TOKEN_METADATA) == (18, 19)
    # Of a collectible whose transfer on mainnet was recorded (tests/fixtures/transactions/nft_out.json).
    assert metaplex_address("96rMF7cNMk6z9SUW1JWDcznvSAEzzNU5i6YXKm7CgWK6") == (
        "Dn6SeZXWoQuopBcdkxKv5yngVp8XsVtBWY4WQpxeP8bX"
    )


class TestCache:
    KNOWN = TokenIdentity(MINT, 6, "A", "B", None, IdentitySource.METAPLEX, "native")

    def _tokens(self) -> tuple[CachedTokens, FakeTokens, FakeCache, FakeClock]:
        clock = FakeClock()
        source, cache = FakeTokens({MINT: self.KNOWN}), FakeCache(clock)
        return CachedTokens(source, cache, FakeMetrics(), chain="local"), source, cache, clock

    async def test_a_mint_is_read_once_a_day_and_an_unknown_one_more_often(self) -> None:
        tokens, source, _, clock = self._tokens()
        for _ in range(2):
            assert await tokens.identities([MINT, OTHER]) == {MINT: self.KNOWN}
        assert source.asked == [{MINT, OTHER}]
        clock.advance(301)
        await tokens.identities([MINT, OTHER])
        assert source.asked[1:] == [{OTHER}]
        clock.advance(86_400)
        assert await tokens.identities([MINT]) == {MINT: self.KNOWN}
        assert source.asked[2:] == [{MINT}]

    async def test_without_the_cache_it_is_read_each_time(self) -> None:
        tokens, source, cache, _ = self._tokens()
        cache.outage.down = True
        for _ in range(2):
            assert await tokens.identities([MINT]) == {MINT: self.KNOWN}
        assert len(source.asked) == 2

    async def test_a_chain_that_fails_is_no_unknown_token(self) -> None:
        tokens, source, _, _ = self._tokens()
        source.down = True
        with pytest.raises(ChainUnavailable):
            await tokens.identities([MINT])
        source.down = False
        assert await tokens.identities([MINT]) == {MINT: self.KNOWN}

    async def test_what_another_version_wrote_is_read_anew(self) -> None:
        tokens, source, cache, _ = self._tokens()
        await tokens.identities([MINT])
        cache.values = {name: (b"[1]", end) for name, (_, end) in cache.values.items()}
        assert await tokens.identities([MINT]) == {MINT: self.KNOWN}
        assert len(source.asked) == 2
