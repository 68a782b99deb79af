"""When a withdrawal of liquidity is a pull: most of a pool's money, soon, and not put back.

Whoever sells all that he holds, keeps an authority, takes out a small part of the liquidity, or moves it to
another pool has pulled nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.creator import Drain, MadeToken, Removal
from walletwatch.domain.risk import Evidence

MOST: Final = Decimal("0.5")
"""Of a pool's reserve; of what is left, nobody gets out whole any more."""
SOON: Final = 30 * 86_400
"""Seconds after the token was made. What is wound up later may have been honest for as long as it lasted."""
PUT_BACK: Final = 86_400
"""Seconds within which liquidity that is added again was only moved."""
SERIAL: Final = 2
"""Pulls of different tokens from which on it is what somebody does for a living."""
MAX_EVIDENCE: Final = 5


@dataclass(frozen=True, slots=True)
class Pull:
    """Liquidity that the maker of a token took away from those who held it.

    Attributes:
        share: From 0 to 1, of the pool's reserve.
        soon: Whether it was not long after the token was made; so if nobody knows.
    """

    token: MadeToken
    removals: tuple[Removal, ...]
    share: Decimal
    soon: bool

    @property
    def mint(self) -> str:
        """Of the token."""
        return self.token.mint

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The withdrawals."""
        return tuple(
            Evidence(
                removal.deed.signature,
                "liquidity removed",
                f"{removal.drain.before} to {removal.drain.after}",
                removal.deed.slot,
            )
            for removal in self.removals
            if removal.drain is not None
        )[:MAX_EVIDENCE]


def pulls(tokens: Iterable[MadeToken]) -> Sequence[Pull]:
    """The worst pull of each token that has any."""
    found = (max(_pulls(token), key=lambda each: each.share, default=None) for token in tokens)
    return [pull for pull in found if pull is not None]


def _pulls(token: MadeToken) -> Iterator[Pull]:
    by_vault: dict[str, list[tuple[Removal, Drain]]] = defaultdict(list)
    for removal in token.removals:
        if removal.drain is not None and removal.drain.before > 0:
            by_vault[removal.drain.vault].append((removal, removal.drain))
    for taken in by_vault.values():
        share = _share([drain for _, drain in taken])
        last = taken[-1][0]
        if share >= MOST and not _was_put_back(token, last):
            made, at = token.made.at, taken[0][0].deed.at
            soon = made is None or at is None or at - made <= SOON
            yield Pull(token, tuple(removal for removal, _ in taken), share, soon)


def _share(drains: Sequence[Drain]) -> Decimal:
    """What several withdrawals took of one reserve, the oldest first; 0 where it has filled up since."""
    now = drains[-1].now
    if now is None:
        # Others may have added in between, so only a single one tells for itself.
        return max(drain.share for drain in drains)
    if now * 2 >= drains[0].before:
        return Decimal(0)
    left = Decimal(1)
    for drain in drains:
        left *= 1 - drain.share
    return 1 - left


def _was_put_back(token: MadeToken, removal: Removal) -> bool:
    for addition in token.additions:
        if addition.slot <= removal.deed.slot:
            continue
        if addition.at is None or removal.deed.at is None or addition.at - removal.deed.at <= PUT_BACK:
            return True
    return False
