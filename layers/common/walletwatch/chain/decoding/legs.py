"""From a wallet's position to legs, so that for every asset they add up to what the balances say."""

from walletwatch.chain.decoding.position import Flows, Position
from walletwatch.domain.activities import Leg
from walletwatch.domain.money import NATIVE


def make_legs(position: Position) -> tuple[Leg, ...]:
    """Net movements of value: what was given first, and native before tokens.

    A transfer that the signers wrote themselves has a leg of its own for each other side: a payment, a tip.
    What programs moved has a leg for each other side too if it went one way; in an exchange it has one leg an
    asset, whatever the number of pools and fee accounts in between.
    """
    assets = dict.fromkeys([NATIVE, *position.gains])
    assets.update(dict.fromkeys(asset for asset, _ in position.direct))
    exchanged = is_exchange(position)
    legs = [leg for asset in assets for leg in _legs(position, asset, exchanged=exchanged)]
    return tuple(sorted(legs, key=lambda leg: leg.amount > 0))


def is_exchange(position: Position) -> bool:
    """Whether one asset was given and another received."""
    amounts = position.gains.values()
    return bool(amounts) and min(amounts) < 0 < max(amounts)


def _legs(position: Position, asset: str, *, exchanged: bool) -> list[Leg]:
    total = position.gains.get(asset, 0)
    decimals = position.decimals.get(asset)
    direct, invoked = _sides(position.direct, asset), _sides(position.invoked, asset)
    rest = total - sum(direct.values())
    if rest and not invoked and asset not in position.minted | position.burned:
        # A Token-2022 transfer fee, or an account whose owner is not known: the balances are right.
        other = _only(direct)
        if len(direct) > 1 and rest and asset == NATIVE:
            return [*_split(asset, direct, decimals), Leg(asset, rest, decimals)]
        return [Leg(asset, total, decimals, other)] if total else []
    legs = _split(asset, direct, decimals)
    if not rest:
        return legs
    if not exchanged and None not in invoked and sum(invoked.values()) == rest:
        return legs + _split(asset, invoked, decimals)
    return [*legs, Leg(asset, rest, decimals, None if exchanged else _only(invoked))]


def _sides(flows: Flows, asset: str) -> dict[str | None, int]:
    return {other: amount for (moved, other), amount in flows.items() if moved == asset}


def _only(sides: dict[str | None, int]) -> str | None:
    return next(iter(sides)) if len(sides) == 1 else None


def _split(asset: str, sides: dict[str | None, int], decimals: int | None) -> list[Leg]:
    return [Leg(asset, amount, decimals, other) for other, amount in sides.items()]
