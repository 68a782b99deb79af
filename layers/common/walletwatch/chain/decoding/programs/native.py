"""The other programs that come with every SVM chain, and the SPL programs that serve all others."""

from typing import Final

from walletwatch.chain.decoding.layouts import U32, U64, layout, program, tagged
from walletwatch.domain.programs import (
    ADDRESS_LOOKUP_TABLE,
    ASSOCIATED_TOKEN,
    COMPUTE_BUDGET,
    UPGRADEABLE_LOADER,
)

# Before it had instructions, the associated token program took empty data for `create`.
_ASSOCIATED: Final = "source account wallet mint systemProgram tokenProgram"
_CREATE: Final = layout("create", _ASSOCIATED)
_ASSOCIATED_LAYOUTS: Final = {
    0: _CREATE,
    1: layout("createIdempotent", _ASSOCIATED),
    2: layout(
        "recoverNested", "nestedSource nestedMint destination nestedOwner ownerMint wallet tokenProgram"
    ),
}

_COMPUTE_BUDGET: Final = {
    1: layout("requestHeapFrame", bytes=U32),
    2: layout("setComputeUnitLimit", units=U32),
    3: layout("setComputeUnitPrice", microLamports=U64),
    4: layout("setLoadedAccountsDataSizeLimit", bytes=U32),
}

# solana-address-lookup-table-interface, bincode: u32 tag.
_TABLE: Final = "lookupTableAccount lookupTableAuthority"
_LOOKUP_TABLE: Final = {
    0: layout("createLookupTable", f"{_TABLE} payerAccount systemProgram", recentSlot=U64),
    1: layout("freezeLookupTable", _TABLE),
    2: layout("extendLookupTable", f"{_TABLE} payerAccount systemProgram"),
    3: layout("deactivateLookupTable", _TABLE),
    4: layout("closeLookupTable", f"{_TABLE} recipient"),
}

# solana-loader-v3-interface, bincode: u32 tag.
_LOADER: Final = {
    0: layout("initializeBuffer", "account authority"),
    1: layout("write", "account authority"),
    2: layout("deployWithMaxDataLen", "payerAccount programDataAccount programAccount bufferAccount"),
    3: layout(
        "upgrade",
        "programDataAccount programAccount bufferAccount spillAccount rentSysvar clockSysvar authority",
    ),
    4: layout("setAuthority", "account authority newAuthority"),
    5: layout("close", "account recipient authority"),
    6: layout("extendProgram", "programDataAccount programAccount systemProgram payerAccount"),
    7: layout("setAuthorityChecked", "account authority newAuthority"),
}

# What one can call is not what a person does: signatures of other curves, proofs, assertions about state.
_SERVANTS: Final = (
    ("Ed25519SigVerify111111111111111111111111111", "Ed25519 verification"),
    ("KeccakSecp256k11111111111111111111111111111", "Secp256k1 verification"),
    ("Secp256r1SigVerify1111111111111111111111111", "Secp256r1 verification"),
    ("ZkE1Gama1Proof11111111111111111111111111111", "ZK ElGamal proof"),
    ("L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95", "Lighthouse"),
    ("noopb9bkMVfRPU8AsbpTUg8AQkHtKwMYZiFUjNRtMmV", "SPL Noop"),
    ("cmtDvXumGCrqC1Age74AVPhSRVXJMd8PJS91L8KbNCK", "SPL Account Compression"),
)

PROGRAMS: Final = (
    program(
        ASSOCIATED_TOKEN,
        "Associated Token Account",
        tagged(_ASSOCIATED_LAYOUTS),
        plumbing=True,
        untagged=_CREATE,
    ),
    program(COMPUTE_BUDGET, "Compute Budget", tagged(_COMPUTE_BUDGET), plumbing=True),
    program(ADDRESS_LOOKUP_TABLE, "Address Lookup Table", tagged(_LOOKUP_TABLE, size=4), plumbing=True),
    program(UPGRADEABLE_LOADER, "Program loader", tagged(_LOADER, size=4)),
    *(program(address, label, plumbing=True) for address, label in _SERVANTS),
)
