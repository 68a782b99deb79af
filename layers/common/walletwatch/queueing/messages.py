"""The form of the messages between the functions: versioned JSON, validated where it is read.

Each body is an envelope `{"v": 1, "type": ..., ...fields}`. A reader refuses a type or a version it does not
know with `InvalidMessage`, so that such a message ends in the dead-letter queue and not in a wrong action.
A field may be added with a default, and a reader passes over those that it does not know: while a release
takes over, the functions of two of them read the same queue. Anything else is a new version.
"""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.errors import WalletWatchError
from walletwatch.domain.exports import ExportFormat, ExportRequest
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pictures import DrawRequest, PictureKind, Theme
from walletwatch.domain.work import (
    AccountHint,
    Attachment,
    Backfill,
    BalanceCheck,
    BroadcastStep,
    Button,
    CheckReason,
    DigestDue,
    MediaKind,
    Notification,
    Priority,
    RenderedMessage,
    RiskCheck,
    SecurityScan,
    SubjectKind,
)

VERSION: Final = 1
MAX_BODY_BYTES: Final = 1_048_576
"""What SQS takes in one message (Amazon SQS quotas)."""

type Address = Annotated[str, msgspec.Meta(min_length=32, max_length=44, pattern="^[1-9A-HJ-NP-Za-km-z]+$")]
type Slot = Annotated[int, msgspec.Meta(ge=0)]
type LedgerKey = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
type Moment = Annotated[datetime, msgspec.Meta(tz=True)]
type Language = Annotated[str, msgspec.Meta(min_length=2, max_length=16)]
type Zone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
type CallbackData = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class InvalidMessage(WalletWatchError):
    """A queue message that this version cannot read."""


class _Hint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Address
    slot: Slot
    since_slot: Slot | None


class _Transaction(msgspec.Struct, frozen=True, array_like=True):
    signature: Annotated[str, msgspec.Meta(min_length=1, max_length=88)]
    slot: Slot
    failed: bool


class _BalanceCheck(msgspec.Struct, frozen=True, tag="balance_check", tag_field="type"):
    v: int
    wallet: Address
    reason: CheckReason
    hints: list[_Hint]
    transactions: list[_Transaction] = []
    since_slot: Slot | None = None


class _DigestDue(msgspec.Struct, frozen=True, tag="digest_due", tag_field="type"):
    v: int
    digest_key: LedgerKey
    due_at: Moment


class _BroadcastStep(msgspec.Struct, frozen=True, tag="broadcast_step", tag_field="type"):
    v: int
    broadcast_id: Annotated[int, msgspec.Meta(gt=0)]
    due_at: Moment


class _Backfill(msgspec.Struct, frozen=True, tag="backfill", tag_field="type"):
    v: int
    wallet: Address
    not_before: Annotated[int, msgspec.Meta(ge=0)]
    before_slot: Slot | None


class _SecurityScan(msgspec.Struct, frozen=True, tag="security_scan", tag_field="type"):
    v: int
    request_id: LedgerKey
    subject: Address
    subject_kind: SubjectKind
    chat_id: int
    reply_to: int | None
    requested_by: int | None
    language: Annotated[str, msgspec.Meta(min_length=2, max_length=16)]
    progress: int | None = None
    topic: int | None = None


class _RiskCheck(msgspec.Struct, frozen=True, tag="risk_check", tag_field="type"):
    v: int
    wallet: Address
    cause: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class _DrawRequest(msgspec.Struct, frozen=True, tag="draw_request", tag_field="type"):
    v: int
    request_id: LedgerKey
    chat_id: int
    kind: PictureKind
    subscription_id: int | None
    address: Address | None
    period: Lookback
    theme: Theme
    language: Language
    timezone: Zone
    edits: int | None
    asset: Annotated[str, msgspec.Meta(min_length=1, max_length=44)] = NATIVE
    topic: int | None = None


class _ExportRequest(msgspec.Struct, frozen=True, tag="export_request", tag_field="type"):
    v: int
    request_id: LedgerKey
    chat_id: int
    format: ExportFormat
    subscription_id: int | None
    period: Lookback
    language: Language
    timezone: Zone
    asked_at: Moment
    progress_id: int | None
    topic: int | None = None


class _Button(msgspec.Struct, frozen=True, omit_defaults=True):
    text: Annotated[str, msgspec.Meta(min_length=1)]
    callback_data: CallbackData | None = None
    url: str | None = None
    copy_text: Annotated[str, msgspec.Meta(min_length=1, max_length=256)] | None = None


