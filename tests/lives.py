"""Activities with prices, for what is reckoned from them."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from tests.contract.things import WALLET, activity, address
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.money import NATIVE

XNT = 10**9
MINT = address("mint")
DAY = 86_400
T0 = 1_793_491_200
"""2026-11-01 00:00:00 UTC."""
_numbers = count(1)


def note(asset: str, usd: str | None, **fields: Any) -> AssetNote:
    symbol, decimals = ("XNT", 9) if asset == NATIVE else ("BEAR", 6)
    values = {"symbol": symbol, "name": None, "decimals": decimals, "listed": asset == NATIVE}
    return AssetNote(**values | fields, usd=None if usd is None else Decimal(usd))


def did(
    kind: ActivityKind,
    *legs: Leg,
    at: int | None = T0,
    usd: Mapping[str, str | None] | None = None,
    wallet: str = WALLET,
    **fields: Any,
) -> Activity:
    """An activity whose assets had these prices."""
    number = next(_numbers)
    notes = {asset: note(asset, price) for asset, price in (usd or {}).items()}
    values = {"kind": kind, "legs": legs, "block_time": at, "annotation": Annotation(notes)}
    return activity(
        fields.pop("signature", f"t{number}"), fields.pop("slot", number), wallet, **values | fields
    )


def received(amount: int, asset: str = NATIVE, *, whom: str | None = None, **fields: Any) -> Activity:
    leg = Leg(asset, amount, 9 if asset == NATIVE else 6, whom)
    return did(ActivityKind.TRANSFER_IN, leg, **fields)


def sent(amount: int, asset: str = NATIVE, *, whom: str | None = None, **fields: Any) -> Activity:
    leg = Leg(asset, -amount, 9 if asset == NATIVE else 6, whom)
    return did(ActivityKind.TRANSFER_OUT, leg, **fields)


def swapped(gave: tuple[str, int], got: tuple[str, int], **fields: Any) -> Activity:
    legs = [Leg(asset, amount, 9 if asset == NATIVE else 6) for asset, amount in ((gave[0], -gave[1]), got)]
    return did(ActivityKind.SWAP, *legs, **fields)
