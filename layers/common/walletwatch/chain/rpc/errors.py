"""Telling apart the error answers of RPC nodes and of the providers in front of them.

Codes are Agave's (`rpc-client-types/src/custom_error.rs`), but providers reuse them: QuickNode limits the
rate with -32007 and Allnodes with -32005, both under HTTP 429. So the HTTP status is looked at first.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from walletwatch.domain.errors import BlockNotAvailable, ChainRefused, ChainUnavailable, SlotSkipped

MAX_MESSAGE_LENGTH: Final = 200


class Fault(Enum):
    """What a client can do about an error answer."""

    TRY_AGAIN = "try again"
    SLOT_SKIPPED = "the slot has no block"
    BLOCK_NOT_AVAILABLE = "the slot has no block yet"
    REFUSED = "the same request will never be answered"


_SLOT_SKIPPED_CODES: Final = frozenset(
    {
        -32001,  # block cleaned up
        -32007,
        -32009,  # skipped, or missing in long-term storage
    }
)
_NOT_AVAILABLE_CODES: Final = frozenset({-32004, -32014})
_REFUSED_CODES: Final = frozenset(
    {
        410,  # a provider disabled the method
        -32002,  # preflight failure
        -32003,  # signature verification
        -32006,  # precompile verification
        -32008,  # no snapshot
        -32010,  # key excluded from the secondary index
        -32011,  # no transaction history on this node
        -32012,  # the scan would be too large
        -32013,  # signature length
        -32015,  # transaction version
        -32018,  # not an epoch boundary
        -32600,  # invalid request
        -32601,  # method not found
        -32602,  # invalid params
    }
)
_REFUSED_STATUSES: Final = frozenset({400, 401, 403, 404, 405, 410, 413, 415})


def classify(status: int, code: int | None) -> Fault:
    """What to do about an answer with this HTTP status and JSON-RPC error code.

    Whatever is not known to be final is tried again: a node that is behind, a rate limit, a gateway's page.
    """
    if status == 429 or status >= 500:
        return Fault.TRY_AGAIN
    if code in _SLOT_SKIPPED_CODES:
        return Fault.SLOT_SKIPPED
    if code in _NOT_AVAILABLE_CODES:
        return Fault.BLOCK_NOT_AVAILABLE
    if code in _REFUSED_CODES or (code is None and status in _REFUSED_STATUSES):
        return Fault.REFUSED
    return Fault.TRY_AGAIN


def raise_for_error(status: int, error: object, *, retry_after: float | None = None) -> None:
    """Raise what an `error` member means.

    Args:
        status: HTTP status of the answer.
        error: The `error` member as it came: an object by the standard, at times a bare string.
        retry_after: Seconds from a Retry-After header.

    Raises:
        ChainUnavailable: Try again.
        SlotSkipped: The slot has no block.
        BlockNotAvailable: The slot has no block yet.
        ChainRefused: Do not try again.
    """
    code, message = _parts(error)
    text = f"{code}: {message}" if code is not None else message
    match classify(status, code):
        case Fault.TRY_AGAIN:
            raise ChainUnavailable(text, retry_after=retry_after)
        case Fault.SLOT_SKIPPED:
            raise SlotSkipped(text)
        case Fault.BLOCK_NOT_AVAILABLE:
            raise BlockNotAvailable(text)
        case Fault.REFUSED:
            raise ChainRefused(text)


def _parts(error: object) -> tuple[int | None, str]:
    if isinstance(error, Mapping):
        members: Mapping[str, Any] = error
        code = members.get("code")
        message = str(members.get("message", "no message"))
        return (code if isinstance(code, int) else None), message[:MAX_MESSAGE_LENGTH]
    return None, str(error)[:MAX_MESSAGE_LENGTH]
