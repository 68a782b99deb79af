"""Reading a `getTransaction` result (Solana RPC), of encoding json, jsonParsed or base64."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from walletwatch.chain.parsing.errors import short_error
from walletwatch.chain.parsing.message import RawInstruction, parse_wire
from walletwatch.chain.parsing.model import Instruction, TokenBalance, Transaction
from walletwatch.domain.addresses import decode
from walletwatch.domain.errors import MalformedTransaction

MAX_U64_DIGITS: Final = 20


def parse_transaction(result: Mapping[str, Any]) -> Transaction:
    """One model for all encodings and ages.

    Raises:
        MalformedTransaction: The answer has not the shape of a transaction.
    """
    try:
        return _parse(result)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MalformedTransaction(f"{type(error).__name__}: {error}") from error


def _parse(result: Mapping[str, Any]) -> Transaction:
    meta = result["meta"]
    body = result["transaction"]
    if isinstance(body, list | str):
        raw = parse_wire(b64decode(body[0] if isinstance(body, list) else body, validate=True))
        static, signer_count, outer = raw.keys, raw.signer_count, list(raw.instructions)
        signatures: Sequence[str] = raw.signatures
    else:
        message = body["message"]
        signatures = body["signatures"]
        outer = message["instructions"]
        static, signer_count = _static_keys(message)
    keys = (*static, *_loaded(meta, known=set(static)))
    before, after = _lamports(meta["preBalances"]), _lamports(meta["postBalances"])
    if not signatures or not 0 < signer_count <= len(static) or not len(keys) == len(before) == len(after):
        raise MalformedTransaction("signatures, keys and balances do not fit each other")
    return Transaction(
        signature=_text(signatures[0]),
        slot=_count(result["slot"]),
        block_time=None if result.get("blockTime") is None else _count(result["blockTime"]),
        keys=keys,
        signers=keys[:signer_count],
        error=short_error(meta.get("err")),
        fee=_count(meta["fee"]),
        before=dict(zip(keys, before, strict=True)),
        after=dict(zip(keys, after, strict=True)),
        tokens_before=_token_balances(meta.get("preTokenBalances"), keys),
        tokens_after=_token_balances(meta.get("postTokenBalances"), keys),
        instructions=_instructions(outer, meta.get("innerInstructions"), keys),
    )


def _static_keys(message: Mapping[str, Any]) -> tuple[tuple[str, ...], int]:
    entries = message["accountKeys"]
    if entries and isinstance(entries[0], dict):
        # jsonParsed lists the loaded keys here too.
        return tuple(_text(entry["pubkey"]) for entry in entries), sum(
            1 for entry in entries if entry["signer"]
        )
    return tuple(_text(entry) for entry in entries), _count(message["header"]["numRequiredSignatures"])


def _loaded(meta: Mapping[str, Any], known: set[str]) -> tuple[str, ...]:
    loaded = meta.get("loadedAddresses") or {}
    addresses = [*(loaded.get("writable") or ()), *(loaded.get("readonly") or ())]
    return tuple(_text(address) for address in addresses if address not in known)


def _lamports(balances: Sequence[Any]) -> list[int]:
    return [_count(balance) for balance in balances]


def _token_balances(entries: Sequence[Mapping[str, Any]] | None, keys: Sequence[str]) -> list[TokenBalance]:
    return [
        TokenBalance(
            account=keys[_count(entry["accountIndex"])],
            mint=_text(entry["mint"]),
            owner=_text(entry["owner"]) if entry.get("owner") else None,
            amount=_amount(entry["uiTokenAmount"]["amount"]),
            decimals=_count(entry["uiTokenAmount"]["decimals"]),
        )
        for entry in entries or ()
    ]


def _instructions(
    outer: Sequence[Any], inner: Sequence[Mapping[str, Any]] | None, keys: Sequence[str]
) -> list[Instruction]:
    invoked = {_count(group["index"]): group["instructions"] for group in inner or ()}
    found: list[Instruction] = []
    for index, entry in enumerate(outer):
        found.append(_instruction(entry, keys, index, depth=1))
        found.extend(
            _instruction(part, keys, index, depth=int(part.get("stackHeight") or 2))
            for part in invoked.get(index, ())
        )
    return found


def _instruction(entry: Any, keys: Sequence[str], outer: int, depth: int) -> Instruction:
    if isinstance(entry, RawInstruction):
        accounts = tuple(keys[account] for account in entry.accounts)
        return Instruction(keys[entry.program], accounts, entry.data, None, outer, depth)
    if "programIdIndex" in entry:
        accounts = tuple(keys[_count(account)] for account in entry["accounts"])
        return Instruction(
            keys[_count(entry["programIdIndex"])], accounts, decode(entry["data"]), None, outer, depth
        )
    parsed = entry.get("parsed")
    return Instruction(
        program=_text(entry["programId"]),
        accounts=tuple(_text(account) for account in entry.get("accounts") or ()),
        data=decode(entry["data"]) if parsed is None else b"",
        parsed=parsed,
        outer=outer,
        depth=depth,
    )


def _count(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise MalformedTransaction("a count is not a whole number")


def _amount(value: Any) -> int:
    """A raw token amount: a u64 as decimal text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= MAX_U64_DIGITS:
        return int(value)
    raise MalformedTransaction("a token amount is not a whole number")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise MalformedTransaction("an address is not text")
