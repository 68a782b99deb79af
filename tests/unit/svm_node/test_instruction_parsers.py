"""Parsed instructions against recordings of mainnet: what Agave said is what our parsers must say."""

import json
import struct
from pathlib import Path
from typing import Any

import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders import system_program as system
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from spl.token import instructions as token
from spl.token import models

from svm_node.encoding.instructions import parse_instruction
from svm_node.encoding.instructions.token import AUTHORITY_TYPES
from svm_node.programs import (
    ADDRESS_LOOKUP_TABLE_PROGRAM,
    ASSOCIATED_TOKEN_PROGRAM,
    COMPUTE_BUDGET_PROGRAM,
    MEMO_PROGRAM,
    STAKE_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    VOTE_PROGRAM,
)
from traffic import instructions as extra

FIXTURES = Path(__file__).parent / "fixtures"
RECORDED = json.loads((FIXTURES / "parsed_instructions.json").read_text())
PAIRS = json.loads((FIXTURES / "recorded_pairs.json").read_text())
ALICE, BOB, CAROL, DAVE = (Pubkey(bytes([n]) * 32) for n in (1, 2, 3, 4))


def parse(instruction: Instruction) -> dict[str, Any] | None:
    accounts = [str(meta.pubkey) for meta in instruction.accounts]
    return parse_instruction(str(instruction.program_id), accounts, bytes(instruction.data))


def info(instruction: Instruction) -> dict[str, Any]:
    parsed = parse(instruction)
    assert parsed is not None
    result: dict[str, Any] = parsed["parsed"]["info"]
    return result


def type_of(instruction: Instruction) -> str:
    parsed = parse(instruction)
    assert parsed is not None
    return str(parsed["parsed"]["type"])


def key(text: str) -> Pubkey:
    return Pubkey.from_string(text)


def from_accounts(program: str, tag: bytes, *addresses: str) -> Instruction:
    metas = [AccountMeta(key(address), is_signer=False, is_writable=False) for address in addresses]
    return Instruction(key(program), tag, metas)


def rebuild(program: str, kind: str, i: dict[str, Any]) -> Instruction:
    """The instruction that a recorded `parsed` was made of."""
    match program, kind:
        case "system", "transfer":
            return system.transfer(
                system.TransferParams(
                    from_pubkey=key(i["source"]), to_pubkey=key(i["destination"]), lamports=i["lamports"]
                )
            )
        case "system", "createAccount":
            return system.create_account(
                system.CreateAccountParams(
                    from_pubkey=key(i["source"]),
                    to_pubkey=key(i["newAccount"]),
                    lamports=i["lamports"],
                    space=i["space"],
                    owner=key(i["owner"]),
                )
            )
        case "system", "createAccountWithSeed":
            return system.create_account_with_seed(
                system.CreateAccountWithSeedParams(
                    from_pubkey=key(i["source"]),
                    to_pubkey=key(i["newAccount"]),
                    base=key(i["base"]),
                    seed=i["seed"],
                    lamports=i["lamports"],
                    space=i["space"],
                    owner=key(i["owner"]),
                )
            )
        case "system", "transferWithSeed":
            return system.transfer_with_seed(
                system.TransferWithSeedParams(
                    from_pubkey=key(i["source"]),
                    from_base=key(i["sourceBase"]),
                    from_seed=i["sourceSeed"],
                    from_owner=key(i["sourceOwner"]),
                    to_pubkey=key(i["destination"]),
                    lamports=i["lamports"],
                )
            )
        case "system", "allocate":
            return system.allocate(system.AllocateParams(pubkey=key(i["account"]), space=i["space"]))
        case "system", "assign":
            return system.assign(system.AssignParams(pubkey=key(i["account"]), owner=key(i["owner"])))
        case "system", "advanceNonce":
            return system.advance_nonce_account(
                system.AdvanceNonceAccountParams(
                    nonce_pubkey=key(i["nonceAccount"]), authorized_pubkey=key(i["nonceAuthority"])
                )
            )
        case "spl-associated-token-account", _:
            tag = b"\1" if kind == "createIdempotent" else b""
            names = ("source", "account", "wallet", "mint", "systemProgram", "tokenProgram")
            return from_accounts(str(ASSOCIATED_TOKEN_PROGRAM), tag, *(i[name] for name in names))
        case "vote", "vote":
            vote = i["vote"]
            slots = struct.pack(f"<Q{len(vote['slots'])}Q", len(vote["slots"]), *vote["slots"])
            stamp = b"\0" if vote["timestamp"] is None else b"\1" + struct.pack("<q", vote["timestamp"])
            data = struct.pack("<I", 2) + slots + bytes(key(vote["hash"])) + stamp
            holders = ("voteAccount", "slotHashesSysvar", "clockSysvar", "voteAuthority")
            return from_accounts(str(VOTE_PROGRAM), data, *(i[name] for name in holders))
        case "spl-token", _:
            return rebuild_token(kind, i)
    raise AssertionError(f"no builder for {program} {kind}")


