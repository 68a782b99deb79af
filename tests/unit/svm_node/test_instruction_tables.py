"""Every other instruction that is parsed: its bytes, its accounts, and what Agave's parser says of them.

The expectations are written after the parsers of Agave's transaction-status.
"""

import struct
from typing import Any

import pytest
from solders.pubkey import Pubkey

from svm_node.encoding.instructions import parse_instruction
from svm_node.encoding.instructions.token_metadata import discriminator
from svm_node.programs import (
    ADDRESS_LOOKUP_TABLE_PROGRAM,
    ASSOCIATED_TOKEN_PROGRAM,
    STAKE_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    VOTE_PROGRAM,
)

CLOCK = "SysvarC1ock11111111111111111111111111111111"
A, B, C, D, E, F = (str(Pubkey(bytes([n]) * 32)) for n in range(1, 7))
K, L = Pubkey(bytes([77]) * 32), Pubkey(bytes([78]) * 32)
KEY, OTHER = bytes(K), bytes(L)
ONE = {"amount": "1", "decimals": 0, "uiAmount": 1.0, "uiAmountString": "1"}


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


def u64(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}Q", *numbers)


def text(value: str) -> bytes:
    """A string as bincode writes it."""
    return u64(len(value)) + value.encode()


def short(value: str) -> bytes:
    """A string as borsh writes it."""
    return u32(len(value)) + value.encode()


type Case = tuple[Pubkey, bytes, list[str], str, dict[str, Any]]

