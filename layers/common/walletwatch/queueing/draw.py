"""The messages of the draw queue."""

from typing import Annotated

import msgspec

from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pictures import DrawRequest, PictureKind, Theme
from walletwatch.queueing.envelope import (
    VERSION,
    Address,
    Envelope,
    Language,
    LedgerKey,
    Zone,
    decode,
    encode,
)


class _DrawRequest(Envelope, frozen=True, tag="draw_request", tag_field="type"):
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


_draw_request = msgspec.json.Decoder(_DrawRequest)


def encode_draw_request(request: DrawRequest) -> str:
    """The body of a message for the draw queue."""
    return encode(
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
    wire = decode(_draw_request, body)
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
