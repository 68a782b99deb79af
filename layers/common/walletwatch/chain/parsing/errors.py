"""The short form of a transaction's error."""

from typing import Any, Final

MAX_LENGTH: Final = 120


def short_error(error: Any) -> str | None:
    """What `meta.err` says, in one line; None for success.

    An InstructionError becomes `instruction 2: Custom 6001`; other errors are their names. Older or edited
    answers hold a bare string.
    """
    if error is None:
        return None
    if isinstance(error, dict) and len(error) == 1:
        ((name, detail),) = error.items()
        if name == "InstructionError" and isinstance(detail, list) and len(detail) == 2:
            return f"instruction {detail[0]}: {_detail(detail[1])}"[:MAX_LENGTH]
        return f"{name} {_detail(detail)}"[:MAX_LENGTH]
    return _detail(error)[:MAX_LENGTH]


def _detail(value: Any) -> str:
    if isinstance(value, dict) and len(value) == 1:
        ((name, detail),) = value.items()
        return f"{name} {_detail(detail)}" if detail is not None else str(name)
    return str(value)
