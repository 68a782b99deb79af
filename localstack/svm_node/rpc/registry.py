"""The methods by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from svm_node.chain import Chain
from svm_node.commitment import Commitment
from svm_node.errors import method_not_found, min_context_slot_not_reached
from svm_node.rpc.params import Config, Params

API_VERSION = "4.1.2"
"""The Agave release whose runtime LiteSVM is built from."""


@dataclass(frozen=True, slots=True)
class RpcContext:
    """What a method works with."""

    chain: Chain

    def bank_slot(self, config: Config, default: Commitment = Commitment.FINALIZED) -> int:
        """The slot to answer for: the newest one at the commitment asked for.

        Raises:
            RpcError: It is below `minContextSlot`.
        """
        slot = self.chain.block_at(config.commitment(default)).slot
        wanted = config.u64("minContextSlot")
        if wanted is not None and slot < wanted:
            raise min_context_slot_not_reached(slot)
        return slot


type Method = Callable[[RpcContext, Params], Any]

_METHODS: dict[str, Method] = {}


def rpc_method(name: str) -> Callable[[Method], Method]:
    """Make a function the JSON-RPC method of this name."""

    def register(function: Method) -> Method:
        if name in _METHODS:
            raise ValueError(f"method {name} is there twice")
        _METHODS[name] = function
        return function

    return register


def find_method(name: str) -> Method:
    """The method of this name.

    Raises:
        RpcError: There is none.
    """
    try:
        return _METHODS[name]
    except KeyError:
        raise method_not_found() from None


def method_names() -> list[str]:
    """The names of all methods."""
    return sorted(_METHODS)


def with_context(slot: int, value: Any) -> dict[str, Any]:
    """A value and the slot it is of."""
    return {"context": {"slot": slot, "apiVersion": API_VERSION}, "value": value}
