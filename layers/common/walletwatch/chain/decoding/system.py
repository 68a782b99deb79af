"""The System program (solana-sdk, system-interface `SystemInstruction`, bincode with a u32 tag)."""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.decoding.programs import SYSTEM
from walletwatch.chain.decoding.steps import Decoder, Unreadable, unsigned
from walletwatch.chain.parsing.model import Instruction
from walletwatch.domain.addresses import encode_address

_NAMES: Final = (
    "createAccount", "assign", "transfer", "createAccountWithSeed", "advanceNonce", "withdrawFromNonce",
    "initializeNonce", "authorizeNonce", "allocate", "allocateWithSeed", "assignWithSeed", "transferWithSeed",
    "upgradeNonce", "createAccountAllowPrefund",
)  # fmt: skip
_KEY: Final = 32


def _decode(instruction: Instruction) -> tuple[str, Mapping[str, Any]] | None:
    data, accounts = instruction.data, instruction.accounts
    tag = unsigned(data, 0, 4)
    if tag >= len(_NAMES):
        return None
    name = _NAMES[tag]
    info: dict[str, Any] = {}
    match name:
        case "createAccount":
            info = {"source": accounts[0], "newAccount": accounts[1], "lamports": unsigned(data, 4)}
            info |= {"space": unsigned(data, 12), "owner": _key(data, 20)}
        case "createAccountAllowPrefund":
            # The payer is the second account, and absent where nothing is paid.
            paid = unsigned(data, 4)
            info = {"newAccount": accounts[0], "lamports": paid, "owner": _key(data, 20)}
            info["source"] = accounts[1] if len(accounts) > 1 else accounts[0]
        case "createAccountWithSeed":
            after_seed = 4 + _KEY + 8 + unsigned(data, 4 + _KEY)
            info = {"source": accounts[0], "newAccount": accounts[1], "lamports": unsigned(data, after_seed)}
            info["owner"] = _key(data, after_seed + 16)
        case "transfer":
            info = {"source": accounts[0], "destination": accounts[1], "lamports": unsigned(data, 4)}
        case "transferWithSeed":
            info = {"source": accounts[0], "destination": accounts[2], "lamports": unsigned(data, 4)}
        case "withdrawFromNonce":
            info = {"nonceAccount": accounts[0], "destination": accounts[1], "lamports": unsigned(data, 4)}
        case "advanceNonce" | "initializeNonce" | "authorizeNonce" | "upgradeNonce":
            info = {"nonceAccount": accounts[0]}
        case _:
            info = {"account": accounts[0]}
    return name, info


def _key(data: bytes, offset: int) -> str:
    if offset + _KEY > len(data):
        raise Unreadable
    return encode_address(data[offset : offset + _KEY])


DECODERS: Final[Mapping[str, Decoder]] = {SYSTEM: _decode}
