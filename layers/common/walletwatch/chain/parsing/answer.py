"""Reading a `getTransaction` result, or an entry of `getBlock`, of encoding json, jsonParsed or base64."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from walletwatch.chain.parsing.errors import short_error
from walletwatch.chain.parsing.fields import (
    address,
    items,
    malformed,
    mapping,
    optional_items,
    signature,
    text,
    unsigned,
    unsigned_array,
)
from walletwatch.chain.parsing.message import RawTransaction, parse_wire
from walletwatch.chain.parsing.model import Instruction, TokenAccount, Transaction
from walletwatch.domain.addresses import decode, is_base58

MAX_WIRE_CHARACTERS: Final = 16_384
"""A transaction has at most 4,096 bytes (SIMD-0385)."""
MAX_DECIMALS: Final = 255
TOP_LEVEL: Final = 1
INNER_HEIGHT: Final = 2
"""What an inner instruction has at least; nodes before 1.14 do not tell."""


def parse_transaction(result: Mapping[str, Any]) -> Transaction:
    """The transaction in one model, whatever its encoding, version and age.

    Args:
        result: The `result` of `getTransaction`, or an entry of `getBlock` with its block's `slot` and
            `blockTime` put in.

    Raises:
        MalformedTransaction: The answer has not the shape of a transaction with its metadata.
    """
    result = mapping(result, "the result")
    meta = mapping(result.get("meta"), "meta")
    body = result.get("transaction")
    wire = read_encoded(body)
    if wire is not None:
        version = wire.version
        static = wire.keys
        required = wire.signer_count
        signatures: Sequence[Any] = wire.signatures
        accounts = static + loaded_addresses(meta)
        top_level: Sequence[Any] = [
            {"programIdIndex": part.program, "accounts": part.accounts, "data": part.data}
            for part in wire.instructions
        ]
    else:
        body = mapping(body, "the transaction")
        message = mapping(body.get("message"), "the message")
        version = _version(result.get("version"))
        signatures = items(body.get("signatures"), "signatures")
        accounts, required = _accounts(message, meta)
        top_level = items(message.get("instructions"), "instructions")
    before = unsigned_array(meta.get("preBalances"), "preBalances")
    after = unsigned_array(meta.get("postBalances"), "postBalances")
    if not len(accounts) == len(before) == len(after):
        malformed("accounts and balances differ in number")
    if not signatures or not 0 < required <= len(accounts):
        malformed("nobody signed")
    block_time = result.get("blockTime")
    return Transaction(
        signature=signature(signatures[0]),
        slot=unsigned(result.get("slot"), "slot"),
        block_time=None if block_time is None else unsigned(block_time, "blockTime"),
        version=version,
        accounts=accounts,
        signers=accounts[:required],
        before=before,
        after=after,
        fee=unsigned(meta.get("fee"), "fee"),
        error=short_error(meta),
        tokens=_token_accounts(meta, accounts),
        instructions=_instructions(top_level, meta, accounts),
    )


def read_encoded(body: Any) -> RawTransaction | None:
    """The wire form in encoding base64, or base58 as old nodes sent it; None where it is JSON.

    Raises:
        MalformedTransaction: It is neither.
    """
    if isinstance(body, Mapping):
        return None
    encoding = "base58"
    if isinstance(body, list | tuple) and len(body) == 2:
        body, encoding = body
    body = text(body, "the transaction")
    if len(body) > MAX_WIRE_CHARACTERS:
        malformed("the transaction is too long")
    try:
        if encoding == "base64":
            return parse_wire(b64decode(body, validate=True))
        if encoding == "base58":
            return parse_wire(decode(body))
    except ValueError:
        malformed(f"the transaction is not in {encoding}")
    return malformed("the transaction has an unknown encoding")


def loaded_addresses(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses from lookup tables: writable ones, then readonly ones.

    Raises:
        MalformedTransaction: They are no addresses.
    """
    loaded = meta.get("loadedAddresses")
    if loaded is None:
        return ()
    loaded = mapping(loaded, "loadedAddresses")
    return tuple(
        address(entry, "a loaded address")
        for part in ("writable", "readonly")
        for entry in optional_items(loaded.get(part), part)
    )


def _version(value: Any) -> int | None:
    return None if value is None or value == "legacy" else unsigned(value, "version")