class _Attachment(msgspec.Struct, frozen=True):
    kind: MediaKind
    key: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[a-z]+/[0-9a-f]{32}(\.[a-z]+)?$")]
    file_name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$")]
    lost: Annotated[str, msgspec.Meta(min_length=1)]


class _Notification(msgspec.Struct, frozen=True, tag="notification", tag_field="type"):
    v: int
    ledger_key: LedgerKey
    chat_id: int
    html: Annotated[str, msgspec.Meta(min_length=1)]
    keyboard: list[list[_Button]]
    priority: Priority
    reply_to: int | None
    created_at: datetime
    block_time: int | None = None
    attachment: _Attachment | None = None
    edits: int | None = None
    topic: int | None = None


_encoder = msgspec.json.Encoder()
_balance_work = msgspec.json.Decoder(_BalanceCheck | _Backfill | _DigestDue | _BroadcastStep)
_scan_work = msgspec.json.Decoder(_SecurityScan | _RiskCheck)
_draw_request = msgspec.json.Decoder(_DrawRequest)
_export_request = msgspec.json.Decoder(_ExportRequest)
_notification = msgspec.json.Decoder(_Notification)


def encode_balance_check(check: BalanceCheck) -> str:
    """The body of a message for the balance queue."""
    hints = [_Hint(hint.address, hint.slot, hint.since_slot) for hint in check.hints]
    transactions = [_Transaction(info.signature, info.slot, info.failed) for info in check.transactions]
    return _encode(_BalanceCheck(VERSION, check.wallet, check.reason, hints, transactions, check.since_slot))


def encode_backfill(backfill: Backfill) -> str:
    """The body of a message for the balance queue."""
    return _encode(_Backfill(VERSION, backfill.wallet, backfill.not_before, backfill.before_slot))


def encode_digest_due(due: DigestDue) -> str:
    """The body of a message for the balance queue."""
    return _encode(_DigestDue(VERSION, due.digest_key, due.due_at))


def encode_broadcast_step(step: BroadcastStep) -> str:
    """The body of a message for the balance queue."""
    return _encode(_BroadcastStep(VERSION, step.broadcast_id, step.due_at))


def decode_balance_work(body: str) -> BalanceCheck | Backfill | DigestDue | BroadcastStep:
    """Read a message of the balance queue.

    Raises:
        InvalidMessage: It is not one, or of a version this code does not know.
    """
    wire = _decode(_balance_work, body)
    if isinstance(wire, _BroadcastStep):
        return BroadcastStep(wire.broadcast_id, wire.due_at)
    if isinstance(wire, _DigestDue):
        return DigestDue(wire.digest_key, wire.due_at)
    if isinstance(wire, _Backfill):
        return Backfill(wire.wallet, wire.not_before, wire.before_slot)
    return BalanceCheck(
        wire.wallet,
        wire.reason,
        tuple(AccountHint(hint.address, hint.slot, hint.since_slot) for hint in wire.hints),
        tuple(SignatureInfo(info.signature, info.slot, info.failed) for info in wire.transactions),
        wire.since_slot,
    )


def encode_security_scan(scan: SecurityScan) -> str:
    """The body of a message for the scan queue."""
    return _encode(
        _SecurityScan(
            VERSION,
            scan.request_id,
            scan.subject,
            scan.subject_kind,
            scan.chat_id,
            scan.reply_to,
            scan.requested_by,
            scan.language,
            scan.progress,
            scan.topic,
        )
    )


def encode_risk_check(check: RiskCheck) -> str:
    """The body of a message for the scan queue."""
    return _encode(_RiskCheck(VERSION, check.wallet, check.cause))


def decode_scan_work(body: str) -> SecurityScan | RiskCheck:
    """Read a message of the scan queue.

    Raises:
        InvalidMessage: It is not one, or of a version this code does not know.
    """
    wire = _decode(_scan_work, body)
    if isinstance(wire, _RiskCheck):
        return RiskCheck(wire.wallet, wire.cause)
    return SecurityScan(
        wire.request_id,
        wire.subject,
        wire.subject_kind,
        wire.chat_id,
        wire.reply_to,
        wire.requested_by,
        wire.language,
        wire.progress,
        wire.topic,
    )


