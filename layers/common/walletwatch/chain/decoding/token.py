"""SPL Token and Token-2022 (spl-token `TokenInstruction`, spl-token-2022 with its extension families)."""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.decoding.programs import ASSOCIATED_TOKEN, TOKEN, TOKEN_2022
from walletwatch.chain.decoding.steps import Decoder, Unreadable, unsigned
from walletwatch.chain.parsing.model import Instruction
from walletwatch.domain.addresses import encode_address

_KEY: Final = 32
_AUTHORITY_TYPES: Final = (
    "mintTokens", "freezeAccount", "accountOwner", "closeAccount", "transferFeeConfig",
    "withheldWithdraw",
    "closeMint", "interestRate", "permanentDelegate", "confidentialTransferMint", "transferHookProgramId",
    "confidentialTransferFeeConfig", "metadataPointer", "groupPointer", "groupMemberPointer",
    "scaledUiAmount",
    "pause",
)  # fmt: skip
_FAMILIES: Final = {
    25: "initializeMintCloseAuthority",
    27: "confidentialTransfer",
    28: "defaultAccountState",
    29: "reallocate",
    30: "memoTransfer",
    31: "createNativeMint",
    32: "initializeNonTransferableMint",
    33: "interestBearingMint",
    34: "cpiGuard",
    35: "initializePermanentDelegate",
    36: "transferHook",
    37: "confidentialTransferFee",
    39: "metadataPointer",
    40: "groupPointer",
    41: "groupMemberPointer",
    42: "confidentialMintBurn",
    43: "scaledUiAmount",
    44: "pausable",
}
_FEE_FAMILY: Final = 26
_FEE_NAMES: Final = (
    "initializeTransferFeeConfig", "transferCheckedWithFee", "withdrawWithheldTokensFromMint",
    "withdrawWithheldTokensFromAccounts", "harvestWithheldTokensToMint", "setTransferFee",
)  # fmt: skip


def _decode(instruction: Instruction) -> tuple[str, Mapping[str, Any]] | None:
    data, accounts = instruction.data, instruction.accounts
    tag = unsigned(data, 0, 1)
    if tag == _FEE_FAMILY:
        return _fee(data, accounts)
    if tag in _FAMILIES:
        return _FAMILIES[tag], {"account": accounts[0] if accounts else None}
    return _base(tag, data, accounts)


def _base(tag: int, data: bytes, accounts: tuple[str, ...]) -> tuple[str, Mapping[str, Any]] | None:  # noqa: C901, PLR0911
    match tag:
        case 0 | 20:
            name = "initializeMint" if tag == 0 else "initializeMint2"
            return name, {
                "mint": accounts[0],
                "decimals": unsigned(data, 1, 1),
                "mintAuthority": _key(data, 2),
            }
        case 1:
            return "initializeAccount", {"account": accounts[0], "mint": accounts[1], "owner": accounts[2]}
        case 16 | 18:
            name = "initializeAccount2" if tag == 16 else "initializeAccount3"
            return name, {"account": accounts[0], "mint": accounts[1], "owner": _key(data, 1)}
        case 3:
            return "transfer", _moved(data, accounts[0], None, accounts[1], accounts[2])
        case 12:
            return "transferChecked", _moved(data, accounts[0], accounts[1], accounts[2], accounts[3])
        case 4:
            return "approve", {
                "source": accounts[0], "delegate": accounts[1], "owner": accounts[2],
                "amount": unsigned(data, 1),
            }  # fmt: skip
        case 13:
            return "approveChecked", {
                "source": accounts[0], "mint": accounts[1], "delegate": accounts[2], "owner": accounts[3],
                "amount": unsigned(data, 1),
            }  # fmt: skip
        case 5:
            return "revoke", {"source": accounts[0], "owner": accounts[1]}
        case 6:
            kind = unsigned(data, 1, 1)
            return "setAuthority", {
                "account": accounts[0],
                "authority": accounts[1],
                "authorityType": _AUTHORITY_TYPES[kind] if kind < len(_AUTHORITY_TYPES) else str(kind),
                "newAuthority": _key(data, 3) if unsigned(data, 2, 1) else None,
            }
        case 7 | 14:
            name = "mintTo" if tag == 7 else "mintToChecked"
            return name, {
                "mint": accounts[0], "account": accounts[1], "mintAuthority": accounts[2],
                "amount": unsigned(data, 1),
            }  # fmt: skip
        case 8 | 15:
            name = "burn" if tag == 8 else "burnChecked"
            return name, {
                "account": accounts[0], "mint": accounts[1], "authority": accounts[2],
                "amount": unsigned(data, 1),
            }  # fmt: skip
        case 9:
            return "closeAccount", {
                "account": accounts[0], "destination": accounts[1], "owner": accounts[2]
            }  # fmt: skip
        case 10 | 11:
            name = "freezeAccount" if tag == 10 else "thawAccount"
            return name, {"account": accounts[0], "mint": accounts[1], "freezeAuthority": accounts[2]}
        case 17:
            return "syncNative", {"account": accounts[0]}
        case 38:
            return "withdrawExcessLamports", {
                "source": accounts[0], "destination": accounts[1], "authority": accounts[2]
            }  # fmt: skip
        case _:
            return None


def _fee(data: bytes, accounts: tuple[str, ...]) -> tuple[str, Mapping[str, Any]] | None:
    kind = unsigned(data, 1, 1)
    if kind >= len(_FEE_NAMES):
        return None
    name = _FEE_NAMES[kind]
    if name == "transferCheckedWithFee":
        moved = _moved(data[1:], accounts[0], accounts[1], accounts[2], accounts[3])
        return name, {**moved, "feeAmount": unsigned(data, 11)}
    return name, {"mint": accounts[0]}


def _moved(data: bytes, source: str, mint: str | None, destination: str, authority: str) -> Mapping[str, Any]:
    info: dict[str, Any] = {"source": source, "destination": destination, "authority": authority}
    info["amount"] = unsigned(data, 1)
    if mint is not None:
        info["mint"] = mint
    return info


def _key(data: bytes, offset: int) -> str:
    if offset + _KEY > len(data):
        raise Unreadable
    return encode_address(data[offset : offset + _KEY])


def _decode_associated(instruction: Instruction) -> tuple[str, Mapping[str, Any]] | None:
    accounts = instruction.accounts
    tag = instruction.data[0] if instruction.data else 0
    if tag > 1:
        return ("recoverNested", {"wallet": accounts[5]}) if tag == 2 else None
    return "create" if tag == 0 else "createIdempotent", {
        "source": accounts[0], "account": accounts[1], "wallet": accounts[2], "mint": accounts[3]
    }  # fmt: skip


DECODERS: Final[Mapping[str, Decoder]] = {
    TOKEN: _decode,
    TOKEN_2022: _decode,
    ASSOCIATED_TOKEN: _decode_associated,
}
