"""Whom a recorded transaction concerns, and which token accounts it shows to be whose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.chain import corpus
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.chain.parsing.concerned import concerned_accounts, held_accounts
from walletwatch.domain.errors import MalformedTransaction
from walletwatch.domain.wallets import AccountKind

CASES = [case for case in corpus.shipped() if case["wallet"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_whoever_is_told_something_is_concerned(case: dict[str, object]) -> None:
    result = corpus.shipped_result(case)
    for wallet in concerned_accounts(result) | {str(case["wallet"])}:
        if decode_transaction(result, wallet) is not None:
            assert wallet in concerned_accounts(result)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_the_held_accounts_are_those_of_the_balances(case: dict[str, object]) -> None:
    result = corpus.shipped_result(case)
    tokens = parse_transaction(result).tokens
    for wallet in {owner for held in tokens for owner in (held.owner_before, held.owner_after) if owner}:
        wanted = {held.address for held in tokens if wallet in {held.owner_before, held.owner_after}}
        found = held_accounts(result, wallet)
        assert {account.address for account in found} == wanted
        assert {account.kind for account in found} <= {AccountKind.TOKEN, AccountKind.TOKEN_2022}
    assert held_accounts(result, "nobody") == ()


@given(st.data())
def test_an_index_that_is_none_is_malformed(data: st.DataObject) -> None:
    result = next(
        result
        for result in map(corpus.shipped_result, CASES)
        if any(balance.get("owner") for balance in result["meta"].get("postTokenBalances") or ())
    )
    balance = next(part for part in result["meta"]["postTokenBalances"] if part.get("owner"))
    balance["accountIndex"] = data.draw(st.sampled_from([None, -1, 10**6, "1", True, 1.0]))
    with pytest.raises(MalformedTransaction):
        held_accounts(result, balance["owner"])
