"""Pictures of how a balance went, and of what came and went: read from the movements that are stored."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.chats import Subscription
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE, to_decimal
from walletwatch.domain.pictures import (
    BalanceHistory,
    DrawRequest,
    Flow,
    Flows,
    NothingToDraw,
    Point,
)
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock
from walletwatch.ports.media import Movements
from walletwatch.services.picture_names import PictureNames, wallet_name

STEPS: Final = {
    Lookback.WEEK: timedelta(hours=1),
    Lookback.MONTH: timedelta(hours=6),
    Lookback.QUARTER: timedelta(days=1),
    Lookback.YEAR: timedelta(days=1),
}
"""How long a step of a balance lasts at least: some hundred points, whatever happened."""
DAYS_IN_COLUMN: Final = {Lookback.WEEK: 1, Lookback.MONTH: 1, Lookback.QUARTER: 3, Lookback.YEAR: 7}


class PictureCourses:
    """What a wallet had and moved, over time."""

    def __init__(self, chain: Chain, movements: Movements, names: PictureNames, clock: Clock) -> None:
        self._chain = chain
        self._movements = movements
        self._names = names
        self._clock = clock

    async def balance(self, subscription: Subscription, request: DrawRequest) -> BalanceHistory:
        """Back from what the wallet holds now, by what is stored of its movements.

        Where that leads below nothing, something is missing (a time in which nobody watched the wallet), and
        what was before is not known.
        """
        now = self._clock.now()
        begin = request.period.begins(now)
        assert begin is not None
        balance, (symbol, decimals), known = await asyncio.gather(
            self._chain.wallet_balance(subscription.address),
            self._names.asset(request.asset),
            self._movements.known_since(subscription.wallet_id),
        )
        since = max(begin, known or now)
        changes = await self._movements.changes(
            subscription.wallet_id,
            request.asset,
            since=since,
            up_to_slot=balance.slot,
            step=STEPS[request.period],
        )
        held = _held(balance, request.asset)
        first = held - sum(amount for _, amount in changes)
        amounts = list(accumulate((amount for _, amount in changes), initial=first))
        moments = [since, *(max(at, since) for at, _ in changes)]
        broken = max((index for index, amount in enumerate(amounts) if amount < 0), default=-1)
        points = [
            Point(at, to_decimal(amount, decimals))
            for at, amount in zip(moments[broken + 1 :], amounts[broken + 1 :], strict=True)
        ]
        points.append(Point(now, to_decimal(held, decimals)))
        if not any(point.value for point in points):
            raise NothingToDraw("empty")
        return BalanceHistory(
            wallet_name(subscription), symbol, tuple(points), partial=since > begin or broken >= 0
        )

    async def flows(self, subscription: Subscription, request: DrawRequest) -> Flows:
        """What came and went by days of the person's time zone."""
        now = self._clock.now()
        begin = request.period.begins(now)
        assert begin is not None
        zone = ZoneInfo(request.timezone)
        (symbol, decimals), found, known = await asyncio.gather(
            self._names.asset(request.asset),
            self._movements.flows(
                subscription.wallet_id, request.asset, since=begin, timezone=request.timezone
            ),
            self._movements.known_since(subscription.wallet_id),
        )
        if not found:
            raise NothingToDraw("empty")
        days = DAYS_IN_COLUMN[request.period]
        first, last = begin.astimezone(zone).date(), now.astimezone(zone).date()
        return Flows(
            wallet_name(subscription),
            symbol,
            _columns(found, first, last, days, decimals),
            days,
            partial=known is None or known > begin,
        )


def _held(balance: WalletBalance, asset: str) -> int:
    """Base units of an asset; wrapped native counts as native."""
    mint = WRAPPED_NATIVE_MINT if asset == NATIVE else asset
    own = balance.lamports if asset == NATIVE else 0
    return own + sum(holding.amount for holding in balance.holdings if holding.mint == mint)


def _columns(
    found: Sequence[tuple[date, int, int]], first: date, last: date, days: int, decimals: int
) -> tuple[Flow, ...]:
    """Columns of so many days each, the last one of which ends with the last day."""
    count = -(-((last - first).days + 1) // days)
    begin = last - timedelta(days=count * days - 1)
    came, went = [0] * count, [0] * count
    for day, received, sent in found:
        index = min(max(0, (day - begin).days // days), count - 1)
        came[index] += received
        went[index] += sent
    return tuple(
        Flow(
            begin + timedelta(days=index * days),
            to_decimal(came[index], decimals),
            to_decimal(went[index], decimals),
        )
        for index in range(count)
    )
