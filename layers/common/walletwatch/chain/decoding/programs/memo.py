"""The Memo programs: the data are the text, and nothing else."""

from typing import Any, Final

from walletwatch.chain.decoding.layouts import Codec, layout, program
from walletwatch.domain.programs import MEMO, MEMO_V1

MAX_MEMO_CHARACTERS: Final = 512


def _read(data: bytes, at: int) -> tuple[str, int]:
    # A character has at most four bytes; cutting first keeps a long memo cheap.
    text = data[at : at + 4 * MAX_MEMO_CHARACTERS].decode(errors="replace")
    return text[:MAX_MEMO_CHARACTERS], len(data)


def _accept(value: Any) -> str | None:
    return value[:MAX_MEMO_CHARACTERS] if isinstance(value, str) else None


_MEMO: Final = layout("memo", text=Codec(_read, _accept))

PROGRAMS: Final = tuple(
    program(address, "Memo", plumbing=True, untagged=_MEMO) for address in (MEMO_V1, MEMO)
)
