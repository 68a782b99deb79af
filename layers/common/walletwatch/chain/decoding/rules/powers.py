"""Rules about who may do what, and about what the wallet signed without any amount."""

from collections.abc import Mapping
from typing import Final

from walletwatch.chain.decoding import details
from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.decoding.rules.named import Named
from walletwatch.chain.decoding.scene import Scene
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.programs import TOKEN_PROGRAMS

_POWERS: Final[Mapping[str, ActivityKind]] = {
    "approve": ActivityKind.APPROVE,
    "approveChecked": ActivityKind.APPROVE,
    "revoke": ActivityKind.REVOKE,
    "setAuthority": ActivityKind.AUTHORITY_CHANGE,
    "freezeAccount": ActivityKind.FREEZE,
    "thawAccount": ActivityKind.THAW,
}
_EVERYDAY: Final = frozenset(
    {
        "initializeAccount", "initializeAccount2", "initializeAccount3", "initializeImmutableOwner",
        "getAccountDataSize", "amountToUiAmount", "uiAmountToAmount", "syncNative", "closeAccount",
        "transfer", "transferChecked", "transferCheckedWithFee",
        "mintTo", "mintToChecked", "burn", "burnChecked", *_POWERS,
    }
)  # fmt: skip


def powers(scene: Scene) -> Named:
    """Approve, revoke, setAuthority, freeze and thaw on what is the wallet's, or done by it."""
    for instruction in scene.named(*_POWERS):
        if instruction.program in TOKEN_PROGRAMS and _is_own(scene, instruction):
            return _POWERS[instruction.name], details.power(instruction, scene.transaction.tokens)
    return None


def _is_own(scene: Scene, instruction: Decoded) -> bool:
    return scene.concerns_accounts(
        instruction, "account", "source", "owner", "authority", "newAuthority", "freezeAuthority", "delegate"
    )


def supply(scene: Scene) -> Named:
    """It minted for somebody else."""
    if scene.signed:
        for instruction in scene.named("mintTo", "mintToChecked"):
            if instruction.height == 1 and instruction.fields.get("mintAuthority") == scene.wallet:
                return ActivityKind.MINT, details.supply(instruction)
    return None


def call(scene: Scene) -> Named:
    """It called a program that is more than plumbing."""
    return (ActivityKind.PROGRAM_CALL, {}) if scene.signed and scene.foreign else None


def administration(scene: Scene) -> Named:
    """It changed a token by another instruction of its program."""
    if scene.signed:
        for instruction in scene.decoded:
            if (
                instruction.program in TOKEN_PROGRAMS
                and instruction.name not in _EVERYDAY
                and scene.concerns_accounts(instruction, *instruction.fields)
            ):
                facts = {"instruction": instruction.name, "mint": instruction.fields.get("mint")}
                return ActivityKind.PROGRAM_CALL, {name: fact for name, fact in facts.items() if fact}
    return None


def rest(scene: Scene) -> Named:
    """It signed, and nothing else is known of it."""
    return (ActivityKind.FEE_ONLY, {}) if scene.signed else None
