"""Looking for accounts that wallets got: a transfer into a new account changes none that is known."""

import asyncio
import heapq
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.sweep import Belongings, SweptAccount, SweptWallet
from walletwatch.domain.wallets import NewAccount
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Metrics
from walletwatch.ports.watching import WatchStore

ACCOUNTS_PER_CALL: Final = 100
CALLS_PER_ACCOUNT: Final = 0.0105
"""What a round may cost, searches included; a hundredth of a call is needed to look at an account."""
CALLS_ALWAYS: Final = 105
"""What a round may cost at least: as much as one of ten thousand accounts."""
CALLS_PER_SEARCH: Final = 2
"""Two token programs, or two authorities of a stake account."""
MAX_SEARCHES: Final = 25
SEARCH_SECONDS: Final = 5.0
PATIENCE: Final[Mapping[Belongings, int]] = {Belongings.TOKENS: 1, Belongings.STAKES: 4}
"""Stake accounts are looked for a quarter as often: the question is dear to a node and seldom has news."""

_FAILED: Final[Mapping[Belongings, str]] = {
    Belongings.TOKENS: "TokenSearchesFailed",
    Belongings.STAKES: "StakeSearchesFailed",
}

_log = logging.getLogger("walletwatch.searching")


def searches_for(accounts: int) -> int:
    """How many searches a round over so many accounts can afford."""
    looks = math.ceil(accounts / ACCOUNTS_PER_CALL)
    calls = max(CALLS_ALWAYS, math.floor(accounts * CALLS_PER_ACCOUNT)) - looks
    return min(MAX_SEARCHES, max(0, calls) // CALLS_PER_SEARCH)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and for whom."""

    wallet: SweptWallet
    belongings: Belongings


class Rotation:
    """Finds out, while a round goes through the wallets, whose turn it is to be searched."""

    def __init__(self) -> None:
        self._longest_ago: dict[Belongings, list[SweptWallet]] = {each: [] for each in Belongings}

    def offer(self, wallets: Iterable[SweptWallet]) -> None:
        """Take these into account."""
        page = list(wallets)
        for belongings, waiting in self._longest_ago.items():
            self._longest_ago[belongings] = heapq.nsmallest(
                MAX_SEARCHES, chain(waiting, page), key=lambda wallet: wallet.searched(belongings)
            )

    def turns(self, now: datetime, limit: int) -> Sequence[Search]:
        """The searches that have waited the longest, measured by how long each kind may wait."""

        def waited(search: Search) -> timedelta:
            return (now - search.wallet.searched(search.belongings)) / PATIENCE[search.belongings]

        searches = (
            Search(wallet, belongings)
            for belongings, wallets in self._longest_ago.items()
            for wallet in wallets
        )
        return heapq.nlargest(limit, searches, key=waited)


class Searching:
    """Asks the chain for the accounts of wallets, and watches those that are new."""

    def __init__(self, watch: WatchStore, chain: Chain, metrics: Metrics) -> None:
        self._watch = watch
        self._chain = chain
        self._metrics = metrics

    async def run(self, searches: Sequence[Search], at: datetime) -> Sequence[SweptWallet]:
        """Search; what fails is counted, and its turn comes again.

        Args:
            searches: What to look for.
            at: The present moment.

        Returns:
            The wallets that have new accounts, with only these.

        Raises:
            StoreUnavailable: What was found could not be stored; it will be found again.
        """
        answers = await asyncio.gather(*(self._ask(search) for search in searches))
        found: list[SweptWallet] = []
        for search, accounts in zip(searches, answers, strict=True):
            known = {account.address for account in search.wallet.accounts}
            new = [account for account in accounts or () if account.address not in known]
            if new:
                added = await self._watch.add_accounts(search.wallet.id, new)
                swept = [SweptAccount(each.id, each.address, each.kind, each.state) for each in added]
                found.append(replace(search.wallet, accounts=swept))
        for belongings in Belongings:
            asked = [
                (search.wallet.id, answer is not None)
                for search, answer in zip(searches, answers, strict=True)
                if search.belongings is belongings
            ]
            # One that always fails must not block the others; where all fail nobody loses a turn.
            if any(answered for _, answered in asked):
                await self._watch.record_search([wallet_id for wallet_id, _ in asked], belongings, at)
        self._metrics.count("Searches", len(searches))
        return found

    async def _ask(self, search: Search) -> Sequence[NewAccount] | None:
        ask = (
            self._chain.token_accounts
            if search.belongings is Belongings.TOKENS
            else self._chain.stake_accounts
        )
        try:
            async with asyncio.timeout(SEARCH_SECONDS):
                return await ask(search.wallet.address)
        except (ChainUnavailable, ChainRefused, TimeoutError) as error:
            self._metrics.count(_FAILED[search.belongings])
            _log.info("search failed", extra={"belongings": search.belongings.value, "reason": str(error)})
            return None
