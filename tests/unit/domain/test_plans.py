"""Who may have how much, and which orders can be paid."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.chats import Owner
from walletwatch.domain.digests import DigestPolicy
from walletwatch.domain.plans import (
    LIMITS,
    NEVER,
    ORDER_VALID,
    Offer,
    Order,
    Plan,
    Quota,
    limit_of,
    plan_of,
    refusal,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ORDER = Order("0" * 32, 1, Offer(30, 250), NOW)


@given(st.datetimes(timezones=st.just(UTC)) | st.none(), st.sampled_from(Quota))
def test_a_premium_counts_until_its_end(until: datetime | None, quota: Quota) -> None:
    owner = Owner(1, premium_until=until)
    premium = until is not None and until > NOW
    assert plan_of(owner, NOW) is (Plan.PREMIUM if premium else Plan.FREE)
    assert limit_of(quota, owner, NOW) == LIMITS[quota][plan_of(owner, NOW)]
    assert limit_of(quota, Owner(1, premium_until=until, quotas={quota.value: 7}), NOW) == 7


def test_digests_are_as_quick_as_the_plan_says() -> None:
    policy = DigestPolicy(interval=timedelta(seconds=60), premium_interval=timedelta(seconds=15))
    assert policy.interval_of(Owner(1), NOW) == timedelta(seconds=60)
    assert policy.interval_of(Owner(1, premium_until=NEVER), NOW) == timedelta(seconds=15)
    own = Owner(1, premium_until=NEVER, quotas={"digest_seconds": 5})
    assert policy.interval_of(own, NOW) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("order", "user", "stars", "later", "expected"),
    [
        (ORDER, 1, 250, timedelta(), None),
        (ORDER, 1, 250, ORDER_VALID, None),
        (ORDER, 1, 250, ORDER_VALID + timedelta(seconds=1), "old"),
        (ORDER, 2, 250, timedelta(), "unknown"),
        (None, 1, 250, timedelta(), "unknown"),
        (ORDER, 1, 249, timedelta(), "price"),
        (Order("0" * 32, 1, Offer(30, 250), NOW, paid=True), 1, 250, timedelta(), "paid"),
    ],
)
def test_which_orders_can_be_paid(
    order: Order | None, user: int, stars: int, later: timedelta, expected: str | None
) -> None:
    assert refusal(order, user, stars, NOW + later) == expected