def encode_draw_request(request: DrawRequest) -> str:
    """The body of a message for the draw queue."""
    return _encode(
        _DrawRequest(
            VERSION,
            request.request_id,
            request.chat_id,
            request.kind,
            request.subscription_id,
            request.address,
            request.period,
            request.theme,
            request.language,
            request.timezone,
            request.edits,
            request.asset,
            request.topic,
        )
    )


def decode_draw_request(body: str) -> DrawRequest:
    """Read a message of the draw queue.

    Raises:
        InvalidMessage: It is not one, or of a version this code does not know.
    """
    wire = _decode(_draw_request, body)
    return DrawRequest(
        wire.request_id,
        wire.chat_id,
        wire.kind,
        wire.subscription_id,
        wire.address,
        wire.period,
        wire.theme,
        wire.language,
        wire.timezone,
        wire.edits,
        wire.asset,
        wire.topic,
    )


def encode_export_request(request: ExportRequest) -> str:
    """The body of a message for the export queue."""
    return _encode(
        _ExportRequest(
            VERSION,
            request.request_id,
            request.chat_id,
            request.format,
            request.subscription_id,
            request.period,
            request.language,
            request.timezone,
            request.asked_at,
            request.progress_id,
            request.topic,
        )
    )


def decode_export_request(body: str) -> ExportRequest:
    """Read a message of the export queue.

    Raises:
        InvalidMessage: It is not one, or of a version this code does not know.
    """
    wire = _decode(_export_request, body)
    return ExportRequest(
        wire.request_id,
        wire.chat_id,
        wire.format,
        wire.subscription_id,
        wire.period,
        wire.language,
        wire.timezone,
        wire.asked_at,
        wire.progress_id,
        wire.topic,
    )


def encode_notification(notification: Notification) -> str:
    """The body of a message for the notification queue."""
    return _encode(
        _Notification(
            VERSION,
            notification.ledger_key,
            notification.chat_id,
            # The encoder takes no subclass of str, which a renderer may use to mark what is escaped.
            str(notification.message.html),
            [
                [
                    _Button(str(button.text), button.callback_data, button.url, button.copy_text)
                    for button in row
                ]
                for row in notification.message.keyboard
            ],
            notification.priority,
            notification.reply_to,
            notification.created_at,
            notification.block_time,
            _attached(notification.attachment),
            notification.edits,
            notification.topic,
        )
    )


def decode_notification(body: str) -> Notification:
    """Read a message of the notification queue.

    Raises:
        InvalidMessage: It is not one, or of a version this code does not know.
    """
    wire = _decode(_notification, body)
    return Notification(
        ledger_key=wire.ledger_key,
        chat_id=wire.chat_id,
        message=RenderedMessage(
            wire.html,
            tuple(
                tuple(
                    Button(button.text, button.callback_data, button.url, button.copy_text) for button in row
                )
                for row in wire.keyboard
            ),
        ),
        created_at=wire.created_at,
        priority=wire.priority,
        reply_to=wire.reply_to,
        block_time=wire.block_time,
        attachment=_attachment(wire.attachment),
        edits=wire.edits,
        topic=wire.topic,
    )


def _attached(attachment: Attachment | None) -> _Attachment | None:
    if attachment is None:
        return None
    return _Attachment(attachment.kind, attachment.key, attachment.file_name, str(attachment.lost))


def _attachment(wire: _Attachment | None) -> Attachment | None:
    return None if wire is None else Attachment(wire.kind, wire.key, wire.file_name, wire.lost)


def ledger_key_of(body: str) -> str | None:
    """The ledger key in the body of a notification; None for a body that is none."""
    try:
        return decode_notification(body).ledger_key
    except InvalidMessage:
        return None


def _encode(message: msgspec.Struct) -> str:
    return _encoder.encode(message).decode()


def _decode[
    M: (
        _BalanceCheck | _Backfill | _DigestDue | _BroadcastStep,
        _SecurityScan | _RiskCheck,
        _DrawRequest,
        _ExportRequest,
        _Notification,
    )
](decoder: msgspec.json.Decoder[M], body: str) -> M:
    if len(body) > MAX_BODY_BYTES:
        raise InvalidMessage("larger than any message of ours")
    try:
        message = decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise InvalidMessage(str(error)) from error
    if message.v != VERSION:
        raise InvalidMessage(f"version {message.v} is not known here")
    return message
