"""How a session is written down: its version, then what is asked. Whose it is says the key alone."""

import secrets
from datetime import datetime
from typing import Annotated, Final

import msgspec

from walletwatch.domain.sessions import MAX_ARGUMENT_LENGTH, MAX_ARGUMENTS, Session

MAX_BYTES: Final = 16384
"""What the longest session takes, escaped, fits in; nothing longer is read."""
VERSION_LENGTH: Final = 32
ORDER_LENGTH: Final = 20

type _Words = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=MAX_ARGUMENT_LENGTH)], ...],
    msgspec.Meta(max_length=MAX_ARGUMENTS),
]


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    command: Annotated[str, msgspec.Meta(pattern=r"\A[a-z_]{1,32}\Z")]
    before: _Words
    started_at: Annotated[datetime, msgspec.Meta(tz=True)]
    behind: _Words = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Content)


class Unreadable(Exception):
    """What is stored was written by another version, or by nobody of ours."""


def order(update_id: int) -> str:
    """How the versions begin that an update gives: later updates' compare greater."""
    return f"{update_id:0{ORDER_LENGTH}d}"


def new_version(update_id: int) -> str:
    """A name for what an update is about to store."""
    return order(update_id) + secrets.token_hex((VERSION_LENGTH - ORDER_LENGTH) // 2)


def encode(session: Session) -> bytes:
    """What is stored behind the version."""
    return _encoder.encode(_Content(session.command, session.before, session.started_at, session.behind))


def decode(stored: bytes, chat_id: int, user_id: int) -> Session:
    """The session.

    Raises:
        Unreadable: It is none.
    """
    try:
        version = stored[:VERSION_LENGTH].decode("ascii")
        content = _decoder.decode(stored[VERSION_LENGTH:])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable from error
    return Session(
        chat_id, user_id, content.command, content.before, content.started_at, content.behind, version
    )
