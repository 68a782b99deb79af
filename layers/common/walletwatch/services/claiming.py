"""Claiming updates while the first store is away."""

from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Claim, UpdateClaims

LOOK_BACK: Final = timedelta(hours=1)
"""For so long after an outage, updates that are delivered again may have been taken during it."""


class ClaimsWithSpare:
    """`ports.UpdateClaims` of two stores: the fast one, and the one that takes over while that is away.

    An update is claimed where it can be. For a while after an outage both are asked, so that one which was
    taken during it is not taken again. An instance that saw nothing of the outage does not know of it: an
    update that is delivered again just then, because our answer was lost, may be answered twice.
    """

    def __init__(self, first: UpdateClaims, spare: UpdateClaims, clock: Clock, metrics: Metrics) -> None:
        self._first = first
        self._spare = spare
        self._clock = clock
        self._metrics = metrics
        self._away_at: datetime | None = None

    async def claim(self, update_id: int) -> Claim:
        """Take the update for as long as an invocation can last."""
        claim = Claim.TAKEN
        if self._look_back:
            claim = await self._spare.claim(update_id)
        if claim is not Claim.TAKEN:
            return claim
        try:
            return await self._first.claim(update_id)
        except StoreUnavailable:
            self._metrics.count("ClaimsInDatabase")
            known = self._look_back
            self._away_at = self._clock.now()
            return claim if known else await self._spare.claim(update_id)

    async def done(self, update_id: int) -> None:
        """The update was handled."""
        if self._look_back:
            await self._spare.done(update_id)
        try:
            await self._first.done(update_id)
        except StoreUnavailable:
            if not self._look_back:
                await self._spare.done(update_id)
            self._away_at = self._clock.now()

    async def give_back(self, update_id: int) -> None:
        """The update was not handled after all: a redelivery is welcome."""
        if self._look_back:
            await self._spare.give_back(update_id)
        try:
            await self._first.give_back(update_id)
        except StoreUnavailable:
            # Its claim ends by itself.
            self._away_at = self._clock.now()

    @property
    def _look_back(self) -> bool:
        return self._away_at is not None and self._clock.now() - self._away_at < LOOK_BACK
