"""Taking in an update of Telegram: once, and not too many of one user."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.common import Metrics
from walletwatch.ports.volatile import Claim, RateLimits, UpdateClaims

WINDOW: Final = timedelta(minutes=1)
_PAYMENTS: Final = ("successful_payment", "refunded_payment")
MAX_UPDATE_ID: Final = 2**63 - 1

_log = logging.getLogger("walletwatch.intake")


class Intake(StrEnum):
    """What became of an update."""

    HANDLED = "handled"
    DUPLICATE = "duplicate"
    LIMITED = "limited"
    NO_UPDATE = "no_update"


class UpdateIntake:
    """Claims updates by their id and hands them on.

    Without Redis nobody knows which were taken, nor how many of one user. They are handled all the same: an
    answer that comes twice is better than none.
    """

    def __init__(
        self,
        *,
        claims: UpdateClaims,
        rates: RateLimits,
        handle: Callable[[Mapping[str, Any]], Awaitable[None]],
        metrics: Metrics,
        updates_per_minute: int,
    ) -> None:
        self._claims = claims
        self._rates = rates
        self._handle = handle
        self._metrics = metrics
        self._updates_per_minute = updates_per_minute

    async def take(self, update: object) -> Intake:
        """Handle an update unless it was handled before.

        Raises:
            TransientError: It could not be handled now; its claim was given back, a redelivery is welcome.
        """
        update_id = _update_id(update)
        if update_id is None:
            self._metrics.count("UpdatesUnreadable")
            return Intake.NO_UPDATE
        body: Mapping[str, Any] = update  # type: ignore[assignment]
        match await self._claims.claim(update_id):
            case Claim.DONE:
                self._metrics.count("UpdatesDuplicate")
                return Intake.DUPLICATE
            case Claim.IN_PROGRESS:
                # Another invocation has it, or had it and was killed; saying it was handled could lose it.
                self._metrics.count("UpdatesInProgress")
                raise StoreUnavailable("the update is being handled elsewhere")
        try:
            if await self._is_too_much(body):
                await self._finish(update_id)
                self._metrics.count("UpdatesLimited")
                return Intake.LIMITED
            await self._handle(body)
        except BaseException:
            await self._claims.give_back(update_id)
            raise
        await self._finish(update_id)
        self._metrics.count("UpdatesHandled")
        return Intake.HANDLED

    async def _is_too_much(self, body: Mapping[str, Any]) -> bool:
        user = _user_id(body)
        if user is None or _is_owed(body):
            return False
        try:
            return not await self._rates.allow(
                user, _counted_as(body), limit=self._updates_per_minute, window=WINDOW
            )
        except StoreUnavailable:
            # People are answered while nobody counts.
            self._metrics.count("LimitsUnavailable")
            return False

    async def _finish(self, update_id: int) -> None:
        try:
            await self._claims.done(update_id)
        except StoreUnavailable:
            # It was handled and answered: a redelivery, if there is one, is the smaller evil.
            _log.warning("update not marked as done", extra={"update_id": update_id})
            self._metrics.count("ClaimsUnfinished")


def _update_id(update: object) -> int | None:
    """The id of a Bot API Update; None for JSON that is none."""
    if not isinstance(update, Mapping):
        return None
    update_id = update.get("update_id")
    if isinstance(update_id, bool) or not isinstance(update_id, int) or not 0 <= update_id <= MAX_UPDATE_ID:
        return None
    return update_id


def _counted_as(update: Mapping[str, Any]) -> str:
    """What an update counts towards: a message to the minute in which it was sent, all else to the present.

    After an outage, what was sent in the course of many minutes is delivered within one.
    """
    if "inline_query" in update:
        # There is one for every few letters that somebody types: those are no commands.
        return "inline"
    message = update.get("message")
    sent = message.get("date") if isinstance(message, Mapping) else None
    if isinstance(sent, bool) or not isinstance(sent, int):
        return "update"
    return f"update:{sent // int(WINDOW.total_seconds())}"


def _is_owed(update: Mapping[str, Any]) -> bool:
    """Whether somebody pays with it, or has paid, or was paid back: that is never too much."""
    message = update.get("message")
    return "pre_checkout_query" in update or (
        isinstance(message, Mapping) and any(part in message for part in _PAYMENTS)
    )


def _user_id(update: Mapping[str, Any]) -> int | None:
    """Who sent it: the `from` of whichever kind of update this is."""
    for part in update.values():
        if isinstance(part, Mapping):
            sender = part.get("from")
            if isinstance(sender, Mapping) and isinstance(sender.get("id"), int):
                return int(sender["id"])
    return None
