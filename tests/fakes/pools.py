"""What is remembered of pools, and who lists them, in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from tests.fakes.outage import Outage
from walletwatch.domain.pools import KnownPool, ListedPool, PoolPull, PoolSeen, SourceState, Suspect

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Row:
    pool: PoolSeen
    most: int
    seen_at: datetime
    drained_at: datetime | None = None
    tvl_usd: Decimal | None = None
    examined_at: datetime | None = None
    tried_at: datetime | None = None
    pull: PoolPull | None = None


@dataclass
class FakePoolCreators:
    """`ports.PoolCreators`."""

    outage: Outage = field(default_factory=Outage)
    rows: dict[str, Row] = field(default_factory=dict)
    states: dict[str, SourceState] = field(default_factory=dict)

    async def sources(self) -> Sequence[SourceState]:
        self.outage.check()
        return [self.states[name] for name in sorted(self.states)]

    async def accept(self, source: str, count: int, at: datetime) -> None:
        self.outage.check()
        self.states[source] = SourceState(source, count, at)

    async def refuse(self, source: str, reason: str, at: datetime) -> None:
        self.outage.check()
        before = self.states.get(source, SourceState(source, None, None))
        self.states[source] = replace(before, refused_at=at, reason=reason[:200])

    async def seen(self) -> Mapping[str, datetime]:
        self.outage.check()
        return {address: row.seen_at for address, row in self.rows.items()}

    async def most(self, addresses: Collection[str]) -> Mapping[str, int]:
        self.outage.check()
        return {address: self.rows[address].most for address in addresses if address in self.rows}

    async def keep(
        self,
        pools: Sequence[PoolSeen],
        drained: Collection[str],
        listed: Mapping[str, Decimal | None],
        at: datetime,
    ) -> None:
        self.outage.check()
        for pool in pools:
            row = self.rows.setdefault(pool.address, Row(pool, pool.lp_supply, at))
            if row.pool.slot > pool.slot:
                continue
            row.pool = replace(row.pool, slot=pool.slot)
            row.most, row.seen_at = max(row.most, pool.lp_supply), at
            row.drained_at = (row.drained_at or at) if pool.address in drained else None
            row.tvl_usd = listed.get(pool.address, row.tvl_usd)

    async def suspects(self, *, money: Collection[str], least: int, limit: int) -> Sequence[Suspect]:
        self.outage.check()
        found: list[tuple[datetime, Suspect]] = []
        for creator in {row.pool.creator for row in self.rows.values()}:
            rows = [row for row in self.rows.values() if row.pool.creator == creator and row.drained_at]
            mints = sorted({mint for row in rows for mint in row.pool.mints} - set(money))
            rows = [row for row in rows if set(row.pool.mints) - set(money)]
            due = any(
                row.examined_at is None or (row.drained_at and row.examined_at < row.drained_at)
                for row in rows
            )
            if due and len(mints) >= least:
                waits = min((row.tried_at for row in rows if row.tried_at), default=NEVER)
                found.append((waits, Suspect(creator, tuple(mints))))
        return [each for _, each in sorted(found, key=lambda each: (each[0], each[1].creator))][:limit]

    async def pools_of(self, mints: Collection[str]) -> Mapping[str, str]:
        self.outage.check()
        return {
            address: row.pool.lp_mint
            for address, row in sorted(self.rows.items())
            if set(row.pool.mints) & set(mints)
        }

    async def examined(self, creator: str, pulls: Sequence[PoolPull], at: datetime) -> None:
        self.outage.check()
        for row in self.rows.values():
            if row.pool.creator == creator:
                row.examined_at = row.tried_at = at
                row.pull = next((each for each in pulls if each.mint in row.pool.mints), None)

    async def postpone(self, creator: str, at: datetime) -> None:
        self.outage.check()
        for row in self.rows.values():
            if row.pool.creator == creator:
                row.tried_at = at

    async def made_by(self, creator: str) -> Sequence[KnownPool]:
        self.outage.check()
        found = [
            KnownPool(address, row.pool.mints, row.drained_at is not None, row.pool.slot, row.pull)
            for address, row in self.rows.items()
            if row.pool.creator == creator
        ]
        return sorted(found, key=lambda each: (each.pull is None, each.address))


@dataclass
class FakePoolList:
    """`ports.PoolList` that names what it is told to, or raises it."""

    source: str
    answer: Sequence[ListedPool] | Exception = ()

    async def pools(self) -> Sequence[ListedPool]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer
