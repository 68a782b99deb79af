"""The System program (solana-sdk `SystemInstruction`, bincode: u32 tag)."""

from typing import Final

from walletwatch.chain.decoding.layouts import BINCODE_TEXT, KEY, U64, layout, program, tagged
from walletwatch.domain.programs import SYSTEM

_LAYOUTS: Final = {
    0: layout("createAccount", "source newAccount", lamports=U64, space=U64, owner=KEY),
    1: layout("assign", "account", owner=KEY),
    2: layout("transfer", "source destination", lamports=U64),
    3: layout(
        "createAccountWithSeed",
        "source newAccount",
        base=KEY,
        seed=BINCODE_TEXT,
        lamports=U64,
        space=U64,
        owner=KEY,
    ),
    4: layout("advanceNonce", "nonceAccount recentBlockhashesSysvar nonceAuthority"),
    5: layout(
        "withdrawFromNonce",
        "nonceAccount destination recentBlockhashesSysvar rentSysvar nonceAuthority",
        lamports=U64,
    ),
    6: layout("initializeNonce", "nonceAccount recentBlockhashesSysvar rentSysvar", nonceAuthority=KEY),
    7: layout("authorizeNonce", "nonceAccount nonceAuthority", newAuthorized=KEY),
    8: layout("allocate", "account", space=U64),
    9: layout("allocateWithSeed", "account", base=KEY, seed=BINCODE_TEXT, space=U64, owner=KEY),
    10: layout("assignWithSeed", "account", base=KEY, seed=BINCODE_TEXT, owner=KEY),
    11: layout(
        "transferWithSeed",
        "source sourceBase destination",
        lamports=U64,
        sourceSeed=BINCODE_TEXT,
        sourceOwner=KEY,
    ),
    12: layout("upgradeNonce", "nonceAccount"),
    # SIMD-0312: the payer comes second, and is left out where nothing is paid.
    13: layout("createAccountAllowPrefund", "newAccount source", lamports=U64, space=U64, owner=KEY),
}

PROGRAMS: Final = (program(SYSTEM, "System", tagged(_LAYOUTS, size=4), plumbing=True),)