def _accounts(message: Mapping[str, Any], meta: Mapping[str, Any]) -> tuple[tuple[str, ...], int]:
    """All accounts, and how many of the first of them signed."""
    entries = items(message.get("accountKeys"), "accountKeys")
    if entries and isinstance(entries[0], Mapping):
        # jsonParsed: the loaded ones are among them, with `source`, if the node is of 2022 or later.
        listed = [mapping(entry, "an account key") for entry in entries]
        accounts = tuple(address(entry.get("pubkey"), "an account key") for entry in listed)
        required = 0
        while required < len(listed) and listed[required].get("signer") is True:
            required += 1
        return accounts, required
    static = tuple(address(entry, "an account key") for entry in entries)
    header = mapping(message.get("header"), "the header")
    required = unsigned(header.get("numRequiredSignatures"), "numRequiredSignatures")
    if required > len(static):
        malformed("more signers than keys")
    loaded = loaded_addresses(meta)
    # Some clients store the keys with the loaded ones already behind them.
    return static if loaded and static[-len(loaded) :] == loaded else static + loaded, required


def _token_accounts(meta: Mapping[str, Any], accounts: tuple[str, ...]) -> tuple[TokenAccount, ...]:
    found: dict[tuple[int, str], TokenAccount] = {}
    for part in optional_items(meta.get("preTokenBalances"), "preTokenBalances"):
        index, mint, owner, amount, decimals = _token_balance(part, accounts)
        if (index, mint) in found:
            malformed("a token account twice")
        found[index, mint] = TokenAccount(accounts[index], mint, decimals, amount, None, owner, None)
    for part in optional_items(meta.get("postTokenBalances"), "postTokenBalances"):
        index, mint, owner, amount, decimals = _token_balance(part, accounts)
        earlier = found.get((index, mint))
        if earlier is None:
            found[index, mint] = TokenAccount(accounts[index], mint, decimals, None, amount, None, owner)
        elif earlier.after is not None:
            malformed("a token account twice")
        else:
            found[index, mint] = earlier._replace(after=amount, owner_after=owner)
    return tuple(found.values())


def _token_balance(entry: Any, accounts: tuple[str, ...]) -> tuple[int, str, str | None, int, int]:
    entry = mapping(entry, "a token balance")
    index = unsigned(entry.get("accountIndex"), "accountIndex")
    if index >= len(accounts):
        malformed("a token balance of no account")
    owner = entry.get("owner")
    ui_amount = mapping(entry.get("uiTokenAmount"), "uiTokenAmount")
    digits = text(ui_amount.get("amount"), "a token amount")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 20:
        malformed("a token amount is no u64")
    decimals = unsigned(ui_amount.get("decimals"), "decimals")
    if decimals > MAX_DECIMALS:
        malformed("too many decimals")
    mint = address(entry.get("mint"), "a mint")
    return index, mint, address(owner, "an owner") if owner else None, int(digits), decimals


def _instructions(
    top_level: Sequence[Any], meta: Mapping[str, Any], accounts: tuple[str, ...]
) -> tuple[Instruction, ...]:
    invoked: dict[int, list[Any]] = {}
    for part in optional_items(meta.get("innerInstructions"), "innerInstructions"):
        group = mapping(part, "inner instructions")
        top = unsigned(group.get("index"), "the index of inner instructions")
        if top >= len(top_level):
            malformed("inner instructions of no instruction")
        invoked.setdefault(top, []).extend(items(group.get("instructions"), "inner instructions"))
    found = []
    for top, entry in enumerate(top_level):
        found.append(_instruction(entry, accounts, top, TOP_LEVEL))
        found += [_instruction(inner, accounts, top, INNER_HEIGHT) for inner in invoked.get(top, ())]
    return tuple(found)


def _instruction(entry: Any, accounts: tuple[str, ...], top: int, height: int) -> Instruction:
    entry = mapping(entry, "an instruction")
    if height == INNER_HEIGHT:
        told = entry.get("stackHeight")
        if told is not None:
            height = max(unsigned(told, "stackHeight"), INNER_HEIGHT)
    program_index = entry.get("programIdIndex")
    if program_index is not None:
        positions = entry.get("accounts")
        if type(positions) is not tuple:
            positions = unsigned_array(positions, "the accounts of an instruction")
        try:
            program = accounts[unsigned(program_index, "programIdIndex")]
            named = tuple([accounts[position] for position in positions])
        except IndexError:
            malformed("an instruction names no account")
        return Instruction(program, named, _data(entry.get("data")), None, top, height)
    program = address(entry.get("programId"), "a program id")
    parsed = entry.get("parsed")
    if parsed is not None:
        if not isinstance(parsed, Mapping | str):
            malformed("a parsed instruction has no known shape")
        return Instruction(program, (), b"", parsed, top, height)
    named = tuple(
        address(part, "an account of an instruction")
        for part in items(entry.get("accounts"), "the accounts of an instruction")
    )
    return Instruction(program, named, _data(entry.get("data")), None, top, height)


def _data(value: Any) -> bytes | str:
    if type(value) is bytes:
        return value
    encoded = text(value, "instruction data")
    if not is_base58(encoded):
        malformed("instruction data are not base58")
    return encoded
