"""What a wallet did with the tokens that it made, and what became of them."""

import json

import pytest

from tests.unit.chain.corpus import FIXTURES
from tests.unit.chain.scenes import Story, address
from tests.unit.inspection.lives import (
    VAULT,
    Lives,
    added,
    made,
    mint_account,
    removed,
    token_account,
    vault,
)
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.inspection.deployments import collect, read_deployments, read_deployments_of
from walletwatch.chain.inspection.histories import History, read_history
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.inspection.creator import Deployments, Drain, MadeToken, TokenNow
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import TOKEN
from walletwatch.domain.risk import Unknown, UnknownReason

MAKER, BANK, FIRST, SECOND = (address(name) for name in ("maker", "bank", "first", "second"))


@pytest.fixture
def lives() -> Lives:
    lives = Lives()
    lives.fund(BANK, MAKER)
    return lives


async def read(lives: Lives, count: int = 60) -> Deployments:
    history = await read_history(lives.chain, MAKER, count=count)
    assert isinstance(history, History)
    found = await read_deployments(lives.chain, history)
    assert isinstance(found, Deployments)
    return found


async def test_a_life_of_making_adding_minting_freezing_and_pulling(lives: Lives) -> None:
    born = lives.now
    made_first = lives.land(made(FIRST, MAKER))
    lives.land(Story(MAKER).mint(FIRST, MAKER, 9, MAKER))
    lives.land(added(FIRST, MAKER))
    minted = lives.land(Story(MAKER).mint(FIRST, MAKER, 70, MAKER))
    account = Story.account(FIRST, BANK)
    frozen = lives.land(Story(MAKER).change(FIRST, BANK, 0).call(TOKEN, b"\x0a", account, FIRST, MAKER))
    pulled = lives.land(removed(FIRST, MAKER, VAULT * 9 // 10))
    lives.land(made(SECOND, MAKER))
    money = Story.account(WRAPPED_NATIVE_MINT, address("pools"))
    lives.chain.data |= {
        FIRST: mint_account(FIRST, supply=100, authority=MAKER),
        money: token_account(money, WRAPPED_NATIVE_MINT, 17),
    }

    found = await read(lives)
    assert (found.wallet, found.complete, found.first_at) == (MAKER, True, born)
    first, second = found.tokens
    assert (first.mint, first.made.signature, first.made.at) == (FIRST, made_first, born + 10)
    assert len(first.additions) == 1
    # What was minted before anybody could buy is no minting after launch.
    assert [(each.deed.signature, each.amount) for each in first.mintings] == [(minted, 70)]
    assert [deed.signature for deed in first.freezes] == [frozen]
    (removal,) = first.removals
    assert removal.deed.signature == pulled
    assert removal.drain == Drain(money, WRAPPED_NATIVE_MINT, VAULT, VAULT // 10, now=17)
    assert first.now == TokenNow(100, 6, MAKER, None, 500)
    assert (second.mint, second.removals, second.now) == (SECOND, (), None)
    assert decode(encode(found), Deployments) == found
    assert lives.chain.calls == ["past", "transactions", "accounts"]


async def test_a_pool_without_known_money_shows_the_tokens_own_reserve(lives: Lives) -> None:
    lives.land(made(FIRST, MAKER))
    lives.land(removed(FIRST, MAKER, VAULT // 4, money=SECOND))
    (token,) = (await read(lives)).tokens
    (removal,) = token.removals
    assert removal.drain is not None
    assert (removal.drain.vault, removal.drain.now) == (vault(SECOND), 0)


async def test_tokens_of_others_are_not_its_own(lives: Lives) -> None:
    lives.land(removed(FIRST, MAKER, VAULT // 2))
    lives.land(made(SECOND, BANK), MAKER)
    found = await read(lives)
    assert (found.tokens, found.complete) == ((), True)
    assert lives.chain.calls == ["past", "transactions"]


async def test_what_was_left_out_is_owned_up_to(lives: Lives) -> None:
    for number in range(8):
        lives.land(made(address(f"token {number}"), MAKER))
    found = await read(lives, count=4)
    assert [token.mint for token in found.tokens] == [address(f"token {number}") for number in (0, 6, 7)]
    assert not found.complete


async def test_a_history_that_begins_with_money_is_not_complete(lives: Lives) -> None:
    lives.chain.history[MAKER].clear()
    lives.land(made(FIRST, MAKER))
    found = await read(lives)
    assert (len(found.tokens), found.complete, found.first_at) == (1, False, None)


async def test_without_the_accounts_nothing_is_said(lives: Lives) -> None:
    lives.land(made(FIRST, MAKER))
    history = await read_history(lives.chain, MAKER, count=9)
    assert isinstance(history, History)
    lives.chain.down = True
    assert await read_deployments(lives.chain, history) == Unknown(UnknownReason.UNAVAILABLE)
    assert await read_history(lives.chain, MAKER, count=9) == Unknown(UnknownReason.UNAVAILABLE)


def _activities(lives: Lives) -> list[Activity]:
    decoded = [decode_transaction(result, MAKER) for result in lives.chain.results.values()]
    return [activity for activity in decoded if activity is not None]


async def test_from_activities_the_same_is_found(lives: Lives) -> None:
    lives.land(made(FIRST, MAKER))
    lives.land(added(FIRST, MAKER))
    lives.land(removed(FIRST, MAKER, VAULT // 2))
    from_activities = await read_deployments_of(lives.chain, MAKER, _activities(lives)[::-1], whole=True)
    assert lives.chain.calls == ["transactions", "accounts"]
    assert from_activities == await read(lives)
    partly = await read_deployments_of(lives.chain, MAKER, _activities(lives), whole=False)
    assert isinstance(partly, Deployments)
    assert (partly.complete, partly.first_at) == (False, None)


async def test_a_wallet_that_made_nothing_costs_no_call(lives: Lives) -> None:
    found = await read_deployments_of(lives.chain, MAKER, _activities(lives), whole=True)
    assert found == Deployments(MAKER, (), complete=True, first_at=lives.now)
    assert lives.chain.calls == []


def test_a_recorded_withdrawal_without_owners_shows_no_reserve() -> None:
    """Answers of 2021 do not tell whose the token accounts are: then nobody's share is reckoned."""
    result = json.loads((FIXTURES / "liquidity_remove_2021.json").read_text())["result"]
    transaction = parse_transaction(result)
    activity = decode_transaction(result, transaction.fee_payer)
    assert activity is not None
    assert activity.kind is ActivityKind.LIQUIDITY_REMOVE
    history = History(transaction.fee_payer, (transaction,), whole=True, from_beginning=False, complete=False)
    assert collect(history).tokens == ()


def test_tokens_are_facts_that_can_be_kept() -> None:
    assert decode(encode(Unknown(UnknownReason.TOO_MUCH)), MadeToken | Unknown).reason == "too_much"
