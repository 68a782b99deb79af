"""`ports.Administration` in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fakes.outage import Outage
from tests.fakes.rows import Tables
from walletwatch.domain.administration import AuditEntry, Maintenance


@dataclass
class FakeAdministration:
    tables: Tables = field(default_factory=Tables)
    outage: Outage = field(default_factory=Outage)
    audited: list[AuditEntry] = field(default_factory=list)

    async def audit(self, entry: AuditEntry) -> None:
        self.outage.check()
        self.audited.append(entry)

    async def entries(self, limit: int) -> Sequence[AuditEntry]:
        self.outage.check()
        return self.audited[::-1][:limit]

    async def maintenance(self) -> Maintenance | None:
        self.outage.check()
        return self.tables.maintenance

    async def set_maintenance(self, maintenance: Maintenance | None) -> None:
        self.outage.check()
        self.tables.maintenance = maintenance
