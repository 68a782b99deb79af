"""The short form of `meta.err` (Agave `TransactionError`)."""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.parsing.fields import malformed

MAX_LENGTH: Final = 160


def short_error(meta: Mapping[str, Any]) -> str | None:
    """What went wrong in one line; None for success.

    `{"InstructionError": [2, {"Custom": 6001}]}` becomes `instruction 2: Custom 6001`. Edited answers
    hold a bare string; the oldest ones have `status` only.

    Raises:
        MalformedTransaction: There is no statement about success, or it has no known shape.
    """
    if "err" in meta:
        error = meta["err"]
    else:
        status = meta.get("status")
        if not isinstance(status, Mapping) or len(status) != 1 or not status.keys() <= {"Ok", "Err"}:
            malformed("neither err nor status")
        error = status.get("Err")
        if error is None and "Err" in status:
            malformed("an Err without an error")
    if error is None:
        return None
    if isinstance(error, str) and error:
        return error[:MAX_LENGTH]
    if not isinstance(error, Mapping) or len(error) != 1:
        malformed("the error has no known shape")
    ((name, detail),) = error.items()
    if name == "InstructionError" and isinstance(detail, list) and len(detail) == 2:
        return f"instruction {_scalar(detail[0])}: {_variant(detail[1])}"[:MAX_LENGTH]
    return _variant(error)[:MAX_LENGTH]


def _variant(value: Any) -> str:
    """A Rust enum's variant as serde writes it: its name, or its name with what it holds."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, detail),) = value.items()
        if isinstance(detail, Mapping):
            inside = ", ".join(f"{str(key)[:MAX_LENGTH]} {_scalar(part)}" for key, part in detail.items())
            return f"{str(name)[:MAX_LENGTH]} {inside}"
        return f"{str(name)[:MAX_LENGTH]} {_scalar(detail)}"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value[:MAX_LENGTH]
    if isinstance(value, int) and value.bit_length() <= 64:
        return str(value)
    return malformed("the error has no known shape")
