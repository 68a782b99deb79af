"""`ports.Risks` in memory."""

from dataclasses import dataclass, field

from tests.fakes.outage import Outage
from walletwatch.domain.risk_watch import KnownRisk


@dataclass
class FakeRisks:
    outage: Outage = field(default_factory=Outage)
    known: dict[int, KnownRisk] = field(default_factory=dict)

    async def last(self, wallet_id: int) -> KnownRisk | None:
        self.outage.check()
        return self.known.get(wallet_id)

    async def keep(self, wallet_id: int, risk: KnownRisk) -> None:
        self.outage.check()
        before = self.known.get(wallet_id)
        if before is None or before.at <= risk.at:
            self.known[wallet_id] = risk
