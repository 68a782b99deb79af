"""Reading who holds a token.

`getTokenLargestAccounts` is what was made for it, and what public nodes refuse. Where they do, all token
accounts of the mint are asked for, sliced to what is needed of them; that also tells how many there are.
"""

import asyncio
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.inspection.owners import OwnerReader, read_slice, read_token_account
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.holders import Holders, Holding
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.programs import TOKEN, TOKEN_2022
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.chain import Chain

LARGEST: Final = 20
"""As many as `getTokenLargestAccounts` answers."""
LISTING_SECONDS: Final = 5.0
"""What a list of all token accounts may take: that of a popular token is never worth waiting for."""


@dataclass(frozen=True, slots=True)
class Held:
    """A token account whose owner is not looked at yet."""

    account: str
    owner: str
    amount: int
    frozen: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """The largest token accounts of a mint.

    Attributes:
        owners: How many different owners hold something.
    """

    largest: tuple[Held, ...]
    owners: int | Unknown
    slot: int


class Ranker:
    """Finds the largest token accounts of a mint."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def rank(self, mint: str, program: str) -> Ranking | Unknown:
        """By two calls, one of which may be refused.

        Args:
            mint: Any.
            program: The token program that owns it.
        """
        try:
            addresses = await self._chain.largest_token_accounts(mint)
        except (ChainRefused, ChainUnavailable) as error:
            return await self._list(mint, program, error)
        try:
            accounts = await self._chain.accounts(addresses)
        except (ChainRefused, ChainUnavailable) as error:
            return unknown(error)
        held = []
        for address in addresses:
            account = accounts[address]
            read = None if account is None else read_token_account(account, mint)
            # One that was closed in between holds nothing.
            if read is not None:
                held.append(Held(address, *read))
        slot = max((account.slot for account in accounts.values() if account), default=0)
        whole = len(addresses) < LARGEST
        return _ranking(held, slot, owners_known=whole)

    async def _list(
        self, mint: str, program: str, before: ChainRefused | ChainUnavailable
    ) -> Ranking | Unknown:
        try:
            async with asyncio.timeout(LISTING_SECONDS):
                accounts = await self._chain.token_accounts_of(mint, program)
        except (ChainRefused, ChainUnavailable) as error:
            return unknown(before, error)
        except TimeoutError:
            return Unknown(UnknownReason.TOO_MUCH)
        read = ((account.address, read_slice(account.data)) for account in accounts)
        held = [Held(address, *parts) for address, parts in read if parts is not None]
        return _ranking(held, max((account.slot for account in accounts), default=0))


class HoldersReader:
    """Reads `Holders` of a mint, by three calls."""

    def __init__(self, ranker: Ranker, owners: OwnerReader) -> None:
        self._ranker = ranker
        self._owners = owners

    async def read(self, subject: str, needed: Facts) -> Facts:
        """`Holders` by what is known of the mint (`MintState`); nothing where it is none."""
        mint = needed.get(MintState)
        if mint is None:
            return {}
        return {Holders: mint if isinstance(mint, Unknown) else await self._read(subject, mint)}

    async def _read(self, subject: str, mint: MintState) -> Holders | Unknown:
        ranking = await self._ranker.rank(subject, TOKEN_2022 if mint.token_2022 else TOKEN)
        if isinstance(ranking, Unknown):
            return ranking
        largest = await with_owners(ranking, self._owners)
        if isinstance(largest, Unknown):
            return largest
        return Holders(
            subject, mint.supply, mint.decimals, largest, ranking.owners, ranking.slot or mint.slot
        )


async def with_owners(ranking: Ranking, owners: OwnerReader) -> tuple[Holding, ...] | Unknown:
    """The ranked accounts with what their owners are."""
    try:
        known = await owners.read({held.owner for held in ranking.largest})
    except (ChainRefused, ChainUnavailable) as error:
        return unknown(error)
    return tuple(
        Holding(held.account, known[held.owner], held.amount, held.frozen) for held in ranking.largest
    )


def _ranking(held: Sequence[Held], slot: int, *, owners_known: bool = True) -> Ranking:
    filled = [each for each in held if each.amount]
    largest = heapq.nlargest(LARGEST, filled, key=lambda each: (each.amount, each.account))
    owners = len({each.owner for each in filled}) if owners_known else Unknown(UnknownReason.TOO_MUCH)
    return Ranking(tuple(largest), owners, slot)
