"""Letting updates in, and settling them, also while one of the stores is away."""

import logging

from walletwatch.domain.admission import Admitted, Arrival, Claim, Entry, Knock, Settlement
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import Session
from walletwatch.domain.telemetry import Report
from walletwatch.ports.claims import UpdateClaims
from walletwatch.ports.common import Metrics
from walletwatch.ports.volatile import Settlements

_log = logging.getLogger("walletwatch.intake")


class Admitting:
    """Lets updates in by their claims, and settles them where that is cheapest.

    An update is claimed in the look that greets its sender, and settled in another store, together with the
    conversation and the instance's report: each of them is asked once. Only of an update that comes again
    both are asked.
    """

    def __init__(self, claims: UpdateClaims, settlements: Settlements, metrics: Metrics) -> None:
        self._claims = claims
        self._settlements = settlements
        self._metrics = metrics
        self._failed = False
        """Whether the settlements were away the last time: until they are back no question is to be asked."""

    async def admit(self, arrival: Arrival, knock: Knock) -> Admitted:
        """Claim the update, count it, greet its contact, and read its conversation if it depends on that.

        Raises:
            StoreUnavailable: It cannot be claimed.
        """
        is_private = arrival.chat_id is not None and arrival.user_id is not None
        recalls = is_private and (knock.recalls or self._failed)
        session = await self._recall(arrival) if recalls else None
        entry = await self._claims.admit(arrival, knock.contact, knock.wanted(session))
        claim = await self._judged(arrival, entry)
        known = is_private and not self._failed
        return Admitted(claim, entry.greeting, recalls, session, session_known=known)

    async def settle(self, settlement: Settlement, report: Report | None) -> bool:
        """Store how it ended, wherever that can be; False where the report was not posted.

        It never raises. What was answered was answered: a redelivery, if there is one, is the smaller evil.
        What was not lapses by itself.
        """
        if not settlement.done:
            await self._give_back(settlement.arrival.update_id)
        try:
            await self._settlements.settle(settlement, report)
            self._failed = False
        except StoreUnavailable as error:
            self._failed = True
            _log.warning("update not settled: %s", error, extra={"update_id": settlement.arrival.update_id})
            if settlement.done:
                await self._settle_with_claim(settlement.arrival.update_id)
            return False
        return True

    async def _recall(self, arrival: Arrival) -> Session | None:
        try:
            session = await self._settlements.session(arrival)
            self._failed = False
        except StoreUnavailable:
            self._failed = True
            return None
        return session

    async def _judged(self, arrival: Arrival, entry: Entry) -> Claim:
        """What a claim is that somebody else has made: only where it was settled says whether it is done."""
        if entry.claim is not Claim.IN_PROGRESS:
            return entry.claim
        try:
            if await self._settlements.settled(arrival):
                return Claim.DONE
        except StoreUnavailable:
            # Taking it could answer twice, and calling it done could lose it: it is to come again.
            return Claim.IN_PROGRESS
        if entry.lapsed and await self._claims.take_over(arrival.update_id):
            return Claim.TAKEN
        return Claim.IN_PROGRESS

    async def _give_back(self, update_id: int) -> None:
        try:
            await self._claims.give_back(update_id)
        except StoreUnavailable as error:
            _log.warning("update not given back: %s", error, extra={"update_id": update_id})

    async def _settle_with_claim(self, update_id: int) -> None:
        self._metrics.count("SettledWithClaim")
        try:
            await self._claims.done(update_id)
        except StoreUnavailable:
            self._metrics.count("ClaimsUnfinished")