def rebuild_token(kind: str, i: dict[str, Any]) -> Instruction:
    program = str(TOKEN_PROGRAM)
    amount = struct.pack("<Q", int(i["amount"])) if "amount" in i else b""
    match kind:
        case "transfer":
            return from_accounts(program, b"\3" + amount, i["source"], i["destination"], i["authority"])
        case "transferChecked":
            checked = i["tokenAmount"]
            data = b"\x0c" + struct.pack("<QB", int(checked["amount"]), checked["decimals"])
            authority = [i["multisigAuthority"], *i["signers"]] if "signers" in i else [i["authority"]]
            return from_accounts(program, data, i["source"], i["mint"], i["destination"], *authority)
        case "approve":
            return from_accounts(program, b"\4" + amount, i["source"], i["delegate"], i["owner"])
        case "burn":
            return from_accounts(program, b"\x08" + amount, i["account"], i["mint"], i["authority"])
        case "mintTo":
            return from_accounts(program, b"\7" + amount, i["mint"], i["account"], i["mintAuthority"])
        case "closeAccount":
            return from_accounts(program, b"\x09", i["account"], i["destination"], i["owner"])
        case "freezeAccount":
            return from_accounts(program, b"\x0a", i["account"], i["mint"], i["freezeAuthority"])
        case "thawAccount":
            return from_accounts(program, b"\x0b", i["account"], i["mint"], i["freezeAuthority"])
        case "initializeAccount":
            return from_accounts(program, b"\1", i["account"], i["mint"], i["owner"], i["rentSysvar"])
        case "initializeAccount3":
            return from_accounts(program, b"\x12" + bytes(key(i["owner"])), i["account"], i["mint"])
        case "initializeImmutableOwner":
            return from_accounts(program, b"\x16", i["account"])
        case "getAccountDataSize":
            return from_accounts(program, b"\x15" + struct.pack("<H", 7), i["mint"])
    raise AssertionError(f"no builder for {kind}")


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda row: f"{row['program']}-{row['parsed']['type']}")
def test_a_recorded_instruction_is_parsed_as_agave_did(recorded: dict[str, Any]) -> None:
    parsed = recorded["parsed"]
    instruction = rebuild(recorded["program"], parsed["type"], parsed["info"])
    assert parse(instruction) == {"program": recorded["program"], "parsed": parsed}


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_a_transaction_recorded_in_both_encodings_agrees(name: str) -> None:
    raw, wanted = PAIRS[name]["json"], PAIRS[name]["jsonParsed"]
    loaded = raw["loadedAddresses"] or {"writable": [], "readonly": []}
    keys = [*raw["message"]["accountKeys"], *loaded["writable"], *loaded["readonly"]]
    compared = 0
    groups = [(raw["message"]["instructions"], wanted["message"]["instructions"])]
    groups += [
        (ours["instructions"], theirs["instructions"])
        for ours, theirs in zip(raw["innerInstructions"], wanted["innerInstructions"], strict=True)
    ]
    for ours, theirs in groups:
        for mine, recorded in zip(ours, theirs, strict=True):
            parsed = parse_instruction(
                keys[mine["programIdIndex"]],
                [keys[index] for index in mine["accounts"]],
                base58.b58decode(mine["data"]),
            )
            assert (parsed or {}).get("parsed") == recorded.get("parsed")
            compared += 1
    assert compared > 0


