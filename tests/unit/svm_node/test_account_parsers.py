"""Parsed accounts: recorded mints, and accounts put together by their layouts."""

import base64
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account
from solders.pubkey import Pubkey
from solders.token.state import TokenAccount, TokenAccountState

from svm_node.encoding.account_data import parse_account_data
from svm_node.programs import (
    ADDRESS_LOOKUP_TABLE_PROGRAM,
    STAKE_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
)

FIXTURES = Path(__file__).parent / "fixtures"
MINTS = json.loads((FIXTURES / "mints.json").read_text())
PYUSD = json.loads((FIXTURES / "pyusd_mint.json").read_text())
ALICE, BOB, CAROL = (Pubkey(bytes([n]) * 32) for n in (1, 2, 3))


def parsed(owner: Pubkey, data: bytes, decimals: int | None = 6) -> dict[str, Any] | None:
    return parse_account_data(Account(1, data, owner), lambda _: decimals)


def token_account(**changes: Any) -> bytes:
    members: dict[str, Any] = {
        "mint": ALICE,
        "owner": BOB,
        "amount": 1_500_000,
        "delegate": None,
        "state": TokenAccountState.Initialized,
        "is_native": None,
        "delegated_amount": 0,
        "close_authority": None,
    }
    return bytes(TokenAccount(**(members | changes)))


def extended(base: bytes, kind: int, *extensions: tuple[int, bytes]) -> bytes:
    tlv = b"".join(struct.pack("<HH", number, len(value)) + value for number, value in extensions)
    return base.ljust(165, b"\0") + bytes([kind]) + tlv


@pytest.mark.parametrize("recorded", MINTS, ids=lambda row: row["mint"])
def test_a_recorded_mint(recorded: dict[str, Any]) -> None:
    data = base64.b64decode(recorded["account"]["data"][0])
    result = parsed(Pubkey.from_string(recorded["account"]["owner"]), data)
    assert result is not None
    assert result["program"] == recorded["program"]
    assert result["space"] == len(data)
    assert result["parsed"]["type"] == "mint"
    info = result["parsed"]["info"]
    assert {name: info[name] for name in recorded["decoded"] if name != "extensions"} == {
        name: value for name, value in recorded["decoded"].items() if name != "extensions"
    }
    wanted = recorded["decoded"].get("extensions", [])
    assert [item["extension"] for item in info.get("extensions", [])] == [
        item["extension"] for item in wanted
    ]


def key_bytes(address: str | None) -> bytes:
    return bytes(32) if address is None else bytes(Pubkey.from_string(address))


def fee_bytes(fee: dict[str, int]) -> bytes:
    return struct.pack("<QQH", fee["epoch"], fee["maximumFee"], fee["transferFeeBasisPoints"])


def rebuild_extension(name: str, state: dict[str, Any]) -> tuple[int, bytes]:
    """The bytes of an extension that Agave showed in this state, by the layouts of spl-token-2022."""
    match name:
        case "mintCloseAuthority":
            return 3, key_bytes(state["closeAuthority"])
        case "permanentDelegate":
            return 12, key_bytes(state["delegate"])
        case "transferFeeConfig":
            authorities = key_bytes(state["transferFeeConfigAuthority"]) + key_bytes(
                state["withdrawWithheldAuthority"]
            )
            withheld = struct.pack("<Q", state["withheldAmount"])
            return 1, authorities + withheld + fee_bytes(state["olderTransferFee"]) + fee_bytes(
                state["newerTransferFee"]
            )
        case "confidentialTransferMint":
            assert state["auditorElgamalPubkey"] is None
            return 4, key_bytes(state["authority"]) + bytes([state["autoApproveNewAccounts"]]) + bytes(32)
        case "confidentialTransferFeeConfig":
            encryption = base64.b64decode(state["withdrawWithheldAuthorityElgamalPubkey"])
            withheld = base64.b64decode(state["withheldAmount"])
            harvests = bytes([state["harvestToMintEnabled"]])
            return 16, key_bytes(state["authority"]) + encryption + harvests + withheld
        case "transferHook":
            return 14, key_bytes(state["authority"]) + key_bytes(state["programId"])
        case "metadataPointer":
            return 18, key_bytes(state["authority"]) + key_bytes(state["metadataAddress"])
        case "tokenMetadata":
            texts = [state[name].encode() for name in ("name", "symbol", "uri")]
            strings = b"".join(struct.pack("<I", len(text)) + text for text in texts)
            return 19, key_bytes(state["updateAuthority"]) + key_bytes(state["mint"]) + strings + bytes(4)
    raise AssertionError(f"no layout for {name}")


