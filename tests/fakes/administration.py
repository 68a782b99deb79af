"""`ports.Administration` in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.fakes.outage import Outage
from tests.fakes.rows import Tables
from walletwatch.domain.administration import AuditEntry, AuditQuery, Maintenance


@dataclass
class FakeAdministration:
    tables: Tables = field(default_factory=Tables)
    outage: Outage = field(default_factory=Outage)
    audited: list[AuditEntry] = field(default_factory=list)

    async def audit(self, entry: AuditEntry) -> None:
        self.outage.check()
        self.audited.append(replace(entry, id=len(self.audited) + 1))

    async def entries(self, query: AuditQuery, *, limit: int) -> Sequence[AuditEntry]:
        self.outage.check()
        return [
            entry
            for entry in reversed(self.audited)
            if query.user_id in {None, entry.user_id}
            and query.action in {None, entry.action}
            and (query.before is None or (entry.id or 0) < query.before)
        ][:limit]

    async def maintenance(self) -> Maintenance | None:
        self.outage.check()
        return self.tables.maintenance

    async def set_maintenance(self, maintenance: Maintenance | None) -> None:
        self.outage.check()
        self.tables.maintenance = maintenance
