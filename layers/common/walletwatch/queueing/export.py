"""The messages of the export queue."""

import msgspec

from walletwatch.domain.exports import ExportFormat, ExportRequest
from walletwatch.domain.lookback import Lookback
from walletwatch.queueing.envelope import VERSION, Envelope, Language, LedgerKey, Moment, Zone, decode, encode


class _ExportRequest(Envelope, frozen=True, tag="export_request", tag_field="type"):
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


_export_request = msgspec.json.Decoder(_ExportRequest)


def encode_export_request(request: ExportRequest) -> str:
    """The body of a message for the export queue."""
    return encode(
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
    wire = decode(_export_request, body)
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
