"""The envelope of the messages between the functions: versioned JSON, validated where it is read.

Each body is `{"v": 1, "type": ..., ...fields}`. A reader refuses a type or a version it does not know with
`InvalidMessage`, so that such a message ends in the dead-letter queue and not in a wrong action. A field may
be added with a default, and a reader passes over those that it does not know: while a release takes over, the
functions of two of them read the same queue. Anything else is a new version.
"""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from walletwatch.domain.errors import WalletWatchError

VERSION: Final = 1
MAX_BODY_BYTES: Final = 1_048_576
"""What SQS takes in one message (Amazon SQS quotas)."""

type Address = Annotated[str, msgspec.Meta(min_length=32, max_length=44, pattern="^[1-9A-HJ-NP-Za-km-z]+$")]
type Slot = Annotated[int, msgspec.Meta(ge=0)]
type LedgerKey = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
type Moment = Annotated[datetime, msgspec.Meta(tz=True)]
type Language = Annotated[str, msgspec.Meta(min_length=2, max_length=16)]
type Zone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class InvalidMessage(WalletWatchError):
    """A queue message that this version cannot read."""


class Envelope(msgspec.Struct, frozen=True):
    """What every message has; the tag of its class is its type."""

    v: int


_encoder = msgspec.json.Encoder()


def encode(message: Envelope) -> str:
    """The body of a message."""
    return _encoder.encode(message).decode()


def decode[M: Envelope](decoder: msgspec.json.Decoder[M], body: str) -> M:
    """Read a body.

    Args:
        decoder: Of the messages that the queue may have.
        body: As it came.

    Raises:
        InvalidMessage: It is none of these, or of a version this code does not know.
    """
    if len(body) > MAX_BODY_BYTES:
        raise InvalidMessage("larger than any message of ours")
    try:
        message = decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise InvalidMessage(str(error)) from error
    if message.v != VERSION:
        raise InvalidMessage(f"version {message.v} is not known here")
    return message
