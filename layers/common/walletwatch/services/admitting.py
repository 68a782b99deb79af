"""Letting updates in, also while the store that does so is away."""

import logging
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.admission import Admitted, Arrival, Claim, Settlement
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.telemetry import Report
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Admission, UpdateClaims

LOOK_BACK: Final = timedelta(hours=1)
"""For so long after an outage, updates that are delivered again may have been taken during it."""

_log = logging.getLogger("walletwatch.intake")


class Admitting:
    """Lets updates in, by two stores: the fast one, and one for claims that takes over while that is away.

    An update is claimed where it can be. For a while after an outage both are asked, so that one which was
    taken during it is not taken again. An instance that saw nothing of the outage does not know of it: an
    update that is delivered again just then, because our answer was lost, may be answered twice. During the
    outage nobody counts how many updates a user sends, nor knows what was asked: people are answered.
    """

    def __init__(self, first: Admission, spare: UpdateClaims, clock: Clock, metrics: Metrics) -> None:
        self._first = first
        self._spare = spare
        self._clock = clock
        self._metrics = metrics
        self._away_at: datetime | None = None

    async def admit(self, arrival: Arrival) -> Admitted:
        """Claim the update, count it, and read its conversation.

        Raises:
            StoreUnavailable: It cannot be claimed anywhere.
        """
        looks_back = self._looks_back
        if looks_back:
            claim = await self._spare.claim(arrival.update_id)
            if claim is not Claim.TAKEN:
                return Admitted(claim)
        try:
            admitted = await self._first.admit(arrival)
        except StoreUnavailable:
            self._metrics.count("ClaimsInDatabase")
            if arrival.user_id is not None:
                self._metrics.count("LimitsUnavailable")
            self._away_at = self._clock.now()
            return Admitted(Claim.TAKEN if looks_back else await self._spare.claim(arrival.update_id))
        if looks_back:
            await self._follow(arrival.update_id, admitted)
        return admitted

    async def settle(self, settlement: Settlement, report: Report | None) -> bool:
        """Store how it ended, wherever that can be; False where the report was not posted.

        It never raises. What was answered was answered: a redelivery, if there is one, is the smaller evil.
        What was not ends its claim by itself.
        """
        known = not self._looks_back or await self._settled_in_spare(settlement)
        try:
            await self._first.settle(settlement, report)
        except StoreUnavailable as error:
            if not self._looks_back:
                known = await self._settled_in_spare(settlement)
            self._away_at = self._clock.now()
            _log.warning("update not settled: %s", error, extra={"update_id": settlement.arrival.update_id})
            if settlement.done and not known:
                self._metrics.count("ClaimsUnfinished")
            return False
        return True

    async def _follow(self, update_id: int, admitted: Admitted) -> None:
        """Let the spare know what the first store knows better."""
        if admitted.claim is Claim.DONE or (admitted.claim is Claim.TAKEN and not admitted.allowed):
            await self._spare.done(update_id)
        elif admitted.claim is Claim.IN_PROGRESS:
            await self._spare.give_back(update_id)

    async def _settled_in_spare(self, settlement: Settlement) -> bool:
        update_id = settlement.arrival.update_id
        try:
            if settlement.done:
                await self._spare.done(update_id)
            else:
                await self._spare.give_back(update_id)
        except StoreUnavailable:
            return False
        return True

    @property
    def _looks_back(self) -> bool:
        return self._away_at is not None and self._clock.now() - self._away_at < LOOK_BACK
