"""How much somebody may have, and how much of it they use."""

from datetime import timedelta
from typing import Final

from walletwatch.domain.chats import Chat, Owner
from walletwatch.domain.errors import QuotaExceeded, StoreUnavailable
from walletwatch.domain.plans import LIMITS, Limits, Plan, Quota, Usage, limit_of, plan_of
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.plans import PlanStore
from walletwatch.ports.volatile import RateLimits

DAY: Final = timedelta(days=1)
DAILY: Final = (Quota.SCANS, Quota.EXPORTS)
"""What is counted in windows of a day, which begin with the first."""


class Quotas:
    """Whoever answers for a chat has the limits of their plan, in all of their chats together."""

    def __init__(
        self,
        store: PlanStore,
        rates: RateLimits,
        clock: Clock,
        metrics: Metrics,
        limits: Limits = LIMITS,
    ) -> None:
        self._store = store
        self._rates = rates
        self._clock = clock
        self._metrics = metrics
        self._limits = limits

    def limit(self, owner: Owner, quota: Quota) -> int:
        """How much this owner may have of it now."""
        return limit_of(quota, owner, self._clock.now(), self._limits)

    async def take(self, chat: Chat, quota: Quota, request: str) -> None:
        """Use one of what there is so much of in a day.

        Args:
            chat: Where it is asked for.
            quota: One of `DAILY`.
            request: Names the message or the press of a button; delivered again, it uses nothing more.

        Raises:
            QuotaExceeded: There is none left today.
        """
        limit = self.limit(chat.owner, quota)
        try:
            allowed = await self._rates.allow(
                _who(chat), _action(quota), limit=limit, window=DAY, request=f"{chat.chat_id}.{request}"
            )
        except StoreUnavailable:
            # People are served while nobody counts.
            self._metrics.count("LimitsUnavailable")
            return
        if not allowed:
            raise QuotaExceeded(limit, quota)

    async def give_back(self, chat: Chat, quota: Quota, request: str) -> None:
        """What was taken, or refused, was not needed after all."""
        try:
            await self._rates.give_back(_who(chat), _action(quota), request=f"{chat.chat_id}.{request}")
        except StoreUnavailable:
            self._metrics.count("LimitsUnavailable")

    async def usage(self, chat: Chat) -> Usage:
        """What the owner of this chat uses of what they may."""
        now, owner = self._clock.now(), chat.owner
        used = dict(await self._store.used(_who(chat)))
        limits = {quota: self.limit(owner, quota) for quota in Quota}
        try:
            counts = await self._rates.counts(_who(chat), [_action(quota) for quota in DAILY])
            # What was refused was counted too.
            used |= {quota: min(n, limits[quota]) for quota, n in zip(DAILY, counts, strict=True)}
        except StoreUnavailable:
            self._metrics.count("LimitsUnavailable")
        premium = {quota: self._limits[quota][Plan.PREMIUM] for quota in Quota}
        return Usage(plan_of(owner, now), owner.premium_until, used, limits, premium)


def _who(chat: Chat) -> int:
    """Whose use is counted: a group that nobody has claimed uses its own."""
    return chat.chat_id if chat.owner.user_id is None else chat.owner.user_id


def _action(quota: Quota) -> str:
    return f"quota:{quota.value}"
