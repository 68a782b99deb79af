"""`ports.Risks` in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fakes.outage import Outage
from tests.fakes.rows import Tables
from walletwatch.domain.risk_watch import KnownRisk, WatchedRisk


@dataclass
class FakeRisks:
    tables: Tables = field(default_factory=Tables)
    outage: Outage = field(default_factory=Outage)
    known: dict[int, KnownRisk] = field(default_factory=dict)

    async def last(self, wallet_id: int) -> KnownRisk | None:
        self.outage.check()
        return self.known.get(wallet_id)

    async def of_chat(self, chat_id: int) -> Sequence[WatchedRisk]:
        self.outage.check()
        return [
            WatchedRisk(
                row.id, self.tables.wallets[row.wallet_id].address, row.label, self.known.get(row.wallet_id)
            )
            for row in self.tables.subscriptions.values()
            if row.chat_id == chat_id
        ]

    async def keep(self, wallet_id: int, risk: KnownRisk) -> None:
        self.outage.check()
        before = self.known.get(wallet_id)
        if before is None or before.at <= risk.at:
            self.known[wallet_id] = risk
