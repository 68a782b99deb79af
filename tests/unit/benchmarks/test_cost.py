"""The arithmetic of the cost model."""

from decimal import Decimal

import pytest

from benchmarks.cost import PROD, SHARED, SMALL, TARGET_USERS, Choice, at_rest, by_use, grown, total


def test_use_grows_with_people_and_nothing_else_does() -> None:
    one, ten = by_use(1_000), by_use(10_000)
    assert one.keys() == ten.keys()
    assert all(ten[what] == 10 * cost for what, cost in one.items())
    assert sum(by_use(0).values()) == 0


@pytest.mark.parametrize("choice", [PROD, SMALL, SHARED], ids=lambda choice: choice.name)
def test_a_total_is_the_sum_of_its_parts(choice: Choice) -> None:
    parts = [*at_rest(choice).values(), *by_use(500).values()]
    assert total(choice, 500) == sum(parts, Decimal(0))
    assert all(part >= 0 for part in parts)


def test_what_is_left_out_costs_nothing() -> None:
    small, prod = at_rest(SMALL), at_rest(PROD)
    assert small["RDS Proxy"] == small["endpoints"] == 0
    assert at_rest(SHARED)["NAT gateway and its address"] == 0
    assert prod["endpoints"] == 2 * 2 * 730 * Decimal("0.01")
    assert all(small[what] <= cost for what, cost in prod.items())


def test_stores_grow_above_the_target() -> None:
    assert grown(PROD, TARGET_USERS) == PROD
    assert grown(PROD, TARGET_USERS + 1).sweepers == 8
