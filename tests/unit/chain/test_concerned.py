"""Whom a recorded transaction concerns."""

import pytest

from tests.unit.chain import corpus
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.parsing.concerned import concerned_accounts

CASES = [case for case in corpus.shipped() if case["wallet"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_whoever_is_told_something_is_concerned(case: dict[str, object]) -> None:
    result = corpus.shipped_result(case)
    for wallet in concerned_accounts(result) | {str(case["wallet"])}:
        if decode_transaction(result, wallet) is not None:
            assert wallet in concerned_accounts(result)
