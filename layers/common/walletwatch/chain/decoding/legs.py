"""From a wallet's ledger to legs with counterparties."""

from collections import defaultdict
from collections.abc import Mapping

from walletwatch.chain.decoding.ledgering import WalletLedger
from walletwatch.domain.activities import Leg
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS


def make_legs(ledger: WalletLedger, wallet: str) -> tuple[Leg, ...]:
    """Net movements of value: what was given first, native before tokens.

    What only goes one way has a leg for each counterparty. An exchange has one leg for each asset, whatever
    the number of pools and fee accounts in between.
    """
    amounts = [ledger.native, *ledger.tokens.values()]
    one_way = not (min(amounts) < 0 < max(amounts))
    legs = _native(ledger, wallet, split=one_way)
    for mint, amount in ledger.tokens.items():
        legs += _token(ledger, wallet, mint, amount, split=one_way)
    return tuple(sorted(legs, key=lambda leg: leg.amount > 0))


def _native(ledger: WalletLedger, wallet: str, *, split: bool) -> list[Leg]:
    if not ledger.native:
        return []
    received = _received(ledger, wallet)
    parts = {other: amount for other, amount in received.items() if amount}
    if split and parts and sum(parts.values()) == ledger.native and _one_sign(parts):
        return [Leg(NATIVE, amount, NATIVE_DECIMALS, other) for other, amount in parts.items()]
    # One that gave or took another amount may be a tip or a fee account beside the real counterparty.
    exact = [other for other, amount in parts.items() if amount == ledger.native]
    counterparty = exact[0] if len(exact) == 1 else None
    return [Leg(NATIVE, ledger.native, NATIVE_DECIMALS, counterparty)]


def _received(ledger: WalletLedger, wallet: str) -> Mapping[str, int]:
    """Net lamports from each other account, by the System program's transfers."""
    received: dict[str, int] = defaultdict(int)
    for flow in ledger.flows:
        if flow.source == wallet and flow.destination != wallet:
            received[flow.destination] -= flow.lamports
        elif flow.destination == wallet and flow.source != wallet:
            received[flow.source] += flow.lamports
    return received


def _token(ledger: WalletLedger, wallet: str, mint: str, amount: int, *, split: bool) -> list[Leg]:
    decimals = ledger.decimals.get(mint)
    others = {owner: change for owner, change in ledger.owners[mint].items() if owner != wallet}
    opposite = {owner: change for owner, change in others.items() if (change > 0) != (amount > 0)}
    alone = len(opposite) == len(others)
    if split and alone and len(opposite) > 1 and sum(opposite.values()) == -amount:
        return [Leg(mint, -change, decimals, owner) for owner, change in opposite.items()]
    counterparty = next(iter(opposite)) if len(opposite) == 1 else None
    return [Leg(mint, amount, decimals, counterparty)]


def _one_sign(parts: Mapping[str, int]) -> bool:
    return len({amount > 0 for amount in parts.values()}) == 1
