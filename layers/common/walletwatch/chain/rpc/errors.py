"""Telling apart the error answers of RPC nodes and of the providers in front of them.

Codes are Agave's (`rpc-client-types/src/custom_error.rs`), but providers reuse them: QuickNode limits the
rate with -32007 and Allnodes with -32005, at times under HTTP 200. So the HTTP status is looked at first and
the text of an ambiguous code before its number.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from walletwatch.domain.errors import (
    BlockNotAvailable,
    ChainRefused,
    ChainUnavailable,
    SlotSkipped,
    TransactionNotFound,
)

MAX_MESSAGE_LENGTH: Final = 200
"""Of the texts that callers see."""
MAX_TEXT_LENGTH: Final = 2000
"""Of the texts that are looked at; longer than a message, so that what is hidden in it is not cut before."""

type ChainError = ChainUnavailable | ChainRefused
"""What a failed call means to the caller."""


class Fault(Enum):
    """What an error answer says about the endpoint and about the request."""

    BROKEN = "the endpoint does not work"
    RATE_LIMITED = "the endpoint wants fewer requests"
    BEHIND = "the endpoint lags behind its cluster"
    NOT_YET = "the endpoint works and cannot answer this yet"
    TRANSACTION_NOT_YET = "the node does not know the transaction"
    BLOCK_NOT_YET = "the slot has no block yet"
    SLOT_SKIPPED = "the slot has no block"
    REFUSED_HERE = "this endpoint will never answer the request; another one may"
    REFUSED = "no endpoint will ever answer the request"


_CODES: Final[Mapping[int, Fault]] = {
    429: Fault.RATE_LIMITED,
    -32429: Fault.RATE_LIMITED,  # Helius
    -32005: Fault.BEHIND,
    -32016: Fault.NOT_YET,  # minimum context slot not reached
    -32017: Fault.NOT_YET,  # epoch rewards period still active
    -32019: Fault.NOT_YET,  # long-term storage could not be queried
    -32020: Fault.TRANSACTION_NOT_YET,  # transaction not found, which older nodes tell with null
    -32021: Fault.NOT_YET,  # no slot history
    -32004: Fault.BLOCK_NOT_YET,
    -32014: Fault.BLOCK_NOT_YET,
    -32009: Fault.SLOT_SKIPPED,
    410: Fault.REFUSED_HERE,  # a provider disabled the method
    -32001: Fault.SLOT_SKIPPED,  # block cleaned up: like one that is not kept
    -32008: Fault.REFUSED_HERE,  # no snapshot
    -32010: Fault.REFUSED_HERE,  # key excluded from the secondary index
    -32011: Fault.REFUSED_HERE,  # no transaction history on this node
    -32012: Fault.REFUSED_HERE,  # the scan would be too large
    -32601: Fault.REFUSED_HERE,  # method not found
    -32002: Fault.REFUSED,  # preflight failure
    -32003: Fault.REFUSED,  # signature verification
    -32006: Fault.REFUSED,  # precompile verification
    -32013: Fault.REFUSED,  # signature length
    -32015: Fault.REFUSED,  # transaction version
    -32018: Fault.REFUSED,  # not an epoch boundary
    -32600: Fault.REFUSED,  # invalid request
    -32602: Fault.REFUSED,  # invalid params
}
_SLOT_SKIPPED_OR_RATE_LIMIT: Final = -32007
_REFUSED_STATUSES: Final = frozenset({400, 413, 415})
_REFUSED_HERE_STATUSES: Final = frozenset({401, 403, 404, 405, 410})
_FINAL: Final = frozenset({Fault.REFUSED, Fault.REFUSED_HERE, Fault.BLOCK_NOT_YET})
_RATE_LIMIT_TEXT: Final = re.compile(
    r"rate.?limit|request limit|rps limit|too many requests|max usage|quota", re.IGNORECASE
)


def classify(status: int, code: int | None, message: str) -> Fault:
    """What an error answer means.

    Whatever is not known to be final may be tried again: a gateway's page, a code that nobody documented.

    Args:
        status: HTTP status.
        code: JSON-RPC error code; None where the answer has none.
        message: The error's text, or the start of a body that is not JSON-RPC.
    """
    if status == 429:
        return Fault.RATE_LIMITED
    if status >= 500:
        return Fault.BROKEN
    fault = Fault.BROKEN if code is None else _CODES.get(code, Fault.BROKEN)
    if fault in _FINAL:
        return fault
    if _RATE_LIMIT_TEXT.search(message):
        return Fault.RATE_LIMITED
    if code == _SLOT_SKIPPED_OR_RATE_LIMIT:
        # A slot that is passed over is lost for good, so the number alone is not believed.
        return Fault.SLOT_SKIPPED if "skipped" in message else Fault.BROKEN
    if code is None and status in _REFUSED_STATUSES:
        return Fault.REFUSED
    if code not in _CODES and status in _REFUSED_HERE_STATUSES:
        return Fault.REFUSED_HERE
    return fault


def to_chain_error(fault: Fault, text: str, *, retry_after: float | None = None) -> ChainError:
    """The error of the domain that a caller gets for this fault."""
    match fault:
        case Fault.BLOCK_NOT_YET:
            return BlockNotAvailable(text, retry_after=retry_after)
        case Fault.TRANSACTION_NOT_YET:
            return TransactionNotFound(text, retry_after=retry_after)
        case Fault.SLOT_SKIPPED:
            return SlotSkipped(text)
        case Fault.REFUSED | Fault.REFUSED_HERE:
            return ChainRefused(text)
        case _:
            return ChainUnavailable(text, retry_after=retry_after)


def read_error(error: object) -> tuple[int | None, str]:
    """Code and text of an `error` member: an object by the standard, at times a bare string.

    QuickNode also answers the object without the envelope, so this takes a whole answer as well.
    """
    if isinstance(error, Mapping):
        members: Mapping[str, Any] = error
        code = members.get("code")
        known = isinstance(code, int) and not isinstance(code, bool)
        return (code if known else None), str(members.get("message", "no message"))[:MAX_TEXT_LENGTH]
    return None, str(error)[:MAX_TEXT_LENGTH]


def reached_slot(error: object) -> int | None:
    """The slot that a node says it has reached in a -32016 answer (`data.contextSlot`)."""
    data = error.get("data") if isinstance(error, Mapping) else None
    slot = data.get("contextSlot") if isinstance(data, Mapping) else None
    return slot if isinstance(slot, int) and not isinstance(slot, bool) else None
