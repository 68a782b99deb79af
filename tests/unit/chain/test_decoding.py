import base64
import copy
import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.chain.corpus import BLOCK, CORPUS, Oracle, block, shipped, shipped_result, verbatim_cases
from tests.unit.chain.wire import in_base64, is_compiled, partly_parsed
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.parsing.belongings import belongings
from walletwatch.chain.parsing.concerned import concerned_accounts
from walletwatch.domain.activities import Activity, Held
from walletwatch.domain.errors import MalformedTransaction
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

SHIPPED = shipped()


def violation(oracle: Oracle) -> str | None:
    """Where the decoder's account of a wallet differs from the chain's balances."""
    activity = decode_transaction(oracle.result, oracle.wallet)
    if activity is None:
        changed = oracle.lamports or any(oracle.tokens.values())
        return f"{oracle.case} {oracle.wallet}: None for a wallet that changed" if changed else None
    sums: Counter[str] = Counter()
    for leg in activity.legs:
        sums[leg.asset] += leg.amount
    native = sums.pop(NATIVE, 0)
    if oracle.lamports + oracle.wrapped != native - activity.fee - activity.rent:
        return f"{oracle.case} {oracle.wallet}: native {activity.to_dict()}"
    expected = {mint: n for mint, n in oracle.tokens.items() if n and mint != WRAPPED_NATIVE_MINT}
    if {mint: n for mint, n in sums.items() if n} != expected:
        return f"{oracle.case} {oracle.wallet}: tokens {dict(sums)} instead of {expected}"
    return None


def violations(oracles: Iterable[Oracle]) -> tuple[int, list[str]]:
    found, count = [], 0
    for oracle in oracles:
        count += 1
        wrong = violation(oracle)
        if wrong:
            found.append(wrong)
    return count, found


@pytest.mark.parametrize("case", SHIPPED, ids=[case["file"] for case in SHIPPED])
def test_a_recorded_transaction_decodes_to_what_it_did(case: dict[str, Any]) -> None:
    activity = decode_transaction(shipped_result(case), case["wallet"])
    assert (activity.to_dict() if activity else None) == case["activity"]


@pytest.mark.parametrize("case", SHIPPED, ids=[case["file"] for case in SHIPPED])
def test_an_activity_survives_its_storage(case: dict[str, Any]) -> None:
    activity = decode_transaction(shipped_result(case), case["wallet"])
    if activity is not None:
        assert Activity.from_dict(json.loads(json.dumps(activity.to_stored()))) == activity


@pytest.mark.parametrize("case", SHIPPED, ids=[case["file"] for case in SHIPPED])
def test_what_is_held_afterwards_is_what_the_chain_says(case: dict[str, Any]) -> None:
    result, wallet = shipped_result(case), case["wallet"]
    activity = decode_transaction(result, wallet)
    if activity is None or not activity.after:
        return
    balances = [
        each
        for each in result["meta"].get("postTokenBalances") or []
        if each.get("owner") == wallet and each["mint"] in activity.after
    ]
    for mint in activity.after.keys() - {"native"}:
        amounts = [int(each["uiTokenAmount"]["amount"]) for each in balances if each["mint"] == mint]
        if amounts:
            assert activity.after[mint] == Held(sum(amounts), len(amounts))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of recordings is not beside the project")
def test_legs_fee_and_rent_add_up_to_the_balances_of_every_recording() -> None:
    count, wrong = violations(verbatim_cases())
    assert count > 50
    assert wrong == []


@pytest.mark.skipif(not BLOCK.exists(), reason="the corpus of recordings is not beside the project")
def test_legs_fee_and_rent_add_up_for_every_account_of_a_block() -> None:
    count, wrong = violations(block())
    assert count > 600
    assert wrong == []


def test_a_wallet_that_is_not_in_it_is_not_concerned() -> None:
    for case in SHIPPED:
        assert (
            decode_transaction(shipped_result(case), "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU") is None
        )


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, part in value.items():
            if key != "logMessages":  # nothing is ever read from them
                yield from _paths(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value[:4]):
            yield from _paths(part, (*path, index))


RESULTS = [(shipped_result(case), case["wallet"]) for case in SHIPPED]
RESULTS += [
    (encode(result), wallet)
    for encode in (in_base64, partly_parsed)
    for result, wallet in RESULTS
    if is_compiled(result)
]
PATHS = [list(_paths(result)) for result, _ in RESULTS]
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None, 0, -1, 1, 255, 2**64 - 1, 2**64, 2**200, 1.5, True, False, "", "0OIl", "\ud800", "\u0663",
        "x" * 99, "1" * 32, "A" * 5_000, "9" * 30, [], {}, [None], [[]], {"a": {"b": [1]}},
        {"type": "transfer"}, {"type": "transfer", "info": None},
        {"type": "transfer", "info": {"lamports": "9" * 30}},
    ]
)  # fmt: skip


def _changed(data: st.DataObject, value: Any) -> Any:
    """Junk, or something close to what was there."""
    if isinstance(value, str) and data.draw(st.booleans()):
        return value[: data.draw(st.integers(0, len(value)))]
    if type(value) is int and data.draw(st.booleans()):
        return value + data.draw(st.sampled_from([-(2**32), -1, 1, 7, 2**32]))
    return data.draw(JUNK)


@settings(max_examples=700, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_mutated_answer_is_read_or_called_malformed(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(RESULTS) - 1))
    result, wallet = RESULTS[number]
    mutated = copy.deepcopy(result)
    for path in data.draw(st.lists(st.sampled_from(PATHS[number]), min_size=1, max_size=3)):
        target = mutated
        try:
            for step in path[:-1]:
                target = target[step]
            if data.draw(st.booleans()):
                target[path[-1]] = _changed(data, target[path[-1]])
            else:
                del target[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue
    readers: tuple[Callable[[], object], ...] = (
        lambda: _described(decode_transaction(mutated, wallet)),
        lambda: concerned_accounts(mutated),
        lambda: belongings(mutated, wallet),
    )
    for read in readers:
        with suppress(MalformedTransaction):
            read()


def _described(activity: Activity | None) -> str:
    return json.dumps(activity.to_dict() if activity else None)


@given(st.binary(max_size=1300))
def test_any_bytes_are_a_transaction_or_malformed(raw: bytes) -> None:
    result = copy.deepcopy(RESULTS[-1][0])
    result["transaction"] = [base64.b64encode(raw).decode(), "base64"]
    try:
        decode_transaction(result, RESULTS[-1][1])
    except MalformedTransaction:
        return
