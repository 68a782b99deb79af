"""From a `getTransaction` result to what it did to one wallet. No I/O, no third-party imports."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from walletwatch.chain.decoding.kinds import Scene, name_kind
from walletwatch.chain.decoding.ledgering import open_ledger
from walletwatch.chain.decoding.legs import make_legs
from walletwatch.chain.decoding.programs import PLUMBING, PROTOCOLS
from walletwatch.chain.decoding.registry import read_steps
from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

MAX_PROGRAMS: Final = 32


def decode_transaction(
    result: Mapping[str, Any], wallet: str, *, native_symbol: str = "XNT"
) -> Activity | None:
    """What a transaction did to a wallet.

    Args:
        result: The `result` of `getTransaction` (Solana RPC) in encoding json, jsonParsed or base64, of
            version legacy, 0 or 1, of any age.
        wallet: Address of the watched wallet.
        native_symbol: What the chain calls its own token; named in the details of wrapping.

    Returns:
        The activity, or None if the transaction does not concern the wallet.

    Raises:
        MalformedTransaction: The answer has not the shape of a transaction.
    """
    transaction = parse_transaction(result)
    if transaction.error is not None:
        return _failed(transaction, wallet)
    if wallet not in transaction.before and not _owns_tokens(transaction, wallet):
        return None
    steps = read_steps(transaction.instructions)
    ledger = open_ledger(transaction, steps, wallet)
    legs = make_legs(ledger, wallet)
    named = name_kind(Scene(transaction, steps, ledger, legs, wallet))
    if named is None:
        return None
    kind, details = named
    wraps = {str(step.info.get("account")) for step in steps if step.name == "syncNative"}
    if wraps & ledger.accounts and not legs:
        details = {**details, "wrapped": native_symbol, "mint": WRAPPED_NATIVE_MINT}
    programs = _programs(transaction)
    return Activity(
        signature=transaction.signature,
        slot=transaction.slot,
        block_time=transaction.block_time,
        wallet=wallet,
        success=True,
        error=None,
        kind=kind,
        legs=legs,
        fee=ledger.fee,
        rent=ledger.rent,
        program=_protocol(transaction),
        programs=programs,
        details=MappingProxyType(dict(details)),
    )


def _failed(transaction: Transaction, wallet: str) -> Activity | None:
    """A failed transaction moves nothing but its fee; it concerns those who signed it."""
    if wallet not in transaction.signers:
        return None
    return Activity(
        signature=transaction.signature,
        slot=transaction.slot,
        block_time=transaction.block_time,
        wallet=wallet,
        success=False,
        error=transaction.error,
        kind=ActivityKind.FAILED,
        legs=(),
        fee=transaction.fee if transaction.payer == wallet else 0,
        rent=0,
        program=_protocol(transaction),
        programs=_programs(transaction),
    )


def _owns_tokens(transaction: Transaction, wallet: str) -> bool:
    return any(balance.owner == wallet for balance in (*transaction.tokens_before, *transaction.tokens_after))


def _programs(transaction: Transaction) -> tuple[str, ...]:
    seen = dict.fromkeys(instruction.program for instruction in transaction.instructions)
    return tuple(seen)[:MAX_PROGRAMS]


def _protocol(transaction: Transaction) -> str | None:
    """The protocol a person would name: that of the first outer instruction which is not plumbing."""
    outer = [instruction.program for instruction in transaction.instructions if instruction.depth == 1]
    for program in outer:
        if program not in PLUMBING and program in PROTOCOLS:
            return PROTOCOLS[program]
    inner = (instruction.program for instruction in transaction.instructions)
    return next((PROTOCOLS[program] for program in inner if program in PROTOCOLS), None)
