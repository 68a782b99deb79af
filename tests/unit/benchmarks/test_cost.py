"""The bill: its arithmetic, and that what it reckons with is what the template and the documents say."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cost import PLANS, SIZES, TARGET, main, sized, users_for
from benchmarks.costing.bill import Bill, Plan, billed_seconds
from benchmarks.costing.inputs import read_inputs

ROOT = Path(__file__).parents[3]
plans = pytest.mark.parametrize("name", list(PLANS))


def _line(bill: Bill, name: str) -> Decimal:
    (line,) = (line for line in bill.lines if line.name == name)
    return line.usd


def test_what_stands_still_is_billed_by_the_hour_and_by_the_piece() -> None:
    bill = Bill(PLANS["prod"], 1_000)
    assert _line(bill, "NAT") == Decimal("0.045") * 730
    assert _line(bill, "Endpoints") == Decimal("0.01") * 730 * 2 * 2
    assert _line(bill, "PostgreSQL") == Decimal("0.032") * 730 * 2
    assert _line(bill, "PostgreSQL: storage") == Decimal("0.115") * 20 * 2
    assert _line(bill, "RDS Proxy") == Decimal("0.015") * 730 * 2
    assert _line(bill, "Valkey") == Decimal("0.0128") * 730 * 2
    assert _line(bill, "Custom metrics") == Decimal("0.30") * 91


def test_the_watchers_run_all_the_time() -> None:
    bill = Bill(PLANS["prod"], 1_000)
    month = 730 * 3600
    stream = month * Decimal("61.146") / 60 / 2 * Decimal("0.0000133334")
    assert abs(_line(bill, "Stream") - stream) < Decimal("1e-9")
    sweep = (month * Decimal("60.104") / 60 + 3 * 730 * 60 * Decimal("0.2")) / 4 * Decimal("0.0000133334")
    assert abs(_line(bill, "Sweep") - sweep) < Decimal("1e-9")


def test_an_invocation_takes_longer_where_it_has_a_part_of_a_core() -> None:
    webhook = read_inputs().functions["webhook"]
    expected = (Decimal("114.9") * 1769 / 512 + 150) / 1000
    assert abs(billed_seconds(webhook, Decimal(1769)) - expected) < Decimal("1e-20")
    assert billed_seconds(msgspec.structs.replace(webhook, memory_mb=3538), Decimal(1769)) == Decimal(
        "0.2649"
    )


@pytest.mark.parametrize(
    ("users", "calls_a_round"), [(100, 9 + 50), (1_000, 90 + 14), (10_000, 2 * (450 + 22))]
)
def test_the_sweep_asks_for_every_account_in_every_round(users: int, calls_a_round: int) -> None:
    """Nine accounts a user, a hundred in a call, and the searches that a round of each shard can afford."""
    assert Bill(PLANS["prod"], users).sweep_calls == calls_a_round * (730 * 3600 // 15)
    assert (
        Bill(replace(PLANS["prod"], sweep_interval_seconds=45), users).sweep_calls == calls_a_round * 58_400
    )
    assert Bill(PLANS["lean"], users).sweep_calls == 0


def test_the_blocks_are_the_same_for_everybody() -> None:
    one, many = (Bill(PLANS["prod-stream"], users) for users in (1, 100_000))
    block = 1000 * 1129 + 20 * 8253
    assert one.slots == many.slots == 6_570_000
    assert _line(one, "Blocks through NAT") == Decimal(6_570_000 * block) / 10**9 * Decimal("0.045")
    assert _line(one, "Blocks through NAT") == _line(many, "Blocks through NAT")


def test_data_crosses_zones_unless_each_has_a_way_out() -> None:
    one_way = Bill(Plan(), 10_000)
    both = Bill(Plan(ways_out=2), 10_000)
    assert {line.name for line in one_way.lines} - {line.name for line in both.lines} == {
        "Blocks between zones",
        "Data between zones",
    }
    assert _line(both, "NAT") == 2 * _line(one_way, "NAT")


@plans
@given(users=st.integers(1, 200_000))
def test_a_bill_is_the_sum_of_its_lines(name: str, users: int) -> None:
    bill = Bill(PLANS[name], users)
    assert all(line.usd >= 0 for line in bill.lines)
    assert {type(line.usd) for line in bill.lines} == {Decimal}
    assert len({line.name for line in bill.lines}) == len(bill.lines)
    assert bill.total == sum(line.usd for line in bill.lines)
    assert bill.at_rest <= bill.total
    compressed = Bill(replace(PLANS[name], node_compresses=True), users)
    assert compressed.total <= bill.total


@plans
@given(users=st.integers(1, 200_000), more=st.integers(1, 200_000))
def test_only_what_people_use_grows_with_them(name: str, users: int, more: int) -> None:
    """But for the sweep, whose shards and searches go up and down by steps."""
    plan = replace(PLANS[name], watch_mode="stream")
    bill, larger = Bill(plan, users), Bill(plan, users + more)
    assert bill.total - bill.at_rest < larger.total - larger.at_rest
    assert bill.at_rest == larger.at_rest


@plans
def test_the_number_of_users_from_which_on_a_cost_is_reached(name: str) -> None:
    plan, cost = PLANS[name], Decimal("0.2")
    enough = users_for(plan, cost)
    assert enough is not None
    assert Bill(sized(plan, enough), enough).per_user <= cost
    assert Bill(sized(plan, enough - 1), enough - 1).per_user > cost
    assert users_for(plan, Decimal("0.00001")) is None


def test_every_price_says_where_it_was_read_and_what_could_not_be() -> None:
    prices = read_inputs().prices
    assert all(price.usd > 0 and price.unit and price.source for price in prices.values())
    assert all(bool(price.dated) == (price.source != "memory") for price in prices.values())


def test_the_document_has_the_numbers_that_are_reckoned() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    for name, plan in PLANS.items():
        for users in SIZES:
            fitting = sized(plan, users)
            bill = Bill(fitting, users)
            compressed = Bill(replace(fitting, node_compresses=True), users)
            cells = f"{compressed.total:,.0f} | {compressed.per_user:.4f} | {bill.total:,.0f}"
            row = f"| `{name}` | {users:,} | {cells} |"
            assert row in text, row
    for name, price in read_inputs().prices.items():
        assert price.source != "memory" or f"`{name}`" in text, name


def test_both_forms_of_the_command_print(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["cost"])
    assert main() == 0
    assert str(TARGET) in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["cost", "lean", "1000"])
    assert main() == 0
    assert "together" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["cost", "lean", "0"])
    with pytest.raises(SystemExit):
        main()
