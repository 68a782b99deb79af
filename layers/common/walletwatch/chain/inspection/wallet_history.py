"""A wallet's history, read once for all who look at it: one call, and a batch of transactions."""

import asyncio
from collections.abc import Mapping
from typing import Final

from walletwatch.chain.inspection.funding import activities_of
from walletwatch.chain.inspection.histories import History, history_of, read_page, read_transactions
from walletwatch.chain.inspection.people import WalletPeople
from walletwatch.domain.conduct import conduct_of
from walletwatch.domain.inspection.conduct import Conduct
from walletwatch.domain.inspection.creator import Deployments
from walletwatch.domain.inspection.funding import FundingChain
from walletwatch.domain.inspection.network import Network
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Facts, Unknown
from walletwatch.ports.chain import Chain
from walletwatch.ports.listing import PoolCreators

HISTORY_FACTS: Final = (Conduct, Deployments, FundingChain, Network)

NEWEST: Final = 400
"""Transactions that are read; those of whoever has more are told apart as not whole."""


class WalletHistory:
    """Reads the part of a wallet's inspection that its history is."""

    def __init__(self, chain: Chain, profile: ChainProfile, pools: PoolCreators | None = None) -> None:
        self._chain = chain
        self._profile = profile
        self._people = WalletPeople(chain, profile, pools)

    async def read(self, wallet: str, _facts: Facts) -> Facts:
        """`Conduct`, and what `WalletPeople` gives."""
        page = await read_page(self._chain, wallet)
        if isinstance(page, Unknown):
            return dict.fromkeys(HISTORY_FACTS, page)
        newest = [info.signature for info in page.signatures[-NEWEST:]]
        transactions = await read_transactions(self._chain, newest)
        if isinstance(transactions, Unknown):
            return dict.fromkeys(HISTORY_FACTS, transactions)
        history = history_of(wallet, page, transactions)
        # Half a second of decoding for a full history: other parts' answers are not kept waiting for it.
        activities = await asyncio.to_thread(activities_of, history)
        people = await self._people.read(wallet, activities, whole=history.complete)
        conduct = conduct_of(
            wallet, activities, _balances(history), labelled=self._profile.labels, whole=history.complete
        )
        return {Conduct: conduct, **people}


def _balances(history: History) -> Mapping[str, tuple[int, int]]:
    found = {}
    for transaction in history.transactions:
        if history.wallet in transaction.accounts:
            place = transaction.accounts.index(history.wallet)
            found[transaction.signature] = transaction.before[place], transaction.after[place]
    return found
