"""What the remembered pools of a maker add to what his history shows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from walletwatch.domain.inspection.creator import MadeToken
from walletwatch.domain.inspection.pulling import MAX_EVIDENCE, Pull, pulls
from walletwatch.domain.pools import KnownPool, PoolPull
from walletwatch.domain.risk import Evidence, Finding


@dataclass(frozen=True, slots=True)
class RememberedPull:
    """A pull that was seen when the pools were last read, wherever it is in its maker's history."""

    pull: PoolPull

    @property
    def mint(self) -> str:
        """Of the token."""
        return self.pull.mint

    @property
    def soon(self) -> bool:
        """Whether it was not long after the token was made."""
        return self.pull.soon

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The withdrawal."""
        taken = f"{round(self.pull.share * 100, 1)} %"
        return (Evidence(self.pull.signature, "liquidity removed", taken, self.pull.slot),)


def all_pulls(tokens: Iterable[MadeToken], pools: Iterable[KnownPool]) -> Sequence[Pull | RememberedPull]:
    """The pull of each token that has any: as its maker's history shows it, else as it is remembered."""
    found: dict[str, Pull | RememberedPull] = {pull.mint: pull for pull in pulls(tokens)}
    for pool in pools:
        if pool.pull is not None:
            found.setdefault(pool.pull.mint, RememberedPull(pool.pull))
    return list(found.values())


def opened(rule: str, pools: Sequence[KnownPool], values: Mapping[str, str]) -> Iterator[Finding]:
    """That somebody opened pools, those that are drained first."""
    if pools:
        ordered = sorted(pools, key=lambda each: not each.drained)
        evidence = tuple(
            Evidence(each.address, "liquidity", "none" if each.drained else "some", each.slot)
            for each in ordered
        )
        told: dict[str, str | int | Decimal] = {
            **values,
            "count": len(pools),
            "drained": sum(each.drained for each in pools),
        }
        yield Finding(rule, evidence[:MAX_EVIDENCE], told)