def test_signers_after_the_authority_make_it_a_multisig() -> None:
    params = models.TransferParams(
        program_id=TOKEN_PROGRAM, source=ALICE, dest=BOB, owner=CAROL, amount=7, signers=[DAVE]
    )
    assert info(token.transfer(params)) == {
        "source": str(ALICE),
        "destination": str(BOB),
        "amount": "7",
        "multisigAuthority": str(CAROL),
        "signers": [str(DAVE)],
    }


@pytest.mark.parametrize(("index", "name"), list(enumerate(AUTHORITY_TYPES)))
def test_an_authority_is_set_on_an_account_or_on_a_mint(index: int, name: str) -> None:
    data = bytes([6, index, 1]) + bytes(CAROL)
    parsed = info(from_accounts(str(TOKEN_2022_PROGRAM), data, str(ALICE), str(BOB)))
    owned = "account" if name in {"accountOwner", "closeAccount"} else "mint"
    assert parsed == {
        owned: str(ALICE),
        "authorityType": name,
        "newAuthority": str(CAROL),
        "authority": str(BOB),
    }


def test_token_2022_instructions_go_by_the_name_of_the_classic_program() -> None:
    parsed = parse(from_accounts(str(TOKEN_2022_PROGRAM), bytes([17]), str(ALICE)))
    assert parsed == {
        "program": "spl-token",
        "parsed": {"type": "syncNative", "info": {"account": str(ALICE)}},
    }


MINT = ALICE
EXTENSIONS = [
    (
        extra.initialize_mint_close_authority(MINT, BOB),
        "initializeMintCloseAuthority",
        {"newAuthority": str(BOB)},
    ),
    (
        extra.initialize_default_account_state(MINT, frozen=True),
        "initializeDefaultAccountState",
        {"accountState": "frozen"},
    ),
    (extra.initialize_non_transferable(MINT), "initializeNonTransferableMint", {}),
    (
        extra.initialize_interest_bearing(MINT, BOB, -5),
        "initializeInterestBearingConfig",
        {"rateAuthority": str(BOB), "rate": -5},
    ),
    (
        extra.initialize_permanent_delegate(MINT, BOB),
        "initializePermanentDelegate",
        {"delegate": str(BOB)},
    ),
    (
        extra.initialize_transfer_hook(MINT, BOB, None),
        "initializeTransferHook",
        {"authority": str(BOB)},
    ),
    (
        extra.initialize_metadata_pointer(MINT, BOB, CAROL),
        "initializeMetadataPointer",
        {"authority": str(BOB), "metadataAddress": str(CAROL)},
    ),
    (
        extra.initialize_scaled_ui_amount(MINT, BOB, 2.5),
        "initializeScaledUiAmountConfig",
        {"authority": str(BOB), "multiplier": "2.5"},
    ),
    (extra.initialize_pausable(MINT, BOB), "initializePausableConfig", {"authority": str(BOB)}),
    (extra.set_paused(MINT, BOB, paused=True), "pause", {"authority": str(BOB)}),
    (extra.set_paused(MINT, BOB, paused=False), "resume", {"authority": str(BOB)}),
    (
        token.initialize_transfer_fee_config(
            models.InitializeTransferFeeConfigParams(
                program_id=TOKEN_2022_PROGRAM,
                mint=MINT,
                transfer_fee_config_authority=BOB,
                withdraw_withheld_authority=None,
                transfer_fee_basis_points=25,
                maximum_fee=900,
            )
        ),
        "initializeTransferFeeConfig",
        {"transferFeeConfigAuthority": str(BOB), "transferFeeBasisPoints": 25, "maximumFee": 900},
    ),
    (
        token.withdraw_withheld_tokens_from_accounts(
            models.WithdrawWithheldTokensFromAccountsParams(
                program_id=TOKEN_2022_PROGRAM,
                mint=MINT,
                dest=BOB,
                authority=CAROL,
                sources=[DAVE],
            )
        ),
        "withdrawWithheldTokensFromAccounts",
        {
            "feeRecipient": str(BOB),
            "withdrawWithheldAuthority": str(CAROL),
            "sourceAccounts": [str(DAVE)],
        },
    ),
]


