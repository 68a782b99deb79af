"""The Memo program: its data are the text."""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.decoding.programs import MEMO, MEMO_1
from walletwatch.chain.decoding.steps import Decoder
from walletwatch.chain.parsing.model import Instruction

MAX_MEMO_LENGTH: Final = 280


def _decode(instruction: Instruction) -> tuple[str, Mapping[str, Any]]:
    text = instruction.data[: MAX_MEMO_LENGTH * 4].decode(errors="replace")
    return "memo", {"text": text[:MAX_MEMO_LENGTH]}


DECODERS: Final[Mapping[str, Decoder]] = {MEMO: _decode, MEMO_1: _decode}
