"""SPL Token and Token-2022 (spl-token-2022 `TokenInstruction`).

A tag of one byte, and a second one inside the family of an extension. The two interfaces that Token-2022
serves, metadata and groups, have tags of eight bytes.
"""

from typing import Final

from walletwatch.chain.decoding.layouts import (
    BORSH_TEXT,
    KEY,
    NONZERO_KEY,
    OPTIONAL_KEY,
    U8,
    U16,
    U64,
    Layout,
    discriminator,
    enumeration,
    layout,
    program,
    tagged,
)
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.programs import TOKEN, TOKEN_2022

_AMOUNT: Final = {"amount": ("tokenAmount.amount",)}
_SUBJECT: Final = {"account": ("mint",)}

_AUTHORITY_TYPE: Final = enumeration("B", (
    "mintTokens", "freezeAccount", "accountOwner", "closeAccount", "transferFeeConfig", "withheldWithdraw",
    "closeMint", "interestRate", "permanentDelegate", "confidentialTransferMint", "transferHookProgramId",
    "confidentialTransferFeeConfig", "metadataPointer", "groupPointer", "groupMemberPointer",
    "scaledUiAmount", "pause",
))  # fmt: skip
_ACCOUNT_STATE: Final = enumeration("B", ("uninitialized", "initialized", "frozen"))

_BASE: Final = {
    0: layout(
        "initializeMint", "mint rentSysvar", decimals=U8, mintAuthority=KEY, freezeAuthority=OPTIONAL_KEY
    ),
    1: layout("initializeAccount", "account mint owner rentSysvar"),
    2: layout("initializeMultisig", "multisig rentSysvar", m=U8),
    3: layout("transfer", "source destination authority", amount=U64),
    4: layout("approve", "source delegate owner", amount=U64),
    5: layout("revoke", "source owner"),
    6: layout(
        "setAuthority",
        "account authority",
        aliases=_SUBJECT,
        authorityType=_AUTHORITY_TYPE,
        newAuthority=OPTIONAL_KEY,
    ),
    7: layout("mintTo", "mint account mintAuthority", amount=U64),
    8: layout("burn", "account mint authority", amount=U64),
    9: layout("closeAccount", "account destination owner"),
    10: layout("freezeAccount", "account mint freezeAuthority"),
    11: layout("thawAccount", "account mint freezeAuthority"),
    12: layout(
        "transferChecked", "source mint destination authority", aliases=_AMOUNT, amount=U64, decimals=U8
    ),
    13: layout("approveChecked", "source mint delegate owner", aliases=_AMOUNT, amount=U64, decimals=U8),
    14: layout("mintToChecked", "mint account mintAuthority", aliases=_AMOUNT, amount=U64, decimals=U8),
    15: layout("burnChecked", "account mint authority", aliases=_AMOUNT, amount=U64, decimals=U8),
    16: layout("initializeAccount2", "account mint rentSysvar", owner=KEY),
    17: layout("syncNative", "account"),
    18: layout("initializeAccount3", "account mint", owner=KEY),
    19: layout("initializeMultisig2", "multisig", m=U8),
    20: layout("initializeMint2", "mint", decimals=U8, mintAuthority=KEY, freezeAuthority=OPTIONAL_KEY),
    21: layout("getAccountDataSize", "mint"),
    22: layout("initializeImmutableOwner", "account"),
    23: layout("amountToUiAmount", "mint", amount=U64),
    24: layout("uiAmountToAmount", "mint"),
    25: layout("initializeMintCloseAuthority", "mint", newAuthority=OPTIONAL_KEY),
    29: layout("reallocate", "account payer systemProgram owner"),
    31: layout("createNativeMint", "payer nativeMint systemProgram"),
    32: layout("initializeNonTransferableMint", "mint"),
    35: layout("initializePermanentDelegate", "mint", delegate=KEY),
    38: layout("withdrawExcessLamports", "source destination authority"),
    45: layout("unwrapLamports", "source destination authority"),
}

_WITHHELD: Final = "mint feeRecipient withdrawWithheldAuthority"
_FEES: Final = {
    0: layout(
        "initializeTransferFeeConfig",
        "mint",
        transferFeeConfigAuthority=OPTIONAL_KEY,
        withdrawWithheldAuthority=OPTIONAL_KEY,
        transferFeeBasisPoints=U16,
        maximumFee=U64,
    ),
    1: layout(
        "transferCheckedWithFee",
        "source mint destination authority",
        aliases={**_AMOUNT, "feeAmount": ("feeAmount.amount",)},
        amount=U64,
        decimals=U8,
        feeAmount=U64,
    ),
    2: layout("withdrawWithheldTokensFromMint", _WITHHELD, action=ActivityKind.REWARD),
    3: layout("withdrawWithheldTokensFromAccounts", _WITHHELD, action=ActivityKind.REWARD),
    4: layout("harvestWithheldTokensToMint", "mint"),
    5: layout(
        "setTransferFee", "mint transferFeeConfigAuthority", transferFeeBasisPoints=U16, maximumFee=U64
    ),
}

