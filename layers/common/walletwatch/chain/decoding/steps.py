"""One instruction, read: the form all program decoders give, whatever the encoding it came in.

`name` and the keys of `info` are those of Agave's jsonParsed form (`transaction-status`, parse_*.rs), so that
an instruction that came parsed needs no translation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from walletwatch.chain.parsing.model import Instruction


@dataclass(frozen=True, slots=True)
class Step:
    """What one instruction did.

    Attributes:
        program: Program id.
        name: Such as `transferChecked`.
        info: Accounts and values by name.
        depth: 1 for an outer instruction.
    """

    program: str
    name: str
    info: Mapping[str, Any]
    depth: int


type Decoder = Callable[[Instruction], tuple[str, Mapping[str, Any]] | None]
"""The name and the info of an instruction of one program; None for one it does not know."""


class Unreadable(Exception):
    """Instruction data that are too short for what they claim to be."""


def unsigned(data: bytes, offset: int, size: int = 8) -> int:
    """A little-endian integer of instruction data."""
    if offset + size > len(data):
        raise Unreadable
    return int.from_bytes(data[offset : offset + size], "little")
