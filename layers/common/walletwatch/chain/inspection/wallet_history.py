"""A wallet's history, read once for all who look at it: one call, and a batch of transactions."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.chain.inspection.formerly_own import read_formerly_own
from walletwatch.chain.inspection.funding import activities_of
from walletwatch.chain.inspection.histories import History, history_of, read_page, read_transactions
from walletwatch.chain.inspection.people import WalletPeople
from walletwatch.chain.inspection.traces import Traces, traces_of
from walletwatch.domain.activities import Activity
from walletwatch.domain.conduct import conduct_of
from walletwatch.domain.inspection.conduct import Conduct
from walletwatch.domain.inspection.creator import Deployments
from walletwatch.domain.inspection.funding import FundingChain
from walletwatch.domain.inspection.network import Network
from walletwatch.domain.inspection.traces import Approvals, ClosedMint, GivenAccounts, Nonces
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Facts, Unknown
from walletwatch.ports.chain import Chain
from walletwatch.ports.listing import PoolCreators

HISTORY_FACTS: Final = (
    Conduct, Deployments, FundingChain, Network, Approvals, GivenAccounts, Nonces, ClosedMint,
)  # fmt: skip

NEWEST: Final = 400
"""Transactions that are read; those of whoever has more are told apart as not whole."""


class WalletHistory:
    """Reads the part of a wallet's inspection that its history is."""

    def __init__(self, chain: Chain, profile: ChainProfile, pools: PoolCreators | None = None) -> None:
        self._chain = chain
        self._profile = profile
        self._people = WalletPeople(chain, profile, pools)

    async def read(self, wallet: str, _facts: Facts) -> Facts:
        """`Conduct`, `Approvals`, `ClosedMint` if it was one, and what `WalletPeople` and others give."""
        page = await read_page(self._chain, wallet)
        if isinstance(page, Unknown):
            return dict.fromkeys(HISTORY_FACTS, page)
        newest = [info.signature for info in page.signatures[-NEWEST:]]
        transactions = await read_transactions(self._chain, newest)
        if isinstance(transactions, Unknown):
            return dict.fromkeys(HISTORY_FACTS, transactions)
        history = history_of(wallet, page, transactions)
        # Half a second of decoding for a full history: other parts' answers are not kept waiting for it.
        activities, traces = await asyncio.to_thread(_understand, history)
        whole = history.complete
        people, formerly_own = await asyncio.gather(
            self._people.read(wallet, activities, whole=whole),
            read_formerly_own(self._chain, wallet, traces, whole=whole),
        )
        conduct = conduct_of(
            wallet, activities, _balances(history), labelled=self._profile.labels, whole=whole
        )
        approvals = Approvals(wallet, tuple(traces.approvals.values()), len(history.transactions), whole)
        facts = {Conduct: conduct, Approvals: approvals, **people, **formerly_own}
        return facts if traces.closed is None else {**facts, ClosedMint: traces.closed}


def _understand(history: History) -> tuple[Sequence[Activity], Traces]:
    return activities_of(history), traces_of(history)


def _balances(history: History) -> Mapping[str, tuple[int, int]]:
    found = {}
    for transaction in history.transactions:
        if history.wallet in transaction.accounts:
            place = transaction.accounts.index(history.wallet)
            found[transaction.signature] = transaction.before[place], transaction.after[place]
    return found