SYSTEM: list[Case] = [
    (
        SYSTEM_PROGRAM,
        u32(5) + u64(9),
        [A, B, C, D, E],
        "withdrawFromNonce",
        {
            "nonceAccount": A,
            "destination": B,
            "recentBlockhashesSysvar": C,
            "rentSysvar": D,
            "nonceAuthority": E,
            "lamports": 9,
        },
    ),
    (
        SYSTEM_PROGRAM,
        u32(6) + KEY,
        [A, B, C],
        "initializeNonce",
        {"nonceAccount": A, "recentBlockhashesSysvar": B, "rentSysvar": C, "nonceAuthority": str(K)},
    ),
    (
        SYSTEM_PROGRAM,
        u32(7) + KEY,
        [A, B],
        "authorizeNonce",
        {"nonceAccount": A, "nonceAuthority": B, "newAuthorized": str(K)},
    ),
    (
        SYSTEM_PROGRAM,
        u32(9) + KEY + text("seed") + u64(5) + OTHER,
        [A, B],
        "allocateWithSeed",
        {"account": A, "base": str(K), "seed": "seed", "space": 5, "owner": str(L)},
    ),
    (
        SYSTEM_PROGRAM,
        u32(10) + KEY + text("seed") + OTHER,
        [A, B],
        "assignWithSeed",
        {"account": A, "base": str(K), "seed": "seed", "owner": str(L)},
    ),
    (SYSTEM_PROGRAM, u32(12), [A], "upgradeNonce", {"nonceAccount": A}),
]
TOKEN: list[Case] = [
    (
        TOKEN_PROGRAM,
        bytes([0, 6]) + KEY + b"\1" + OTHER,
        [A, B],
        "initializeMint",
        {"mint": A, "decimals": 6, "mintAuthority": str(K), "freezeAuthority": str(L), "rentSysvar": B},
    ),
    (
        TOKEN_PROGRAM,
        bytes([20, 6]) + KEY + b"\0",
        [A],
        "initializeMint2",
        {"mint": A, "decimals": 6, "mintAuthority": str(K)},
    ),
    (
        TOKEN_PROGRAM,
        bytes([2, 2]),
        [A, B, C, D],
        "initializeMultisig",
        {"multisig": A, "rentSysvar": B, "signers": [C, D], "m": 2},
    ),
    (
        TOKEN_PROGRAM,
        bytes([19, 1]),
        [A, B],
        "initializeMultisig2",
        {"multisig": A, "signers": [B], "m": 1},
    ),
    (TOKEN_PROGRAM, bytes([5]), [A, B], "revoke", {"source": A, "owner": B}),
    (
        TOKEN_PROGRAM,
        bytes([13]) + u64(1) + b"\0",
        [A, B, C, D],
        "approveChecked",
        {"source": A, "mint": B, "delegate": C, "tokenAmount": ONE, "owner": D},
    ),
    (
        TOKEN_PROGRAM,
        bytes([14]) + u64(1) + b"\0",
        [A, B, C],
        "mintToChecked",
        {"mint": A, "account": B, "tokenAmount": ONE, "mintAuthority": C},
    ),
    (
        TOKEN_PROGRAM,
        bytes([15]) + u64(1) + b"\0",
        [A, B, C],
        "burnChecked",
        {"account": A, "mint": B, "tokenAmount": ONE, "authority": C},
    ),
    (
        TOKEN_PROGRAM,
        bytes([16]) + KEY,
        [A, B, C],
        "initializeAccount2",
        {"account": A, "mint": B, "owner": str(K), "rentSysvar": C},
    ),
    (TOKEN_PROGRAM, bytes([21]), [A], "getAccountDataSize", {"mint": A}),
    (TOKEN_PROGRAM, bytes([23]) + u64(8), [A], "amountToUiAmount", {"mint": A, "amount": "8"}),
    (TOKEN_PROGRAM, bytes([24]) + b"1.5", [A], "uiAmountToAmount", {"mint": A, "uiAmount": "1.5"}),
    (
        TOKEN_2022_PROGRAM,
        bytes([31]),
        [A, B, C],
        "createNativeMint",
        {"payer": A, "nativeMint": B, "systemProgram": C},
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([38]),
        [A, B, C],
        "withdrawExcessLamports",
        {"source": A, "destination": B, "authority": C},
    ),
    (
        TOKEN_PROGRAM,
        bytes([45, 1]) + u64(5),
        [A, B, C],
        "unwrapLamports",
        {"source": A, "destination": B, "amount": "5", "authority": C},
    ),
    (
        TOKEN_PROGRAM,
        bytes([45, 0]),
        [A, B, C],
        "unwrapLamports",
        {"source": A, "destination": B, "authority": C},
    ),
    (
        TOKEN_PROGRAM,
        bytes([255, 3, 9, 3]) + u64(7) + bytes([1, 1, 17]),
        [A, B, C, D],
        "batch",
        {
            "instructions": [
                {
                    "type": "transfer",
                    "info": {"source": A, "destination": B, "amount": "7", "authority": C},
                },
                {"type": "syncNative", "info": {"account": D}},
            ]
        },
    ),
]
EXTENSIONS: list[Case] = [
    (
        TOKEN_2022_PROGRAM,
        bytes([26, 1]) + u64(1) + b"\0" + u64(1),
        [A, B, C, D],
        "transferCheckedWithFee",
        {
            "source": A,
            "mint": B,
            "destination": C,
            "tokenAmount": ONE,
            "feeAmount": ONE,
            "authority": D,
        },
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([26, 2]),
        [A, B, C],
        "withdrawWithheldTokensFromMint",
        {"mint": A, "feeRecipient": B, "withdrawWithheldAuthority": C},
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([26, 4]),
        [A, B, C],
        "harvestWithheldTokensToMint",
        {"mint": A, "sourceAccounts": [B, C]},
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([26, 5]) + struct.pack("<HQ", 25, 99),
        [A, B],
        "setTransferFee",
        {
            "mint": A,
            "transferFeeBasisPoints": 25,
            "maximumFee": 99,
            "transferFeeConfigAuthority": B,
        },
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([28, 1, 1]),
        [A, B],
        "updateDefaultAccountState",
        {"mint": A, "accountState": "initialized", "freezeAuthority": B},
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([29]) + struct.pack("<HH", 7, 8),
        [A, B, C, D],
        "reallocate",
        {
            "account": A,
            "payer": B,
            "systemProgram": C,
            "extensionTypes": ["immutableOwner", "memoTransfer"],
            "owner": D,
        },
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([30, 0]),
        [A, B],
        "enableRequiredMemoTransfers",
        {"account": A, "owner": B},
    ),
    (TOKEN_2022_PROGRAM, bytes([34, 1]), [A, B], "disableCpiGuard", {"account": A, "owner": B}),
    (
        TOKEN_2022_PROGRAM,
        bytes([33, 1]) + struct.pack("<h", -3),
        [A, B],
        "updateInterestBearingConfigRate",
        {"mint": A, "newRate": -3, "rateAuthority": B},
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([36, 1]) + KEY,
        [A, B],
        "updateTransferHook",
        {"mint": A, "programId": str(K), "authority": B},
    ),
    (
        TOKEN_2022_PROGRAM,
        bytes([43, 1]) + struct.pack("<dq", 3.0, 1_700_000_000),
        [A, B],
        "updateMultiplier",
        {
            "mint": A,
            "newMultiplier": "3",
            "newMultiplierTimestamp": 1_700_000_000,
            "authority": B,
        },
    ),
    (
        TOKEN_2022_PROGRAM,
        discriminator("updating_field") + b"\2" + short("https://n.example"),
        [A, B],
        "updateTokenMetadataField",
        {"metadata": A, "updateAuthority": B, "field": "uri", "value": "https://n.example"},
    ),
    (
        TOKEN_2022_PROGRAM,
        discriminator("updating_field") + b"\3" + short("color") + short("red"),
        [A, B],
        "updateTokenMetadataField",
        {"metadata": A, "updateAuthority": B, "field": "color", "value": "red"},
    ),
    (
        TOKEN_2022_PROGRAM,
        discriminator("remove_key_ix") + b"\1" + short("color"),
        [A, B],
        "removeTokenMetadataKey",
        {"metadata": A, "updateAuthority": B, "key": "color", "idempotent": True},
    ),
    (
        TOKEN_2022_PROGRAM,
        discriminator("update_the_authority") + bytes(32),
        [A, B],
        "updateTokenMetadataAuthority",
        {"metadata": A, "updateAuthority": B, "newAuthority": None},
    ),
]
STAKE: list[Case] = [
    (
        STAKE_PROGRAM,
        u32(1) + KEY + u32(1),
        [A, CLOCK, C, D],
        "authorize",
        {
            "stakeAccount": A,
            "newAuthority": str(K),
            "authorityType": "Withdrawer",
            "clockSysvar": CLOCK,
            "authority": C,
            "custodian": D,
        },
    ),
    (
        STAKE_PROGRAM,
        u32(1) + KEY + u32(0),
        [A, B],
        "authorize",
        {"stakeAccount": A, "newAuthority": str(K), "authorityType": "Staker", "authority": B},
    ),
    (
        STAKE_PROGRAM,
        u32(2),
        [A, B, CLOCK, D, E],
        "delegate",
        {
            "stakeAccount": A,
            "voteAccount": B,
            "clockSysvar": CLOCK,
            "stakeHistorySysvar": D,
            "stakeAuthority": E,
        },
    ),
    (
        STAKE_PROGRAM,
        u32(3) + u64(8),
        [A, B, C],
        "split",
        {"stakeAccount": A, "newSplitAccount": B, "lamports": 8, "stakeAuthority": C},
    ),
    (
        STAKE_PROGRAM,
        u32(4) + u64(8),
        [A, B, C, D],
        "withdraw",
        {
            "stakeAccount": A,
            "destination": B,
            "lamports": 8,
            "withdrawAuthority": C,
            "custodian": D,
        },
    ),
    (STAKE_PROGRAM, u32(5), [A, B], "deactivate", {"stakeAccount": A, "stakeAuthority": B}),
    (
        STAKE_PROGRAM,
        u32(6) + b"\1" + struct.pack("<q", 5) + b"\1" + u64(6) + b"\1" + KEY,
        [A, B],
        "setLockup",
        {
            "stakeAccount": A,
            "custodian": B,
            "lockup": {"unixTimestamp": 5, "epoch": 6, "custodian": str(K)},
        },
    ),
    (
        STAKE_PROGRAM,
        u32(7),
        [A, B, CLOCK, D, E],
        "merge",
        {
            "destination": A,
            "source": B,
            "clockSysvar": CLOCK,
            "stakeHistorySysvar": D,
            "stakeAuthority": E,
        },
    ),
    (STAKE_PROGRAM, u32(7), [A, B, C], "merge", {"destination": A, "source": B, "stakeAuthority": C}),
]
OTHERS: list[Case] = [
    (
        ASSOCIATED_TOKEN_PROGRAM,
        b"\2",
        [A, B, C, D, E, F, A],
        "recoverNested",
        {
            "nestedSource": A,
            "nestedMint": B,
            "destination": C,
            "nestedOwner": D,
            "ownerMint": E,
            "wallet": F,
            "tokenProgram": A,
        },
    ),
    (
        VOTE_PROGRAM,
        u32(0) + KEY + OTHER + KEY + b"\5",
        [A, B, C, D],
        "initialize",
        {
            "voteAccount": A,
            "rentSysvar": B,
            "clockSysvar": C,
            "node": D,
            "authorizedVoter": str(L),
            "authorizedWithdrawer": str(K),
            "commission": 5,
        },
    ),
    (
        VOTE_PROGRAM,
        u32(1) + KEY + u32(0),
        [A, B, C],
        "authorize",
        {
            "voteAccount": A,
            "clockSysvar": B,
            "authority": C,
            "newAuthority": str(K),
            "authorityType": "Voter",
        },
    ),
    (
        VOTE_PROGRAM,
        u32(3) + u64(4),
        [A, B, C],
        "withdraw",
        {"voteAccount": A, "destination": B, "withdrawAuthority": C, "lamports": 4},
    ),
    (
        VOTE_PROGRAM,
        u32(4),
        [A, B, C],
        "updateValidatorIdentity",
        {"voteAccount": A, "newValidatorIdentity": B, "withdrawAuthority": C},
    ),
    (
        VOTE_PROGRAM,
        u32(5) + b"\7",
        [A, B],
        "updateCommission",
        {"voteAccount": A, "withdrawAuthority": B, "commission": 7},
    ),
    (
        ADDRESS_LOOKUP_TABLE_PROGRAM,
        u32(1),
        [A, B],
        "freezeLookupTable",
        {"lookupTableAccount": A, "lookupTableAuthority": B},
    ),
    (
        ADDRESS_LOOKUP_TABLE_PROGRAM,
        u32(2) + u64(1) + KEY,
        [A, B],
        "extendLookupTable",
        {"lookupTableAccount": A, "lookupTableAuthority": B, "newAddresses": [str(K)]},
    ),
    (
        ADDRESS_LOOKUP_TABLE_PROGRAM,
        u32(3),
        [A, B],
        "deactivateLookupTable",
        {"lookupTableAccount": A, "lookupTableAuthority": B},
    ),
    (
        ADDRESS_LOOKUP_TABLE_PROGRAM,
        u32(4),
        [A, B, C],
        "closeLookupTable",
        {"lookupTableAccount": A, "lookupTableAuthority": B, "recipient": C},
    ),
]
CASES = SYSTEM + TOKEN + EXTENSIONS + STAKE + OTHERS