def test_a_recorded_mint_with_many_extensions() -> None:
    wanted = PYUSD["parsed"]["info"]
    base = (
        struct.pack("<I", 1)
        + key_bytes(wanted["mintAuthority"])
        + struct.pack("<QBB", int(wanted["supply"]), wanted["decimals"], 1)
        + struct.pack("<I", 1)
        + key_bytes(wanted["freezeAuthority"])
    )
    tlv = [rebuild_extension(item["extension"], item["state"]) for item in wanted["extensions"]]
    result = parsed(TOKEN_2022_PROGRAM, extended(base, 1, *tlv))
    assert result is not None
    assert result["parsed"] == PYUSD["parsed"]
    # The layouts add up to the recorded size.
    assert result["space"] == PYUSD["space"]


@pytest.mark.parametrize(
    ("kind", "value", "extension"),
    [
        (9, b"", {"extension": "nonTransferable"}),
        (6, b"\2", {"extension": "defaultAccountState", "state": {"accountState": "frozen"}}),
        (6, b"\7", {"extension": "unparseableExtension"}),
        (
            10,
            bytes(ALICE) + struct.pack("<qhqh", 5, 1, 6, -2),
            {
                "extension": "interestBearingConfig",
                "state": {
                    "rateAuthority": str(ALICE),
                    "initializationTimestamp": 5,
                    "preUpdateAverageRate": 1,
                    "lastUpdateTimestamp": 6,
                    "currentRate": -2,
                },
            },
        ),
        (
            25,
            bytes(32) + struct.pack("<dqd", 1.0, 7, 2.5),
            {
                "extension": "scaledUiAmountConfig",
                "state": {
                    "authority": None,
                    "multiplier": "1",
                    "newMultiplierEffectiveTimestamp": 7,
                    "newMultiplier": "2.5",
                },
            },
        ),
        (
            26,
            bytes(ALICE) + b"\1",
            {"extension": "pausableConfig", "state": {"authority": str(ALICE), "paused": True}},
        ),
        (
            21,
            bytes(ALICE) + bytes(BOB) + struct.pack("<QQ", 1, 9),
            {
                "extension": "tokenGroup",
                "state": {"updateAuthority": str(ALICE), "mint": str(BOB), "size": 1, "maxSize": 9},
            },
        ),
        (19, bytes(64) + bytes(12) + struct.pack("<I", 2**31), {"extension": "unparseableExtension"}),
    ],
)
def test_an_extension(kind: int, value: bytes, extension: dict[str, Any]) -> None:
    result = parsed(TOKEN_2022_PROGRAM, extended(token_account(), 2, (kind, value)))
    assert result is not None
    assert result["parsed"]["info"]["extensions"] == [extension]


def test_a_token_account() -> None:
    result = parsed(TOKEN_PROGRAM, token_account())
    assert result == {
        "program": "spl-token",
        "space": 165,
        "parsed": {
            "type": "account",
            "info": {
                "mint": str(ALICE),
                "owner": str(BOB),
                "state": "initialized",
                "isNative": False,
                "tokenAmount": {
                    "amount": "1500000",
                    "decimals": 6,
                    "uiAmount": 1.5,
                    "uiAmountString": "1.5",
                },
            },
        },
    }


def test_a_native_delegated_frozen_account_tells_all_of_it() -> None:
    data = token_account(
        is_native=2_039_280,
        delegate=CAROL,
        delegated_amount=7,
        close_authority=CAROL,
        state=TokenAccountState.Frozen,
    )
    result = parsed(TOKEN_PROGRAM, data, 9)
    assert result is not None
    info = result["parsed"]["info"]
    assert info["isNative"] is True
    assert info["rentExemptReserve"]["amount"] == "2039280"
    assert info["delegate"] == str(CAROL)
    assert info["delegatedAmount"]["amount"] == "7"
    assert info["closeAuthority"] == str(CAROL)
    assert info["state"] == "frozen"


def test_an_account_whose_mint_is_gone_is_not_parsed() -> None:
    assert parsed(TOKEN_PROGRAM, token_account(), None) is None


