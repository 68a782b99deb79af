"""Program id -> decoder. A new protocol is a module with `DECODERS`, named here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from walletwatch.chain.decoding import memo, stake, system, token
from walletwatch.chain.decoding.steps import Decoder, Step, Unreadable
from walletwatch.chain.parsing.answer import MAX_U64_DIGITS
from walletwatch.chain.parsing.model import Instruction

MAX_TEXT: Final = 128
"""Longer than any address or name of a kind; memos do not come this way."""
MODULES: Final = (system, token, stake, memo)


def _register() -> Mapping[str, Decoder]:
    registry: dict[str, Decoder] = {}
    for module in MODULES:
        for program, decoder in module.DECODERS.items():
            if program in registry:
                raise AssertionError(f"two decoders for {program}")
            registry[program] = decoder
    return registry


REGISTRY: Final = _register()


def read_steps(instructions: Sequence[Instruction]) -> list[Step]:
    """What the instructions of known programs did, in their order.

    An instruction that its decoder does not know, or whose data are cut off, gives no step: amounts come from
    the balances, so nothing is lost but a label.
    """
    steps: list[Step] = []
    for instruction in instructions:
        read = _read(instruction)
        if read is not None:
            steps.append(Step(instruction.program, read[0], read[1], instruction.depth))
    return steps


def _plain(info: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a parsed instruction that a decoder may use: short texts and whole numbers.

    Amounts come as text, or inside `tokenAmount` (UiTokenAmount); here they are integers, as in the data.
    """
    plain: dict[str, Any] = {}
    for key, value in info.items():
        amount = value.get("amount") if key == "tokenAmount" and isinstance(value, dict) else value
        name = "amount" if key == "tokenAmount" else key
        is_text = isinstance(amount, str) and len(amount) <= MAX_TEXT
        is_number = isinstance(amount, int) and not isinstance(amount, bool) and abs(amount) < 2**64
        if isinstance(amount, str) and name == "amount":
            if amount.isascii() and amount.isdecimal() and len(amount) <= MAX_U64_DIGITS:
                plain[name] = int(amount)
        elif is_text or is_number:
            plain[name] = amount
    return plain


def _read(instruction: Instruction) -> tuple[str, Mapping[str, object]] | None:
    parsed = instruction.parsed
    if isinstance(parsed, str):
        return "memo", {"text": parsed[: memo.MAX_MEMO_LENGTH]}
    if isinstance(parsed, Mapping):
        name, info = parsed.get("type"), parsed.get("info")
        return (name, _plain(info)) if isinstance(name, str) and isinstance(info, dict) else None
    decoder = REGISTRY.get(instruction.program)
    if decoder is None:
        return None
    try:
        return decoder(instruction)
    except (Unreadable, IndexError):
        return None
