import random

import pytest

from svm_node.faults import Fault, FaultBox, FaultKind, InvalidFault


def box(*faults: dict[str, object]) -> FaultBox:
    made = FaultBox(random.Random(1))
    for fault in faults:
        made.add(Fault.from_json(fault))
    return made


def test_a_fault_strikes_the_methods_it_names() -> None:
    faults = box({"kind": "rate_limit", "methods": ["getTransaction"]})
    assert faults.strikes(["getSlot"]) == []
    assert [fault.kind for fault in faults.strikes(["getSlot", "getTransaction"])] == [FaultKind.RATE_LIMIT]


def test_a_fault_with_a_count_goes_away() -> None:
    faults = box({"kind": "node_behind", "times": 2})
    assert [len(faults.strikes(["getSlot"])) for _ in range(4)] == [1, 1, 0, 0]
    assert faults.faults == []


def test_a_fault_with_a_probability_strikes_that_often() -> None:
    faults = box({"kind": "http_error", "probability": 0.25})
    strikes = sum(len(faults.strikes(["getSlot"])) for _ in range(2_000))
    assert 400 < strikes < 600
    assert box({"kind": "http_error", "probability": 0}).strikes(["getSlot"]) == []


def test_a_transaction_is_hidden_for_its_first_asks() -> None:
    faults = box({"kind": "missing_transaction", "asks": 2})
    assert faults.strikes(["getTransaction"]) == []
    assert [faults.hides_transaction("a") for _ in range(4)] == [True, True, False, False]
    assert faults.hides_transaction("b")
    faults.clear()
    assert not faults.hides_transaction("c")


def test_faults_survive_the_trip_through_json() -> None:
    wanted = {
        "kind": "latency",
        "methods": ["getBlock"],
        "probability": 0.5,
        "times": 3,
        "about": "address",
        "seconds": 1,
        "jitter": 2,
    }
    assert Fault.from_json(wanted).to_json() == wanted


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"kind": "earthquake"},
        {"kind": "timeout", "status": 500},
        {"kind": "timeout", "methods": "getSlot"},
        {"kind": "timeout", "probability": 2},
        {"kind": "timeout", "times": 0},
    ],
)
def test_a_malformed_fault_is_refused(value: object) -> None:
    with pytest.raises(InvalidFault):
        Fault.from_json(value)


def test_one_about_an_address_strikes_requests_that_name_it() -> None:
    faults = box({"kind": "http_error", "methods": ["getSlot"], "about": "address"})
    assert faults.strikes(["getSlot"], "params: other") == []
    assert faults.strikes(["getTransaction"], "params: address") == []
    assert len(faults.strikes(["getSlot"], "params: address")) == 1
    with pytest.raises(InvalidFault):
        Fault.from_json({"kind": "http_error", "about": 7})
