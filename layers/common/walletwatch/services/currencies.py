"""The rates that values are told by, as a process knows them."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.chats import Chat
from walletwatch.domain.currencies import Currency, Rates
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.currencies import FxRates

FRESH: Final = timedelta(hours=1)
AGAIN: Final = timedelta(minutes=1)
"""Where they could not be read."""

_log = logging.getLogger("walletwatch.currencies")


class FreshRates:
    """Reads the rates into a process, once an hour, and only where somebody is told of another currency.

    Args:
        known: What is filled; views hold it.
    """

    def __init__(self, known: Rates, store: FxRates, clock: Clock, metrics: Metrics) -> None:
        self.known = known
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._next: datetime | None = None

    async def ready(self, chats: Iterable[Chat]) -> None:
        """Know the rates for what these chats are told."""
        if any(chat.settings.currency is not Currency.USD for chat in chats):
            await self.load()

    async def load(self) -> None:
        """Know what is stored; without PostgreSQL what was known stays, and dollars are told else."""
        now = self._clock.now()
        if self._next is not None and now < self._next:
            return
        try:
            self.known.learn(await self._store.quotes(), now.date())
            self._next = now + FRESH
        except StoreUnavailable as error:
            self._metrics.count("FxRatesUnread")
            _log.warning("no rates", extra={"reason": str(error)})
            self._next = now + AGAIN
