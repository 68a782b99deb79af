"""Faults that can be switched on: what a bot must survive of Telegram and the network."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum

from telegram_double.fields import Json


class FaultKind(StrEnum):
    """What goes wrong."""

    ERROR = "error"  # an error answer, nothing done
    BAD_GATEWAY = "bad_gateway"  # 502 with an HTML body, nothing done
    TIMEOUT_BEFORE = "timeout_before"  # no answer, nothing done
    TIMEOUT_AFTER = "timeout_after"  # done, but no answer


@dataclass(slots=True)
class Fault:
    """A fault for the next calls of a method.

    Attributes:
        method: Method name in any case, or "*".
        times: How many calls it still hits.
        code: ``error_code`` of an ERROR; 429 carries ``retry_after``.
        hold_s: Real seconds a call without answer is held before its connection is cut.
        chat_id: Only calls to this chat.
    """

    method: str
    kind: FaultKind
    times: int = 1
    code: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    hold_s: float = 60.0
    chat_id: int | None = None

    def wire(self) -> Json:
        """As JSON."""
        return asdict(self)


@dataclass(slots=True)
class FaultPlan:
    """All faults that are switched on."""

    faults: list[Fault] = field(default_factory=list)

    def take(self, method: str, chat_id: object) -> Fault | None:
        """The fault that hits this call, counted as used."""
        for fault in self.faults:
            if fault.method not in {"*", method.lower()} and fault.method.lower() != method.lower():
                continue
            if fault.chat_id is not None and str(fault.chat_id) != str(chat_id):
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            return fault
        return None
