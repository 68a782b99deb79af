"""Settings of the plans: what they allow, what they cost, how fast they tell."""

import re
from typing import Final

import msgspec

from walletwatch.domain.plans import DIGEST_SECONDS, LIMITS, MAX_STARS, OFFERS, Limits, Offer, Plan, Quota
from walletwatch.settings.reading import InvalidSettings
from walletwatch.settings.values import PositiveInt, listed

_LIMIT: Final = re.compile(r"([a-z_]+)=([0-9]{1,6})/([0-9]{1,6})")
_PRICE: Final = re.compile(r"([1-9][0-9]{0,3})=([1-9][0-9]{0,5})")


class PlanSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """What the free and the premium plan allow, and what premium costs.

    Attributes:
        plan_limits: Those that differ from `domain.plans.LIMITS`: `NAME=FREE/PREMIUM`, separated by commas.
        star_prices: What premium costs in Telegram Stars: `DAYS=STARS`, separated by commas. `none`: nothing
            is for sale; empty: `domain.plans.OFFERS`.
    """

    plan_limits: str = ""
    star_prices: str = ""

    @property
    def limits(self) -> Limits:
        """The limits of both plans.

        Raises:
            InvalidSettings: One is not what it should be.
        """
        known = {quota.value: quota for quota in Quota}
        limits = dict(LIMITS)
        for text in listed(self.plan_limits):
            found = _LIMIT.fullmatch(text)
            if found is None or found[1] not in known:
                raise InvalidSettings(
                    f"PLAN_LIMITS is not NAME=FREE/PREMIUM, with NAME of {', '.join(known)}"
                )
            limits[known[found[1]]] = {Plan.FREE: int(found[2]), Plan.PREMIUM: int(found[3])}
        seconds = limits[Quota.DIGEST_SECONDS].values()
        if not all(each in DIGEST_SECONDS for each in seconds):
            raise InvalidSettings(f"PLAN_LIMITS: digest_seconds is from 1 to {DIGEST_SECONDS[-1]}")
        return limits

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What is for sale.

        Raises:
            InvalidSettings: A price is not what it should be.
        """
        if self.star_prices.strip() == "none":
            return ()
        offers = []
        for text in listed(self.star_prices):
            found = _PRICE.fullmatch(text)
            if found is None or not 1 <= int(found[2]) <= MAX_STARS:
                raise InvalidSettings(f"STAR_PRICES is not DAYS=STARS, with at most {MAX_STARS} Stars")
            offers.append(Offer(int(found[1]), int(found[2])))
        return tuple(offers) or OFFERS


class DigestSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """How much of a flood is told one by one, for a chat and a wallet in the free plan's interval."""

    digest_burst: PositiveInt = 10
