"""What the plans allow and cost, by a deployment's settings."""

import pytest

from walletwatch.domain.plans import LIMITS, OFFERS, Offer, Plan, Quota
from walletwatch.settings.plans import PlanSettings
from walletwatch.settings.reading import InvalidSettings, load


def settings(**environ: str) -> PlanSettings:
    return load(PlanSettings, environ)


def test_the_usual() -> None:
    found = settings()
    assert found.limits == LIMITS
    assert found.offers == OFFERS
    assert settings(PLAN_LIMITS="", STAR_PRICES="").offers == OFFERS


def test_what_is_named_differs_and_the_rest_stays() -> None:
    found = settings(PLAN_LIMITS="wallets=5/50, digest_seconds=30/10", STAR_PRICES="7=90,365=2000")
    assert found.limits[Quota.WALLETS] == {Plan.FREE: 5, Plan.PREMIUM: 50}
    assert found.limits[Quota.DIGEST_SECONDS] == {Plan.FREE: 30, Plan.PREMIUM: 10}
    assert found.limits[Quota.ALERTS] == LIMITS[Quota.ALERTS]
    assert found.offers == (Offer(7, 90), Offer(365, 2000))
    assert settings(STAR_PRICES="none").offers == ()


@pytest.mark.parametrize(
    "text",
    [
        "wallets",
        "wallets=5",
        "wallets=5/x",
        "wallet=5/50",
        "wallets=-1/5",
        "digest_seconds=0/5",
        "digest_seconds=60/901",
    ],
)
def test_limits_that_are_refused(text: str) -> None:
    with pytest.raises(InvalidSettings, match="PLAN_LIMITS"):
        _ = settings(PLAN_LIMITS=text).limits


@pytest.mark.parametrize("text", ["30", "30=0", "30=25001", "0=5", "x=5", "30=250=1", "30=250;60=500"])
def test_prices_that_are_refused(text: str) -> None:
    with pytest.raises(InvalidSettings, match="STAR_PRICES"):
        _ = settings(STAR_PRICES=text).offers
