"""From a wallet's position to legs, so that for every asset they add up to what the balances say."""

from dataclasses import replace

from walletwatch.chain.decoding.position import Flows, Position
from walletwatch.domain.activities import Leg
from walletwatch.domain.money import NATIVE

type Sides = dict[str | None, int]


def make_legs(position: Position) -> tuple[Leg, ...]:
    """Net movements of value: what was given first, and native before tokens.

    What went one way has a leg for each other side. An exchange has one leg an asset, whatever the number of
    pools and fee accounts in between; only a transfer beside it that is larger than what was exchanged is
    taken for a payment of its own.
    """
    assets = dict.fromkeys([NATIVE, *position.gains])
    assets.update(dict.fromkeys(asset for asset, _ in position.direct))
    exchanged = is_exchange(position)
    legs = [leg for asset in assets for leg in _net(_legs(position, asset, exchanged=exchanged))]
    return tuple(sorted(legs, key=lambda leg: leg.amount > 0))


def _net(legs: list[Leg]) -> list[Leg]:
    """One leg for each other side, and none for one that gave back what it got."""
    if len(legs) < 2:
        return legs
    sums: dict[str | None, Leg] = {}
    for leg in legs:
        earlier = sums.get(leg.counterparty)
        amount = leg.amount + (earlier.amount if earlier else 0)
        sums[leg.counterparty] = replace(leg, amount=amount)
    return [leg for leg in sums.values() if leg.amount]


def is_exchange(position: Position) -> bool:
    """Whether one asset was given and another received."""
    amounts = position.gains.values()
    return bool(amounts) and min(amounts) < 0 < max(amounts)


def _legs(position: Position, asset: str, *, exchanged: bool) -> list[Leg]:
    total = position.gains.get(asset, 0)
    decimals = position.decimals.get(asset)
    direct, invoked = _sides(position.direct, asset), _sides(position.invoked, asset)
    rest = total - sum(direct.values())
    if rest and not invoked and asset != NATIVE and asset not in position.minted | position.burned:
        # A Token-2022 transfer fee, or an account whose owner is not known.
        return [Leg(asset, total, decimals, _only(direct))] if total else []
    if exchanged and rest and sum(map(abs, direct.values())) <= abs(rest):
        return [Leg(asset, total, decimals, None)] if total else []
    legs = _split(asset, direct, decimals)
    if not rest:
        return legs
    if not exchanged and None not in invoked and sum(invoked.values()) == rest and _one_sign(invoked):
        return legs + _split(asset, invoked, decimals)
    return [*legs, Leg(asset, rest, decimals, None if exchanged else _only(invoked))]


def _sides(flows: Flows, asset: str) -> Sides:
    return {other: amount for (moved, other), amount in flows.items() if moved == asset}


def _only(sides: Sides) -> str | None:
    return next(iter(sides)) if len(sides) == 1 else None


def _one_sign(sides: Sides) -> bool:
    return len({amount > 0 for amount in sides.values()}) == 1


def _split(asset: str, sides: Sides, decimals: int | None) -> list[Leg]:
    return [Leg(asset, amount, decimals, other) for other, amount in sides.items()]