_CONFIDENTIAL: Final = (
    "initializeConfidentialTransferMint",
    "updateConfidentialTransferMint",
    "configureConfidentialTransferAccount",
    "approveConfidentialTransferAccount",
    "emptyConfidentialTransferAccount",
    "depositConfidentialTransfer",
    "withdrawConfidentialTransfer",
    "confidentialTransfer",
    "applyPendingConfidentialTransferBalance",
    "enableConfidentialTransferConfidentialCredits",
    "disableConfidentialTransferConfidentialCredits",
    "enableConfidentialTransferNonConfidentialCredits",
    "disableConfidentialTransferNonConfidentialCredits",
    "confidentialTransferWithFee",
    "configureConfidentialTransferAccountWithRegistry",
)
_CONFIDENTIAL_FEE: Final = (
    "initializeConfidentialTransferFeeConfig", "withdrawWithheldConfidentialTransferTokensFromMint",
    "withdrawWithheldConfidentialTransferTokensFromAccounts",
    "harvestWithheldConfidentialTransferTokensToMint",
    "enableConfidentialTransferFeeHarvestToMint", "disableConfidentialTransferFeeHarvestToMint",
)  # fmt: skip
_CONFIDENTIAL_SUPPLY: Final = (
    "initializeConfidentialMintBurnMint", "rotateConfidentialMintBurnSupplyElGamalPubkey",
    "updateConfidentialMintBurnDecryptableSupply", "confidentialMint", "confidentialBurn",
    "applyPendingConfidentialBurn",
)  # fmt: skip


def _confidential() -> dict[int, Layout]:
    """The amounts are hidden; who deals with whom is not."""
    found = {tag: layout(name, "account mint") for tag, name in enumerate(_CONFIDENTIAL)}
    for tag in (7, 13):
        found[tag] = layout(_CONFIDENTIAL[tag], "source mint destination")
    for tag in (5, 6):
        found[tag] = layout(_CONFIDENTIAL[tag], "account mint", action=ActivityKind.SELF_TRANSFER)
    return found


def _pointer(name: str) -> dict[int, Layout]:
    return {
        0: layout(f"initialize{name}Pointer", "mint", authority=NONZERO_KEY, address=NONZERO_KEY),
        1: layout(f"update{name}Pointer", "mint authority", address=NONZERO_KEY),
    }


_FAMILIES: Final[dict[int, dict[int, Layout]]] = {
    26: _FEES,
    27: _confidential(),
    28: {
        0: layout("initializeDefaultAccountState", "mint", accountState=_ACCOUNT_STATE),
        1: layout("updateDefaultAccountState", "mint freezeAuthority", accountState=_ACCOUNT_STATE),
    },
    30: {
        0: layout("enableRequiredMemoTransfers", "account owner"),
        1: layout("disableRequiredMemoTransfers", "account owner"),
    },
    33: {
        0: layout("initializeInterestBearingConfig", "mint", rateAuthority=NONZERO_KEY),
        1: layout("updateInterestBearingConfigRate", "mint rateAuthority"),
    },
    34: {
        0: layout("enableCpiGuard", "account owner"),
        1: layout("disableCpiGuard", "account owner"),
    },
    36: {
        0: layout("initializeTransferHook", "mint", authority=NONZERO_KEY, programId=NONZERO_KEY),
        1: layout("updateTransferHook", "mint authority", programId=NONZERO_KEY),
    },
    37: {tag: layout(name, "account") for tag, name in enumerate(_CONFIDENTIAL_FEE)},
    39: _pointer("Metadata"),
    40: _pointer("Group"),
    41: _pointer("GroupMember"),
    42: {tag: layout(name, "account") for tag, name in enumerate(_CONFIDENTIAL_SUPPLY)},
    43: {
        0: layout("initializeScaledUiAmountConfig", "mint", authority=NONZERO_KEY),
        1: layout("updateMultiplier", "mint authority"),
    },
    44: {
        0: layout("initializePausableConfig", "mint", authority=KEY),
        1: layout("pause", "mint authority"),
        2: layout("resume", "mint authority"),
    },
}

# spl-token-metadata-interface and spl-token-group-interface.
_METADATA: Final = "spl_token_metadata_interface"
_GROUP: Final = "spl_token_group_interface"
_INTERFACES: Final = {
    discriminator(f"{_METADATA}:initialize_account"): layout(
        "initializeTokenMetadata",
        "metadata updateAuthority mint mintAuthority",
        name=BORSH_TEXT,
        symbol=BORSH_TEXT,
        uri=BORSH_TEXT,
    ),
    discriminator(f"{_METADATA}:updating_field"): layout(
        "updateTokenMetadataField", "metadata updateAuthority"
    ),
    discriminator(f"{_METADATA}:remove_key_ix"): layout("removeTokenMetadataKey", "metadata updateAuthority"),
    discriminator(f"{_METADATA}:update_the_authority"): layout(
        "updateTokenMetadataAuthority", "metadata updateAuthority", newAuthority=NONZERO_KEY
    ),
    discriminator(f"{_GROUP}:initialize_token_group"): layout(
        "initializeTokenGroup", "group mint mintAuthority"
    ),
    discriminator(f"{_GROUP}:update_group_max_size"): layout(
        "updateTokenGroupMaxSize", "group updateAuthority"
    ),
    discriminator(f"{_GROUP}:update_authority"): layout("updateTokenGroupAuthority", "group updateAuthority"),
    discriminator(f"{_GROUP}:initialize_member"): layout(
        "initializeTokenGroupMember", "member memberMint memberMintAuthority"
    ),
}


def _token_2022() -> dict[bytes, Layout]:
    found = tagged(_BASE)
    for family, layouts in _FAMILIES.items():
        found |= tagged(layouts, prefix=bytes([family]))
    return found | _INTERFACES


BATCH_TAG: Final = 255
"""p-token: several instructions in one. `registry` takes it apart."""

# The classic program and its successor p-token know a part of it, with the same tags.
PROGRAMS: Final = (
    program(TOKEN, "SPL Token", tagged(_BASE), plumbing=True),
    program(TOKEN_2022, "Token-2022", _token_2022(), plumbing=True),
)
