"""The first money of a wallet is followed to an exchange, in a circle, or as far as a scan goes."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.chain import FakeChain
from tests.unit.chain.corpus import FIXTURES
from tests.unit.chain.scenes import Story, address
from tests.unit.inspection.lives import Lives
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.inspection import histories
from walletwatch.chain.inspection.funding import FIRST_TRANSACTIONS, first_funding, follow_funding, hop_of
from walletwatch.chain.inspection.histories import read_history
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.domain.inspection.funding import FundingChain, FundingEnd
from walletwatch.domain.profile import KnownAddress, Role
from walletwatch.domain.risk import Unknown, UnknownReason

A, B, C, D, E = (address(name) for name in "abcde")
EXCHANGE = KnownAddress("Somewhere", Role.EXCHANGE)


async def follow(chain: FakeChain, wallet: str, *, hops: int = 3, known: str = "") -> FundingChain | Unknown:
    history = await read_history(chain, wallet, count=FIRST_TRANSACTIONS)
    return await follow_funding(chain, {known: EXCHANGE}, wallet, hop_of(history, wallet), hops=hops)


@pytest.fixture
def lives() -> Lives:
    """E funds D, who funds C, who funds B, who funds A."""
    lives = Lives()
    for source, target in ((E, D), (D, C), (C, B), (B, A)):
        lives.fund(source, target)
    return lives


async def test_it_is_followed_as_far_as_a_scan_goes(lives: Lives) -> None:
    chain = await follow(lives.chain, A)
    assert isinstance(chain, FundingChain)
    assert (chain.funders, chain.end) == ((B, C, D), FundingEnd.FAR_ENOUGH)
    hop = chain.hops[0]
    assert (hop.wallet, hop.lamports, hop.at) == (A, 10**9, lives.now)
    assert lives.chain.calls == ["past", "transactions"] * 3
    assert decode(encode(chain), FundingChain | Unknown) == chain


async def test_it_ends_at_an_exchange_which_is_not_read(lives: Lives) -> None:
    chain = await follow(lives.chain, A, known=B)
    assert isinstance(chain, FundingChain)
    assert (chain.funders, chain.end, chain.known) == ((B,), FundingEnd.KNOWN, EXCHANGE)
    assert lives.chain.calls == ["past", "transactions"]
    assert decode(encode(chain), FundingChain | Unknown) == chain


async def test_a_funder_with_too_much_history_ends_it_honestly(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "PAGE", 6)
    for _ in range(6):
        lives.land(Story(C).pay(C, E, 10**9), E)
    chain = await follow(lives.chain, A)
    assert isinstance(chain, FundingChain)
    assert (chain.funders, chain.end) == ((B, C), Unknown(UnknownReason.TOO_MUCH))


async def test_a_wallet_with_too_much_history_has_no_chain(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "PAGE", 1)
    assert await follow(lives.chain, A) == Unknown(UnknownReason.TOO_MUCH)


async def test_a_node_that_forgot_the_beginning_is_noticed(lives: Lives) -> None:
    lives.chain.history[A].clear()
    lives.land(Story(E).pay(E, A, 10**9), A)
    # That A had money before shows that this was not the first.
    assert await follow(lives.chain, A) == Unknown(UnknownReason.NOT_KEPT)


async def test_a_failure_on_the_way_is_unknown_and_at_the_beginning_all_is(lives: Lives) -> None:
    lives.chain.fails_for = set()
    first = hop_of(await read_history(lives.chain, A, count=4), A)
    lives.chain.down = True
    chain = await follow_funding(lives.chain, {}, A, first, hops=3)
    assert isinstance(chain, FundingChain)
    assert (chain.funders, chain.end) == ((B,), Unknown(UnknownReason.UNAVAILABLE))
    assert await follow(lives.chain, A) == Unknown(UnknownReason.UNAVAILABLE)


async def test_what_a_program_gave_is_nobodys_transfer() -> None:
    lives = Lives()
    lives.land(Story(E).credit(A, 10**9), A, new=(A,))
    chain = await follow(lives.chain, A)
    assert chain == FundingChain(A, (), FundingEnd.NOBODY)


async def test_dust_funds_nobody() -> None:
    lives = Lives()
    lives.fund(E, A, lamports=99_999)
    lives.land(Story(D).pay(D, A, 10**9), A)
    chain = await follow(lives.chain, A, hops=1)
    assert isinstance(chain, FundingChain)
    assert chain.funders == (D,)


def test_a_recorded_transfer_is_a_first_funding() -> None:
    wallet = "FDUGdV6bjhvw5gbirXCvqbTSWK9999kcrZcrHoCQzXJK"
    result = json.loads((FIXTURES / "native_in.json").read_text())["result"]
    activity = decode_transaction(result, wallet)
    assert activity is not None
    funding = first_funding(wallet, [activity])
    assert funding is not None
    assert (funding.funder, funding.lamports, funding.slot, funding.at) == (
        "BLw3RweJmfbTapJRgnPRvd962YDjFYAnVGd1p5hmZ5tP", 100_000_000, 353101424, 1736500242,
    )  # fmt: skip
    assert first_funding("BLw3RweJmfbTapJRgnPRvd962YDjFYAnVGd1p5hmZ5tP", [activity]) is None


@given(st.permutations("abcde"), st.lists(st.integers(0, 4), min_size=5, max_size=5), st.integers(1, 12))
def test_any_web_of_funders_ends_and_names_nobody_twice(
    order: list[str], funders: list[int], hops: int
) -> None:
    """Accounts that were emptied can be funded again, so circles exist."""
    lives = Lives()
    for name, funder in zip(order, funders, strict=True):
        if name != "abcde"[funder]:
            lives.fund(address("abcde"[funder]), address(name))
    for name in order:
        # Whoever paid before he was funded has an older transaction than his funding: leave only the latter.
        history = lives.chain.history.get(address(name), [])
        funded = [info for info in history if _funds(lives, info.signature, address(name))]
        lives.chain.history[address(name)] = funded
    chain = asyncio.run(follow(lives.chain, A, hops=hops))
    if isinstance(chain, Unknown):
        return
    assert len(chain.hops) <= hops
    assert len(set(chain.funders[:-1]) | {A}) == len(chain.funders[:-1]) + 1
    assert (chain.end is FundingEnd.CYCLE) == (
        bool(chain.hops) and chain.funders[-1] in {A, *chain.funders[:-1]}
    )


def _funds(lives: Lives, signature: str, wallet: str) -> bool:
    activity = decode_transaction(lives.chain.results[signature], wallet)
    return activity is not None and any(leg.is_native and leg.amount > 0 for leg in activity.legs)
