"""Whether its deepest pool is new: nearly all that is pulled is pulled in its first days."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.liquidity import Liquidity
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.shares import between

_HOUR: Final = 3600
_NEW_HOURS: Final = 24
_YOUNG_HOURS: Final = 7 * 24
_LAST_SECOND: Final = int(datetime.max.replace(tzinfo=UTC).timestamp())


def _look(liquidity: Liquidity) -> Iterator[Finding]:
    for pool in liquidity.pools[:1]:
        hours = max(liquidity.read_at - pool.opened_at, 0) // _HOUR
        if hours < _YOUNG_HOURS:
            yield Finding(
                "young_pool",
                (Evidence(pool.address, "open_time", _moment(pool.opened_at), liquidity.slot),),
                {"hours": hours},
                max(
                    between(Decimal(_YOUNG_HOURS - hours), Decimal(0), Decimal(_YOUNG_HOURS - _NEW_HOURS)),
                    Decimal("0.1"),
                ),
            )


def _moment(seconds: int) -> str:
    """A pool's maker may write any 64 bits: what is in no calendar is shown as it is written."""
    if seconds > _LAST_SECOND:
        return str(seconds)
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="minutes")


CHECK = Check("pool_age", (Liquidity,), _look)
