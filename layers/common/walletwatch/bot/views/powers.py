"""What the authorities over tokens and their accounts are called."""

from typing import Final

from walletwatch.bot.texts import Html, Texts, escape

AUTHORITIES: Final = frozenset(
    {
        "mintTokens", "freezeAccount", "accountOwner", "closeAccount", "transferFeeConfig",
        "withheldWithdraw", "closeMint", "interestRate", "permanentDelegate", "confidentialTransferMint",
        "transferHookProgramId", "confidentialTransferFeeConfig", "metadataPointer", "groupPointer",
        "groupMemberPointer", "scaledUiAmount", "pause",
    }
)  # fmt: skip
"""As the token programs' `setAuthority` names them, in the parsed JSON of the RPC."""


def authority_name(kind: str, say: Texts) -> Html:
    """What an authority is for; one that is not known is called as the chain calls it."""
    return say(f"authority.{kind}") if kind in AUTHORITIES else escape(kind)
