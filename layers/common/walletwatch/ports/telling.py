"""What is told, and to whom: the ledger, and Telegram as its sender sees it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.firing import PendingAlert
from walletwatch.domain.chats import Chat
from walletwatch.domain.delivery import Candidate, DeliveryStatus, NewDelivery, PendingDelivery
from walletwatch.domain.digests import Burst, Outgoing
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.suspicion import Counterparty
from walletwatch.domain.work import DigestDue, OutgoingFile, RenderedMessage

type DeliveryPlan = Callable[[Sequence[Candidate], Mapping[int, Burst]], Sequence[NewDelivery]]
"""Turns the candidates that the ledger does not know yet into its new entries.

It is told what each subscription, by its id, has heard lately.
"""


class Ledger(Protocol):
    """Activities and what was told of them."""

    async def record(
        self,
        wallet_id: int,
        activities: Sequence[Activity],
        candidates: Sequence[Candidate],
        plan: DeliveryPlan,
        *,
        since: datetime,
    ) -> Outgoing:
        """Store the activities and the deliveries of the candidates, in one database transaction.

        Calls for one wallet are serialised. `plan` gets the candidates that have no entry yet, each with the
        subscription as it is now, and what was told one by one after `since`; one whose subscription is gone
        by now is left out. It may be called again where the transaction had to be repeated.

        Digests of this wallet that are overdue are closed first: what comes now is not merged into them.

        Returns:
            What is still to be queued for these candidates, whether written by this call or by an earlier one
            that did not finish: the pending messages, and the digests that one of them opened. The digests
            that were closed here are among the messages. Those that took in a candidate are not: who opened
            them sees to them.
        """

    async def keep(self, wallet_id: int, activities: Sequence[Activity]) -> None:
        """Store activities that nobody is told of; those that are known stay as they are."""

    async def close_digest(self, key: str) -> Outgoing:
        """Close a digest that is due, so that nothing is merged into it from now on. Safe to repeat.

        Returns:
            Its message, if it is still pending, whoever closed it; or the digest as open, if it is not due.
            Nothing, if it was sent or is not wanted any more.
        """

    async def overdue_digests(self, limit: int) -> Sequence[DigestDue]:
        """Open digests that are due by now, the oldest first."""

    async def add(self, delivery: NewDelivery) -> DeliveryStatus:
        """Write one entry if its key is new, and return the status it has now."""

    async def entry(self, chat_id: int, key: str) -> PendingDelivery | None:
        """What a message of this chat tells, whatever became of it.

        None where the chat has no such entry, or does not watch its wallet any more.
        """

    async def statuses(self, keys: Sequence[str]) -> Mapping[str, DeliveryStatus]:
        """The status of each known key."""

    async def settle(
        self, key: str, status: DeliveryStatus, *, message_id: int | None = None, reason: str | None = None
    ) -> None:
        """A pending entry gets its final status; one that is settled, or unknown, stays as it is."""

    async def stuck(self, older_than: timedelta, limit: int) -> Sequence[PendingDelivery]:
        """Activity and digest entries that have been pending for longer than this, oldest first.

        Open digests are not among them.
        """


class LedgerRetention(Protocol):
    """Deleting what is past its retention from the ledger."""

    async def delete_scans_before(self, moment: datetime) -> int:
        """Delete settled entries of scans, pictures and exports older than this; how many there were."""

    async def delete_before(self, moment: datetime) -> int:
        """Delete settled entries older than this, and activities that no entry refers to any more.

        What moved in those activities is carried forward (`Chronicle.gather_with_carried`). An entry that is
        merged into a pending digest stays. Returns how many entries went.
        """


class History(Protocol):
    """What is remembered of a wallet's activities."""

    async def counterparties(self, wallet_id: int, limit: int) -> Sequence[Counterparty]:
        """Whom the wallet dealt with in its newest activities, each once.

        Args:
            wallet_id: Of the wallet.
            limit: How many activities to look at.
        """

    async def token_accounts(self, wallet_id: int) -> Mapping[str, int]:
        """How many token accounts of each mint are known to be the wallet's, by mint."""


class SendLimits(Protocol):
    """Telegram's limits for all instances (Bot FAQ: 30/s, 1/s a chat with short bursts, 20/min a group)."""

    async def reserve(self, chat_id: int) -> float:
        """Take a place now (0), or the seconds to wait before asking again."""

    async def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram asked this chat's sender to wait. A shorter wait never replaces a longer one."""


class SentMarks(Protocol):
    """A second place, beside the ledger, that remembers for a day what Telegram accepted.

    It closes the gap in which PostgreSQL could not be reached after a send.
    """

    async def mark(self, key: str, message_id: int) -> None:
        """Telegram accepted the message of this ledger key."""

    async def marked(self, keys: Sequence[str]) -> Mapping[str, int]:
        """The message ids of the keys that were accepted."""


class Messenger(Protocol):
    """Telegram, as the sender of notifications sees it."""

    async def send(
        self,
        chat_id: int,
        message: RenderedMessage,
        *,
        reply_to: int | None = None,
        file: OutgoingFile | None = None,
        edits: int | None = None,
        topic: int | None = None,
    ) -> int:
        """Send and return the message id.

        Args:
            chat_id: Where.
            message: Of a file, its text is the caption; one that is too long for that follows by itself.
            reply_to: The message that it answers, if it is a new one.
            topic: Of a forum, where a new one goes.
            file: Goes with the message.
            edits: A message of ours whose place it takes; where that is gone, it is sent as a new one.

        Raises:
            DeliveryUnavailable: Not now; `retry_after` may say when.
            ChatUnreachable: Never again in this chat.
            ChatMigrated: The chat has a new id.
            TopicGone: The topic is closed or deleted.
            MessageRefused: This message is not acceptable.
        """


class Renderer(Protocol):
    """Turns what happened into messages in the reader's language."""

    async def ready(self, chats: Iterable[Chat]) -> None:
        """Know what it takes to write to these chats; before each of the messages to them."""

    def delivery(self, delivery: PendingDelivery) -> RenderedMessage:
        """The message of an activity or of a digest."""

    def scan(self, report: ScanReport, language: str) -> RenderedMessage:
        """The message of a security scan."""

    def risk_worse(self, report: ScanReport, before: KnownRisk, language: str) -> RenderedMessage:
        """That the risk of a watched wallet got worse."""

    def alert(self, alert: PendingAlert) -> RenderedMessage:
        """The message of an alert, or of several that were held."""

    def scan_begun(self, subject: str, language: str) -> RenderedMessage:
        """That a scan is being made."""

    def scan_delayed(self, subject: str, language: str) -> RenderedMessage:
        """That a scan could not be made yet, and is tried again."""
