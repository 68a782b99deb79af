"""JSON-RPC errors, with the codes and the wording of Agave (`rpc-client-api/src/custom_error.rs`)."""

from collections.abc import Mapping
from typing import Any

from svm_node.commitment import Commitment

SLOT_SKIPPED = -32007

type Json = Any
"""A value of a JSON document."""


class RpcError(Exception):
    """An answer that is an error.

    Attributes:
        code: JSON-RPC error code.
        message: Text for people.
        data: Details, in the shape the code defines; None where it has none.
    """

    def __init__(self, code: int, message: str, data: Mapping[str, Json] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.data = data

    def to_json(self) -> dict[str, Json]:
        """The `error` member of a response."""
        error: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


def parse_error() -> RpcError:
    """The body is no JSON."""
    return RpcError(-32700, "Parse error")


def invalid_request() -> RpcError:
    """The body is JSON, but no JSON-RPC request."""
    return RpcError(-32600, "Invalid request")


def method_not_found() -> RpcError:
    """No method has this name."""
    return RpcError(-32601, "Method not found")


def invalid_params(message: str) -> RpcError:
    """A parameter is missing or cannot be used."""
    return RpcError(-32602, message)


def internal_error() -> RpcError:
    """The node itself failed."""
    return RpcError(-32603, "Internal error")


def preflight_failure(reason: str, simulation: Mapping[str, Json]) -> RpcError:
    """A transaction that fails in preflight is not sent.

    Args:
        reason: The transaction error as text.
        simulation: The result of the simulation, as `simulateTransaction` gives it.
    """
    return RpcError(-32002, f"Transaction simulation failed: {reason}", simulation)


def signature_verification_failure() -> RpcError:
    """A signature does not belong to the message."""
    return RpcError(-32003, "Transaction signature verification failure")


def block_not_available(slot: int) -> RpcError:
    """The slot has not reached the commitment asked for."""
    return RpcError(-32004, f"Block not available for slot {slot}")


def node_behind(slots: int | None) -> RpcError:
    """The node lags behind the cluster by this many slots; None: it does not know."""
    message = "Node is unhealthy" if slots is None else f"Node is behind by {slots} slots"
    return RpcError(-32005, message, {"numSlotsBehind": slots})


def slot_skipped(slot: int) -> RpcError:
    """No block was made in this slot."""
    return RpcError(
        SLOT_SKIPPED, f"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot"
    )


def long_term_storage_slot_skipped(slot: int) -> RpcError:
    """No block was made in this slot, says a node that keeps its history elsewhere."""
    return RpcError(-32009, f"Slot {slot} was skipped, or missing in long-term storage")


class UnsupportedTransactionVersion(RpcError):
    """The transaction, or one of the block, is of a version the client did not ask for."""

    def __init__(self, version: int) -> None:
        super().__init__(
            -32015,
            f"Transaction version ({version}) is not supported by the requesting client. "
            "Please try the request again with the following configuration parameter: "
            f'"maxSupportedTransactionVersion": {version}',
        )
        self.version = version


def min_context_slot_not_reached(context_slot: int) -> RpcError:
    """The node's slot is below the one the client has already seen."""
    return RpcError(-32016, "Minimum context slot has not been reached", {"contextSlot": context_slot})


def unsupported_commitment() -> RpcError:
    """Blocks and transactions are told from confirmed on only."""
    return invalid_params("Method does not support commitment below `confirmed`")


def require_confirmed(commitment: Commitment) -> None:
    """Refuse `processed`.

    Raises:
        RpcError: The commitment is below confirmed.
    """
    if commitment < Commitment.CONFIRMED:
        raise unsupported_commitment()
