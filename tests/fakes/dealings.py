"""`ports.Dealings` over the tables in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.fakes.outage import Outage
from tests.fakes.rows import Tables
from walletwatch.domain.lists import Dealer


@dataclass
class FakeDealings:
    tables: Tables = field(default_factory=Tables)
    outage: Outage = field(default_factory=Outage)

    async def dealers(
        self, address: str, *, since: date, after: Dealer | None, limit: int
    ) -> Sequence[Dealer]:
        self.outage.check()
        found = [
            Dealer(wallet_id, self.tables.wallets[wallet_id].address, day)
            for (met, wallet_id), day in self.tables.dealings.items()
            if met == address and day >= since and self.tables.watched(wallet_id)
        ]
        found.sort(key=_order)
        return [each for each in found if after is None or _order(each) > _order(after)][:limit]

    async def forget(self, before: date) -> int:
        self.outage.check()
        gone = [key for key, day in self.tables.dealings.items() if day < before]
        for key in gone:
            del self.tables.dealings[key]
        return len(gone)


def _order(dealer: Dealer) -> tuple[int, int]:
    return -dealer.dealt_on.toordinal(), dealer.wallet_id
