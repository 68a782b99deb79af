"""What the functions ask of each other; `walletwatch.queueing` has its form on the wire."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from walletwatch.domain.chain import SignatureInfo


class CheckReason(StrEnum):
    """Why a wallet is to be looked at."""

    CHANGED = "changed"
    WATCH_STARTED = "watch_started"
    IN_BLOCK = "in_block"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class AccountHint:
    """An account that was seen changed, or named by a transaction that its history did not show.

    Attributes:
        slot: The slot of the look that saw the change; its history must be asked of a node at least there.
        since_slot: After this slot, that of the look before, something happened; None if that is not known.
    """

    address: str
    slot: int
    since_slot: int | None


@dataclass(frozen=True, slots=True)
class BalanceCheck:
    """Look at the history of a wallet's accounts and tell what is new.

    Attributes:
        hints: The accounts to look at; none means all.
        transactions: What a block holds for the wallet, oldest first. Then no history is read.
        since_slot: Nothing up to this slot is of interest, wherever the cursors stand.
    """

    wallet: str
    reason: CheckReason
    hints: Sequence[AccountHint] = ()
    transactions: Sequence[SignatureInfo] = ()
    since_slot: int | None = None


@dataclass(frozen=True, slots=True)
class DigestDue:
    """Close a digest and send it.

    Attributes:
        digest_key: Its ledger key.
        due_at: When it is due; before that there is nothing to do.
    """

    digest_key: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class BroadcastStep:
    """Queue the next messages of a broadcast.

    Attributes:
        due_at: Before this there is nothing to do.
    """

    broadcast_id: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Backfill:
    """Read a wallet's past into its history; nobody is told of it.

    Attributes:
        not_before: Unix seconds; what is older is of no interest.
        before_slot: Where an earlier run ended: only this slot and older ones are left.
    """

    wallet: str
    not_before: int
    before_slot: int | None = None


class SubjectKind(StrEnum):
    """What a security scan is about; AUTO lets the scanner ask the chain."""

    AUTO = "auto"
    WALLET = "wallet"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret


@dataclass(frozen=True, slots=True)
class SecurityScan:
    """Scan an address and tell the chat.

    Attributes:
        request_id: Names this request, so that a scan run twice is told once.
        reply_to: The message that asked, answered by the result.
        progress: The message of ours that shows how far the scan is, and becomes its result.
        topic: Of a forum, in which it was asked.
    """

    request_id: str
    subject: str
    subject_kind: SubjectKind
    chat_id: int
    reply_to: int | None
    requested_by: int | None
    language: str
    progress: int | None = None
    topic: int | None = None


@dataclass(frozen=True, slots=True)
class RiskCheck:
    """Look at a watched wallet's risk again, and tell its watchers if it got worse.

    Attributes:
        cause: What changed: names the look, so that one that is made twice is told once.
    """

    wallet: str
    cause: str


class Priority(StrEnum):
    """Interactive work goes ahead of bulk work."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Button:
    """An inline keyboard button with exactly one action (Bot API, InlineKeyboardButton)."""

    text: str
    callback_data: str | None = None
    url: str | None = None
    copy_text: str | None = None


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message ready for Telegram: HTML parse mode, at most 4096 UTF-16 units after parsing."""

    html: str
    keyboard: Sequence[Sequence[Button]] = ()


class MediaKind(StrEnum):
    """How Telegram shows a file."""

    PHOTO = "photo"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message, whose text is its caption.

    Attributes:
        key: Where the media store has it.
        file_name: What it is called on the receiver's side.
        lost: Telegram HTML that is sent in its place where the store has it no more.
    """

    kind: MediaKind
    key: str
    file_name: str
    lost: str


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """An attachment as it is handed over to Telegram.

    Attributes:
        path: Of the file, for as long as it is being sent.
        name: What it is called on the receiver's side.
    """

    kind: MediaKind
    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Notification:
    """Send this message once, and settle its ledger entry.

    Attributes:
        block_time: Unix seconds of the block it tells of; None where it tells of none, or of several.
        attachment: A file that goes with it.
        edits: A message of ours that this one takes the place of; where that is gone, it is a new one.
        topic: Of a forum; None for its general topic, and for chats that have none.
    """

    ledger_key: str
    chat_id: int
    message: RenderedMessage
    created_at: datetime
    priority: Priority = Priority.INTERACTIVE
    reply_to: int | None = None
    block_time: int | None = None
    attachment: Attachment | None = None
    edits: int | None = None
    topic: int | None = None


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """Which records of a batch are to be tried again, and when.

    Attributes:
        retry_after: By record id, the seconds after which SQS shall show it again.
    """

    retry_after: dict[str, float] = field(default_factory=dict)
