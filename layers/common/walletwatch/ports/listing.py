"""Lists that come from outside, and whom a change of the lists concerns."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from walletwatch.domain.inspection.creator import MadeToken
from walletwatch.domain.lists import Dealer
from walletwatch.domain.pools import KnownPool, ListedPool, PoolPull, PoolSeen, SourceState, Suspect
from walletwatch.domain.risk import Unknown


class Dealings(Protocol):
    """Whom watched wallets dealt with, to the day (PostgreSQL); `Ledger` adds to it."""

    async def dealers(
        self, address: str, *, since: date, after: Dealer | None, limit: int
    ) -> Sequence[Dealer]:
        """Wallets watched by an active chat that dealt with an address, those of the newest day first.

        Args:
            address: A counterparty, or a program.
            since: The first day that counts.
            after: The last one of the page before.
            limit: At most so many.
        """

    async def forget(self, before: date) -> int:
        """Delete what was last so long ago; how much there was."""


class PoolList(Protocol):
    """Somebody's list of an exchange's pools."""

    source: str
    """Its name as people read it."""

    async def pools(self) -> Sequence[ListedPool]:
        """All pools that it names, each once.

        Raises:
            SourceRefused: It answered what is no list, or one that cannot be trusted.
            SourceUnavailable: It did not answer.
        """


class ExchangePools(Protocol):
    """An exchange's pools as the chain has them."""

    async def listed(self) -> Sequence[str]:
        """The addresses of all of them.

        Raises:
            ChainRefused: Many providers do not list a program's accounts.
        """

    async def read(self, addresses: Sequence[str]) -> Sequence[PoolSeen]:
        """Those of at most 100 addresses that are pools of the exchange; four calls."""

    async def deeds(
        self, creator: str, mints: Collection[str], lp_mints: Mapping[str, str]
    ) -> Sequence[MadeToken] | Unknown:
        """What somebody did with those of the tokens that he certainly made, at a known time.

        Args:
            creator: Who.
            mints: Of the tokens.
            lp_mints: Of the pools that the tokens are in, with the pools' addresses.
        """


class PoolCreators(Protocol):
    """What is remembered of pools and of those who list them (PostgreSQL)."""

    async def sources(self) -> Sequence[SourceState]:
        """How each list from outside is, by name."""

    async def accept(self, source: str, count: int, at: datetime) -> None:
        """Its answer was good."""

    async def refuse(self, source: str, reason: str, at: datetime) -> None:
        """Its answer was not taken; the last good one stays."""

    async def seen(self) -> Mapping[str, datetime]:
        """When each known pool was last read."""

    async def most(self, addresses: Collection[str]) -> Mapping[str, int]:
        """The most LP tokens that each of these was ever seen to have; unknown pools are absent."""

    async def keep(
        self,
        pools: Sequence[PoolSeen],
        drained: Collection[str],
        listed: Mapping[str, Decimal | None],
        at: datetime,
    ) -> None:
        """Remember pools as they were read. An older slot never replaces a newer one.

        Args:
            pools: As the chain has them.
            drained: Those whose liquidity is gone.
            listed: Those that the API lists, with the dollars that it says are in them.
            at: When they were read.
        """

    async def suspects(self, *, money: Collection[str], least: int, limit: int) -> Sequence[Suspect]:
        """Those with drained pools that were not examined since, the longest waiting first.

        Args:
            money: Mints that nobody is suspected for.
            least: So many tokens must be concerned.
            limit: At most so many.
        """

    async def pools_of(self, mints: Collection[str]) -> Mapping[str, str]:
        """The pools that trade any of these, whoever made them, with their LP mints; at most 50."""

    async def examined(self, creator: str, pulls: Sequence[PoolPull], at: datetime) -> None:
        """A creator was looked into; each pull is noted at the pools of its token."""

    async def postpone(self, creator: str, at: datetime) -> None:
        """A creator could not be looked into now: the others that wait go first."""

    async def made_by(self, creator: str) -> Sequence[KnownPool]:
        """The pools that somebody made, at most 100."""