@pytest.mark.parametrize(
    ("program", "data", "accounts", "kind", "info"), CASES, ids=[row[3] for row in CASES]
)
def test_an_instruction(
    program: Pubkey, data: bytes, accounts: list[str], kind: str, info: dict[str, Any]
) -> None:
    parsed = parse_instruction(str(program), accounts, data)
    assert parsed is not None
    assert parsed["parsed"] == {"type": kind, "info": info}


@pytest.mark.parametrize(
    ("program", "data", "accounts", "kind", "info"), CASES, ids=[row[3] for row in CASES]
)
def test_it_is_not_parsed_without_its_accounts(
    program: Pubkey, data: bytes, accounts: list[str], kind: str, info: dict[str, Any]
) -> None:
    assert parse_instruction(str(program), [], data) is None


@pytest.mark.parametrize(
    ("program", "data"),
    [
        (SYSTEM_PROGRAM, u32(99)),
        (TOKEN_PROGRAM, b"\xc8"),
        (TOKEN_PROGRAM, bytes([6, 99, 0])),
        (TOKEN_PROGRAM, bytes([255, 1, 1, 255])),
        (TOKEN_PROGRAM, bytes([255, 200, 1, 17])),
        (TOKEN_2022_PROGRAM, bytes([26, 9])),
        (TOKEN_2022_PROGRAM, bytes([26, 3, 200])),
        (TOKEN_2022_PROGRAM, bytes([28, 7, 1])),
        (TOKEN_2022_PROGRAM, bytes([28, 0, 9])),
        (TOKEN_2022_PROGRAM, bytes([29]) + struct.pack("<H", 999)),
        (TOKEN_2022_PROGRAM, bytes([30, 2])),
        (TOKEN_2022_PROGRAM, bytes([33, 2])),
        (TOKEN_2022_PROGRAM, bytes([36, 2])),
        (TOKEN_2022_PROGRAM, bytes([43, 2])),
        (TOKEN_2022_PROGRAM, bytes([44, 3])),
        (TOKEN_2022_PROGRAM, discriminator("updating_field") + b"\4"),
        (STAKE_PROGRAM, u32(99)),
        (STAKE_PROGRAM, u32(1) + KEY + u32(2)),
        (VOTE_PROGRAM, u32(12)),
        (VOTE_PROGRAM, u32(1) + KEY + u32(2)),
        (VOTE_PROGRAM, u32(2) + u64(2**63)),
        (ADDRESS_LOOKUP_TABLE_PROGRAM, u32(9)),
        (ADDRESS_LOOKUP_TABLE_PROGRAM, u32(2) + u64(2**63)),
        (ASSOCIATED_TOKEN_PROGRAM, b"\3"),
    ],
)
def test_what_no_program_would_take_is_left_unparsed(program: Pubkey, data: bytes) -> None:
    assert parse_instruction(str(program), [A, B, C, D, E, F], data) is None
