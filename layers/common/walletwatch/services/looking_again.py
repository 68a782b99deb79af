"""Looking again at the risk of watched wallets that a change of the lists concerns."""

import logging
from datetime import timedelta
from typing import Final

from walletwatch.domain.lists import Dealer
from walletwatch.domain.work import RiskCheck
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.listing import Dealings
from walletwatch.ports.queueing import Queues

DEALT_WITHIN: Final = timedelta(days=90)
PAGE: Final = 200
MOST: Final = 1000
"""Wallets a decision; those that dealt with the address lately go first."""

_log = logging.getLogger("walletwatch.lists")


class LookingAgain:
    """Queues a look at an address, and at the watched wallets that dealt with it."""

    def __init__(self, dealings: Dealings, queues: Queues, clock: Clock, metrics: Metrics) -> None:
        self._dealings = dealings
        self._queues = queues
        self._clock = clock
        self._metrics = metrics

    async def at(self, address: str) -> int:
        """Ask for the looks, some minutes from now; says how many wallets dealt with it. Safe to repeat.

        Raises:
            TransientError: Some of them may be asked for already.
        """
        now = self._clock.now()
        cause = f"list {now.isoformat()}"
        await self._queues.check_risks([RiskCheck(address, cause)])
        since = (now - DEALT_WITHIN).date()
        after: Dealer | None = None
        asked = 0
        while asked < MOST:
            page = await self._dealings.dealers(address, since=since, after=after, limit=PAGE)
            checks = [RiskCheck(each.wallet, cause) for each in page if each.wallet != address]
            await self._queues.check_risks(checks)
            asked += len(page)
            if len(page) < PAGE:
                break
            after = page[-1]
        else:
            if await self._dealings.dealers(address, since=since, after=after, limit=1):
                _log.warning(
                    "not all wallets are looked at again", extra={"address": address, "asked": asked}
                )
                self._metrics.count("RiskChecksCut")
        self._metrics.count("RiskChecksOfLists", asked)
        return asked
