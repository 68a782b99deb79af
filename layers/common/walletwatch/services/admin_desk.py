"""What administrators do beside running the system: for people, and for one's understanding of them."""

from dataclasses import dataclass
from datetime import timedelta

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.volatile import RateLimits
from walletwatch.services.analysing_use import Analytics
from walletwatch.services.broadcasting import Broadcasting
from walletwatch.services.clearing import CacheClearing
from walletwatch.services.people_desk import PeopleDesk


class Once:
    """Lets a button that changes something work once, however often it is tapped."""

    def __init__(self, rates: RateLimits) -> None:
        self._rates = rates

    async def may(self, user_id: int, what: str, *, within: timedelta, tap: str | None = None) -> bool:
        """Whether this is the first time that this is done within that time.

        Args:
            user_id: By whom, or in which chat.
            what: Is done.
            within: That time.
            tap: Names the tap, so that one that is delivered again, since it was not seen to, goes on.
        """
        try:
            return await self._rates.allow(user_id, f"once:{what}", limit=1, window=within, request=tap)
        except StoreUnavailable:
            # Nobody can tell; what is done twice is in the audit twice.
            return True

    async def again(self, user_id: int, what: str, *, tap: str) -> None:
        """This tap came to nothing: another one may be tried."""
        try:
            await self._rates.give_back(user_id, f"once:{what}", request=tap)
        except StoreUnavailable:
            return


@dataclass(frozen=True, slots=True)
class AdminDesk:
    """The use cases."""

    people: PeopleDesk
    broadcasts: Broadcasting
    analytics: Analytics
    clearing: CacheClearing
    once: Once
