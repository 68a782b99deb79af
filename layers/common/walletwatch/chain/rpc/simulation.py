"""The answer to `simulateTransaction` (Agave `RpcSimulateTransactionResult`)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from walletwatch.domain.chain import AccountData, SimulationError, SimulationResult
from walletwatch.domain.errors import ChainUnavailable

MAX_LINES: Final = 100
MAX_LINE: Final = 200
MAX_NAME: Final = 64


def read_simulation(slot: int, value: object, accounts: Mapping[str, AccountData | None]) -> SimulationResult:
    """What became of a simulated transaction.

    Args:
        slot: On whose state it ran.
        value: The answer's `value`.
        accounts: Those that were asked for, as they would be.

    Raises:
        ChainUnavailable: The answer has another shape.
    """
    if not isinstance(value, dict) or "err" not in value:
        raise ChainUnavailable("simulateTransaction answered in another shape")
    lines = value.get("logs") or []
    if not isinstance(lines, list):
        raise ChainUnavailable("simulateTransaction answered in another shape")
    error = None if value["err"] is None else _error(value["err"])
    logs = tuple(str(line)[:MAX_LINE] for line in lines[-MAX_LINES:])
    return SimulationResult(slot, error, logs, {} if error else accounts)


def _error(error: Any) -> SimulationError:
    if isinstance(error, str):
        return SimulationError(error[:MAX_NAME])
    if isinstance(error, Mapping) and len(error) == 1:
        ((name, detail),) = error.items()
        if name == "InstructionError" and isinstance(detail, Sequence) and len(detail) == 2:
            return _instruction_error(*detail)
        return SimulationError(str(name)[:MAX_NAME])
    raise ChainUnavailable("simulateTransaction answered an error of another shape")


def _instruction_error(index: object, error: object) -> SimulationError:
    if isinstance(index, int):
        if isinstance(error, str):
            return SimulationError(error[:MAX_NAME], index)
        if isinstance(error, Mapping) and len(error) == 1:
            ((name, code),) = error.items()
            return SimulationError(str(name)[:MAX_NAME], index, code if isinstance(code, int) else None)
    raise ChainUnavailable("simulateTransaction answered an error of another shape")