def test_extensions_known_and_unknown() -> None:
    data = extended(
        token_account(),
        2,
        (7, b""),
        (2, struct.pack("<Q", 12)),
        (999, b"??"),
        (8, b"\1"),
        (15, b"\0"),
    )
    result = parsed(TOKEN_2022_PROGRAM, data)
    assert result is not None
    assert result["program"] == "spl-token-2022"
    assert result["parsed"]["info"]["extensions"] == [
        {"extension": "immutableOwner"},
        {"extension": "transferFeeAmount", "state": {"withheldAmount": 12}},
        {"extension": "unparseableExtension"},
        {"extension": "memoTransfer", "state": {"requireIncomingTransferMemos": True}},
        {"extension": "transferHookAccount", "state": {"transferring": False}},
    ]


def test_an_extension_longer_than_the_account_ends_the_list() -> None:
    data = extended(token_account(), 2, (7, b"")) + struct.pack("<HH", 12, 500) + b"short"
    result = parsed(TOKEN_2022_PROGRAM, data)
    assert result is not None
    assert result["parsed"]["info"]["extensions"] == [
        {"extension": "immutableOwner"},
        {"extension": "unparseableExtension"},
    ]


def test_a_multisig() -> None:
    data = bytes([2, 3, 1]) + bytes(ALICE) + bytes(BOB) + bytes(CAROL) + bytes(32 * 8)
    result = parsed(TOKEN_PROGRAM, data)
    assert result is not None
    assert result["parsed"] == {
        "type": "multisig",
        "info": {
            "numRequiredSigners": 2,
            "numValidSigners": 3,
            "isInitialized": True,
            "signers": [str(ALICE), str(BOB), str(CAROL)],
        },
    }


def test_a_delegated_stake_account() -> None:
    meta = struct.pack("<Q", 2_282_880) + bytes(ALICE) + bytes(BOB) + struct.pack("<qQ", 0, 0) + bytes(32)
    stake = bytes(CAROL) + struct.pack("<QQQdQ", 5_000, 3, 2**64 - 1, 0.25, 11)
    data = (struct.pack("<I", 2) + meta + stake).ljust(200, b"\0")
    result = parsed(STAKE_PROGRAM, data)
    assert result is not None
    assert result["parsed"]["type"] == "delegated"
    info = result["parsed"]["info"]
    assert info["meta"]["rentExemptReserve"] == "2282880"
    assert info["meta"]["authorized"] == {"staker": str(ALICE), "withdrawer": str(BOB)}
    assert info["stake"]["delegation"]["stake"] == "5000"
    assert info["stake"]["delegation"]["deactivationEpoch"] == "18446744073709551615"
    assert info["stake"]["creditsObserved"] == 11


def test_a_nonce_account() -> None:
    data = struct.pack("<II", 1, 1) + bytes(ALICE) + bytes(BOB) + struct.pack("<Q", 5_000)
    result = parsed(SYSTEM_PROGRAM, data)
    assert result == {
        "program": "nonce",
        "space": 80,
        "parsed": {
            "type": "initialized",
            "info": {
                "authority": str(ALICE),
                "blockhash": str(BOB),
                "feeCalculator": {"lamportsPerSignature": "5000"},
            },
        },
    }


def test_a_lookup_table() -> None:
    meta = struct.pack("<IQQB", 1, 2**64 - 1, 9, 0) + b"\1" + bytes(ALICE)
    result = parsed(ADDRESS_LOOKUP_TABLE_PROGRAM, meta.ljust(56, b"\0") + bytes(BOB) + bytes(CAROL))
    assert result is not None
    assert result["parsed"]["type"] == "lookupTable"
    assert result["parsed"]["info"]["addresses"] == [str(BOB), str(CAROL)]
    assert result["parsed"]["info"]["authority"] == str(ALICE)


@given(
    owner=st.sampled_from(
        [TOKEN_PROGRAM, TOKEN_2022_PROGRAM, STAKE_PROGRAM, SYSTEM_PROGRAM, ADDRESS_LOOKUP_TABLE_PROGRAM]
    ),
    start=st.binary(max_size=400),
    size=st.sampled_from([0, 80, 82, 165, 166, 200, 355, 400]),
)
def test_no_data_whatever_breaks_the_parsers(owner: Pubkey, start: bytes, size: int) -> None:
    result = parsed(owner, start[:size].ljust(size, b"\1"))
    assert result is None or set(result) == {"program", "parsed", "space"}
    json.dumps(result)
