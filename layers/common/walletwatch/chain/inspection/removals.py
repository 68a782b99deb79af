"""Reading what was taken out of a pool lately.

A swap does not name the LP mint: only what makes or burns LP tokens does (raydium-cp-swap, `deposit` and
`withdraw`). So its history is short, and tells of what matters. A withdrawal is known by what it does: it
leaves less in both vaults, as no swap does.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, MalformedTransaction
from walletwatch.domain.inspection.liquidity import Removal
from walletwatch.domain.prices import ARITHMETIC
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.chain import Chain

READ: Final = 8
"""Transactions, so that those of two pools go in one batch."""


async def read_removals(chain: Chain, lp_mint: str, vaults: tuple[str, str]) -> tuple[Removal, ...] | Unknown:
    """What the newest transactions of an LP mint took out of its pool, newest first; by two calls."""
    try:
        history = await chain.past(lp_mint, not_before=0, limit=READ * 4)
        signatures = [info.signature for info in history if not info.failed][:READ]
        results = await chain.transactions(signatures) if signatures else {}
        read = (read_removal(results[signature], vaults) for signature in signatures)
        return tuple(removal for removal in read if removal is not None)
    except (ChainRefused, ChainUnavailable) as error:
        return unknown(error)
    except MalformedTransaction:
        return Unknown(UnknownReason.UNREADABLE)


def read_removal(result: Mapping[str, Any], vaults: tuple[str, str]) -> Removal | None:
    """What a `getTransaction` result took out of both vaults; None where it left as much in either.

    Raises:
        MalformedTransaction: It has not the shape of a transaction.
    """
    transaction = parse_transaction(result)
    if transaction.error is not None:
        return None
    shares, taken = [], []
    for vault in vaults:
        changes = [token for token in transaction.tokens if token.address == vault]
        before = sum(token.before or 0 for token in changes)
        after = sum(token.after or 0 for token in changes)
        if after >= before:
            return None
        taken.append(before - after)
        shares.append(ARITHMETIC.divide(Decimal(before - after), Decimal(before)))
    return Removal(
        transaction.signature,
        transaction.slot,
        transaction.block_time,
        transaction.fee_payer,
        min(shares).quantize(Decimal("0.0001")),
        (taken[0], taken[1]),
    )
