"""From a `getTransaction` result to what it did to one wallet. No I/O, and only the standard library."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from walletwatch.chain.decoding import details
from walletwatch.chain.decoding.approvals import standing_approvals
from walletwatch.chain.decoding.kinds import name_kind
from walletwatch.chain.decoding.legs import make_legs
from walletwatch.chain.decoding.movements import trace
from walletwatch.chain.decoding.ownership import recover_owners
from walletwatch.chain.decoding.position import take_position
from walletwatch.chain.decoding.registry import decode_instructions
from walletwatch.chain.decoding.scene import Scene, foreign_programs, protocol_label
from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.activities import Activity, ActivityKind

MAX_PROGRAMS: Final = 64


def decode_transaction(
    result: Mapping[str, Any], wallet: str, *, native_symbol: str = "XNT"
) -> Activity | None:
    """What a transaction did to a wallet.

    Args:
        result: The `result` of `getTransaction` (Solana RPC) in encoding json, jsonParsed or base64, of
            version legacy, 0 or 1, of any age.
        wallet: Address of the watched wallet.
        native_symbol: What the chain calls its own token.

    Returns:
        The activity, or None if the transaction does not concern the wallet.

    Raises:
        MalformedTransaction: The answer has not the shape of a transaction.
    """
    return interpret(parse_transaction(result), wallet, native_symbol=native_symbol)


def interpret(transaction: Transaction, wallet: str, *, native_symbol: str = "XNT") -> Activity | None:
    """The same for a transaction that was parsed before, so that several wallets can share the parsing."""
    signed = wallet in transaction.signers
    if transaction.error is not None:
        return _failed(transaction, wallet) if signed else None
    decoded = decode_instructions(transaction.instructions)
    if any(
        (account.owner_after is None and account.after is not None)
        or (account.owner_before is None and account.before is not None)
        for account in transaction.tokens
    ):
        transaction = recover_owners(transaction, decoded)
    if wallet not in transaction.accounts and not any(
        wallet in {account.owner_before, account.owner_after} for account in transaction.tokens
    ):
        return None
    movements = trace(transaction, decoded)
    position = take_position(transaction, movements, wallet)
    legs = make_legs(position)
    scene = Scene(
        transaction, decoded, movements, position, legs, wallet, signed, foreign_programs(transaction)
    )
    named = name_kind(scene)
    if named is None:
        return None
    kind, facts = named
    approvals = standing_approvals(scene, kind)
    if approvals:
        facts = {**facts, "approvals": approvals}
    return Activity(
        signature=transaction.signature,
        slot=transaction.slot,
        block_time=transaction.block_time,
        wallet=wallet,
        success=True,
        error=None,
        kind=kind,
        legs=legs,
        fee=position.fee,
        rent=position.rent,
        program=protocol_label(transaction),
        programs=_programs(transaction),
        details=MappingProxyType({**facts, **details.common(scene, kind, native_symbol)}),
        after=MappingProxyType(
            {leg.asset: position.after[leg.asset] for leg in legs if leg.asset in position.after}
        ),
    )


def _failed(transaction: Transaction, wallet: str) -> Activity:
    """A failed transaction moves nothing but its fee, and concerns those who signed it."""
    return Activity(
        signature=transaction.signature,
        slot=transaction.slot,
        block_time=transaction.block_time,
        wallet=wallet,
        success=False,
        error=transaction.error,
        kind=ActivityKind.FAILED,
        legs=(),
        fee=transaction.fee if transaction.fee_payer == wallet else 0,
        rent=0,
        program=protocol_label(transaction),
        programs=_programs(transaction),
    )


def _programs(transaction: Transaction) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.program for part in transaction.instructions))[:MAX_PROGRAMS]
