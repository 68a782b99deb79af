"""What the stores in memory remember of a wallet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.fakes.outage import Outage
from tests.fakes.rows import Tables, stored
from walletwatch.domain.suspicion import Counterparty


@dataclass
class FakeHistory:
    """`ports.History` over the tables."""

    tables: Tables
    outage: Outage = field(default_factory=Outage)

    async def counterparties(self, wallet_id: int, limit: int) -> Sequence[Counterparty]:
        self.outage.check()
        rows = [row for (wallet, _), row in self.tables.activities.items() if wallet == wallet_id]
        rows.sort(key=lambda row: (row.slot, row.id), reverse=True)
        found: dict[str, Counterparty] = {}
        for leg in (leg for row in rows[:limit] for leg in stored(row).legs):
            if leg.counterparty is not None:
                before = found.get(leg.counterparty, Counterparty(leg.counterparty, paid=False))
                most = max(before.received_lamports, leg.amount if leg.is_native else 0)
                found[leg.counterparty] = Counterparty(leg.counterparty, before.paid or leg.amount < 0, most)
        return sorted(found.values(), key=lambda each: each.address)

    async def token_accounts(self, wallet_id: int) -> Mapping[str, int]:
        self.outage.check()
        return Counter(row.mint for row in self.tables.accounts_of(wallet_id) if row.mint is not None)