@pytest.mark.parametrize(("instruction", "kind", "rest"), EXTENSIONS, ids=[row[1] for row in EXTENSIONS])
def test_instructions_of_extensions(instruction: Instruction, kind: str, rest: dict[str, Any]) -> None:
    assert parse(instruction) == {
        "program": "spl-token",
        "parsed": {"type": kind, "info": {"mint": str(MINT), **rest}},
    }


def test_metadata_of_a_token() -> None:
    parsed = info(extra.initialize_token_metadata(MINT, BOB, CAROL, "Ünicode", "Ü", "https://a.example"))
    assert parsed == {
        "metadata": str(MINT),
        "updateAuthority": str(BOB),
        "mint": str(MINT),
        "mintAuthority": str(CAROL),
        "name": "Ünicode",
        "symbol": "Ü",
        "uri": "https://a.example",
    }


def test_stake_instructions_with_and_without_sysvars() -> None:
    full = info(extra.delegate_stake(ALICE, BOB, CAROL))
    assert full["stakeAuthority"] == str(CAROL)
    assert full["stakeConfigAccount"] == "StakeConfig11111111111111111111111111111111"
    short = from_accounts(str(STAKE_PROGRAM), struct.pack("<I", 2), str(ALICE), str(BOB), str(CAROL))
    assert info(short) == {
        "stakeAccount": str(ALICE),
        "voteAccount": str(BOB),
        "stakeAuthority": str(CAROL),
    }
    assert info(extra.withdraw_stake(ALICE, BOB, CAROL, 5))["lamports"] == 5
    assert type_of(extra.deactivate_stake(ALICE, CAROL)) == "deactivate"
    assert info(extra.initialize_stake(ALICE, BOB))["authorized"] == {
        "staker": str(BOB),
        "withdrawer": str(BOB),
    }


def test_lookup_table_instructions() -> None:
    create, table = system.create_lookup_table(
        system.CreateLookupTableParams(authority_address=ALICE, payer_address=BOB, recent_slot=77)
    )
    assert info(create)["recentSlot"] == 77
    assert info(create)["lookupTableAccount"] == str(table)
    extend = system.extend_lookup_table(
        system.ExtendLookupTableParams(
            lookup_table_address=table,
            authority_address=ALICE,
            payer_address=BOB,
            new_addresses=[CAROL, DAVE],
        )
    )
    assert info(extend)["newAddresses"] == [str(CAROL), str(DAVE)]


def test_memo_is_its_text_and_anything_else_is_left_unparsed() -> None:
    memo = parse_instruction(str(MEMO_PROGRAM), [], "grüße".encode())
    assert memo == {"program": "spl-memo", "parsed": "grüße"}
    assert parse_instruction(str(MEMO_PROGRAM), [], b"\xff") is None
    # As in Agave, compute budget instructions are never parsed.
    assert parse_instruction(str(COMPUTE_BUDGET_PROGRAM), [], b"\2\0\0\0\0") is None


PROGRAMS = [
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    TOKEN_2022_PROGRAM,
    ASSOCIATED_TOKEN_PROGRAM,
    STAKE_PROGRAM,
    VOTE_PROGRAM,
    ADDRESS_LOOKUP_TABLE_PROGRAM,
    MEMO_PROGRAM,
]


@given(
    program=st.sampled_from(PROGRAMS),
    tag=st.integers(0, 50),
    data=st.binary(max_size=120),
    accounts=st.integers(0, 8),
)
def test_no_instruction_whatever_breaks_the_parsers(
    program: Pubkey, tag: int, data: bytes, accounts: int
) -> None:
    addresses = [str(Pubkey(bytes([n]) * 32)) for n in range(accounts)]
    parsed = parse_instruction(str(program), addresses, bytes([tag]) + data)
    assert parsed is None or set(parsed) == {"program", "parsed"}
    json.dumps(parsed)
