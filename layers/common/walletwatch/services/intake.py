"""Taking in an update of Telegram: once, and not too many of one user."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final, TypeGuard

from walletwatch.domain.admission import Admitted, Arrival, Claim, Knock, Quota, SessionChange, Settlement
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.telemetry import Report
from walletwatch.ports.common import Metrics
from walletwatch.services.admitting import Admitting

WINDOW: Final = timedelta(minutes=1)
MAX_UPDATE_ID: Final = 2**63 - 1
UNLIMITED: Final = 2**31 - 1
_PAYMENTS: Final = ("successful_payment", "refunded_payment")

type Enter = Callable[[Knock], Awaitable[Admitted | None]]
"""Lets an update in that is to be answered; None where it is not to be answered again, or at all."""

type Handle = Callable[[Mapping[str, Any], Enter], Awaitable[SessionChange | None]]
"""Enters with an update that there is an answer to, answers it, and returns what its conversation waits for
now, if that changed."""


class Intake(StrEnum):
    """What became of an update."""

    HANDLED = "handled"
    DUPLICATE = "duplicate"
    LIMITED = "limited"
    IGNORED = "ignored"
    """There is nothing to be done about it, and so it was not claimed."""
    NO_UPDATE = "no_update"


_COUNTED: Final = {
    Intake.HANDLED: "UpdatesHandled",
    Intake.DUPLICATE: "UpdatesDuplicate",
    Intake.LIMITED: "UpdatesLimited",
    Intake.IGNORED: "UpdatesIgnored",
}


class UpdateIntake:
    """Hands updates on, and claims those that somebody answers, by their id."""

    def __init__(
        self, *, admitting: Admitting, handle: Handle, metrics: Metrics, updates_per_minute: int
    ) -> None:
        self._admitting = admitting
        self._handle = handle
        self._metrics = metrics
        self._updates_per_minute = updates_per_minute

    def visit(self, update: object) -> "Visit":
        """What is to be done about an update, or about JSON that is none."""
        return Visit(
            update,
            admitting=self._admitting,
            handle=self._handle,
            metrics=self._metrics,
            updates_per_minute=self._updates_per_minute,
        )


class Visit:
    """One delivery of an update: it is taken, and closed whatever came of it.

    Two steps, since what is stored in the end goes with the invocation's report, which comes last of all.
    """

    def __init__(
        self,
        update: object,
        *,
        admitting: Admitting,
        handle: Handle,
        metrics: Metrics,
        updates_per_minute: int,
    ) -> None:
        self._update = update
        self._admitting = admitting
        self._handle = handle
        self._metrics = metrics
        self._updates_per_minute = updates_per_minute
        self._settlement: Settlement | None = None
        self._outcome = Intake.IGNORED
        self.update_id = _update_id(update)

    async def take(self) -> Intake:
        """Handle the update unless it was handled before.

        Raises:
            TransientError: It could not be handled now; a redelivery is welcome.
        """
        if self.update_id is None:
            self._metrics.count("UpdatesUnreadable")
            return Intake.NO_UPDATE
        body: Mapping[str, Any] = self._update  # type: ignore[assignment]
        arrival = _arrival(body, self.update_id, self._updates_per_minute)
        change = await self._handle(body, partial(self._enter, arrival))
        if self._outcome is Intake.HANDLED:
            self._settlement = Settlement(arrival, done=True, change=change)
        self._metrics.count(_COUNTED[self._outcome])
        return self._outcome

    async def _enter(self, arrival: Arrival, knock: Knock) -> Admitted | None:
        admitted = await self._admitting.admit(arrival, knock)
        match admitted.claim:
            case Claim.IN_PROGRESS:
                # Another invocation has it, or had it and was killed; saying it was handled could lose it.
                self._metrics.count("UpdatesInProgress")
                raise StoreUnavailable("the update is being handled elsewhere")
            case Claim.DONE:
                self._outcome = Intake.DUPLICATE
                return None
            case Claim.LIMITED:
                self._outcome = Intake.LIMITED
                return None
            case Claim.TAKEN:
                self._outcome = Intake.HANDLED
                self._settlement = Settlement(arrival, done=False)
                return admitted

    @property
    def is_due(self) -> bool:
        """Whether there is something to close."""
        return self._settlement is not None

    async def close(self, report: Report | None) -> bool:
        """Store that it was handled, and what is waited for now; or give it back. Never raises.

        Returns:
            Whether the report was posted with it.
        """
        settlement, self._settlement = self._settlement, None
        assert settlement is not None
        return await self._admitting.settle(settlement, report)


def _update_id(update: object) -> int | None:
    """The id of a Bot API Update; None for JSON that is none."""
    if not isinstance(update, Mapping):
        return None
    update_id = update.get("update_id")
    if not _is_number(update_id) or not 0 <= update_id <= MAX_UPDATE_ID:
        return None
    return update_id


def _arrival(update: Mapping[str, Any], update_id: int, limit: int) -> Arrival:
    quota = Quota(_counted_as(update), UNLIMITED if _is_owed(update) else limit, WINDOW)
    for part in update.values():
        sender = part.get("from") if isinstance(part, Mapping) else None
        sender_id = sender.get("id") if isinstance(sender, Mapping) else None
        if _is_number(sender_id):
            return Arrival(update_id, sender_id, quota, _private_chat(part))
    return Arrival(update_id, None, quota)


def _private_chat(part: Mapping[str, Any]) -> int | None:
    """Where a person speaks with the bot alone: the chat of a message, or of the one below a button."""
    message = part.get("message", part)
    chat = message.get("chat") if isinstance(message, Mapping) else None
    if not isinstance(chat, Mapping) or chat.get("type") != "private":
        return None
    chat_id = chat.get("id")
    return chat_id if _is_number(chat_id) else None


def _counted_as(update: Mapping[str, Any]) -> str:
    """What an update counts towards: a message to the minute in which it was sent, all else to the present.

    After an outage, what was sent in the course of many minutes is delivered within one.
    """
    if "inline_query" in update:
        # There is one for every few letters that somebody types: those are no commands.
        return "inline"
    message = update.get("message")
    sent = message.get("date") if isinstance(message, Mapping) else None
    if not _is_number(sent):
        return "update"
    return f"update:{sent // int(WINDOW.total_seconds())}"


def _is_owed(update: Mapping[str, Any]) -> bool:
    """Whether somebody pays with it, or has paid, or was paid back: that is never too much."""
    message = update.get("message")
    return "pre_checkout_query" in update or (
        isinstance(message, Mapping) and any(part in message for part in _PAYMENTS)
    )


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
