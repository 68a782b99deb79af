"""The messages of the notification queue."""

from datetime import datetime
from typing import Annotated

import msgspec

from walletwatch.domain.work import Attachment, Button, MediaKind, Notification, Priority, RenderedMessage
from walletwatch.queueing.envelope import VERSION, Envelope, InvalidMessage, LedgerKey, decode, encode

type CallbackData = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


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


class _Notification(Envelope, frozen=True, tag="notification", tag_field="type"):
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


_notification = msgspec.json.Decoder(_Notification)


def encode_notification(notification: Notification) -> str:
    """The body of a message for the notification queue."""
    return encode(
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
    wire = decode(_notification, body)
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


def ledger_key_of(body: str) -> str | None:
    """The ledger key in the body of a notification; None for a body that is none."""
    try:
        return decode_notification(body).ledger_key
    except InvalidMessage:
        return None


def _attached(attachment: Attachment | None) -> _Attachment | None:
    if attachment is None:
        return None
    return _Attachment(attachment.kind, attachment.key, attachment.file_name, str(attachment.lost))


def _attachment(wire: _Attachment | None) -> Attachment | None:
    return None if wire is None else Attachment(wire.kind, wire.key, wire.file_name, wire.lost)
