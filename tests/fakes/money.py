"""The use cases of money over a chain in memory, and what is remembered of prices and wallets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tests.fakes.alerting import FakeSamples
from tests.fakes.cache import FakeCache
from tests.fakes.rows import Tables
from tests.fakes.stores import FakeStores
from walletwatch.chain.account_sums import ChainSums
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.finding import PoolFinder
from walletwatch.chain.prices.markets import ChainMarkets
from walletwatch.chain.staking import ChainStakes
from walletwatch.chain.tokens.collectibles import ChainCollectibles
from walletwatch.chain.tokens.core_assets import ChainCoreAssets
from walletwatch.chain.tokens.mints import ChainMints
from walletwatch.domain.holdings import OwnWallet, OwnWallets
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.wallets import AccountKind
from walletwatch.ports.chain import Chain, Prices, Tokens
from walletwatch.ports.common import Clock, Metrics
from walletwatch.services.assets import Assets
from walletwatch.services.holdings import Holdings
from walletwatch.services.money import Money
from walletwatch.services.money_reads import MoneyReads
from walletwatch.services.portfolio import Portfolios
from walletwatch.services.quoting import Quoting
from walletwatch.services.valuation import Valuation
from walletwatch.storage.postgres.own_accounts import ACCOUNTS_PER_WALLET


@dataclass
class FakeOwnAccounts:
    """`ports.money.OwnAccounts`."""

    tables: Tables
    history: FakeSamples

    async def own(self, chat_id: int, moment: datetime, also: Collection[str]) -> OwnWallets:
        self.history.outage.check()
        wallets = []
        mints = set(also)
        for row in sorted(self.tables.subscriptions.values(), key=lambda row: row.id):
            if row.chat_id != chat_id:
                continue
            accounts = [
                each
                for each in self.tables.accounts.values()
                if each.wallet_id == row.wallet_id and each.kind is not AccountKind.SYSTEM
            ]
            accounts.sort(key=lambda each: (each.kind is not AccountKind.STAKE, each.id))
            mints |= {each.mint for each in accounts if each.mint is not None}
            shown = accounts[:ACCOUNTS_PER_WALLET]
            wallets.append(
                OwnWallet(
                    row.id,
                    self.tables.wallets[row.wallet_id].address,
                    row.label,
                    tuple(each.address for each in shown),
                    frozenset(each.mint for each in shown if each.mint is not None),
                    len(accounts) - len(shown),
                )
            )
        return OwnWallets(tuple(wallets), await self.history.price_at(mints, moment))


def money_over(
    chain: Chain,
    stores: FakeStores,
    clock: Clock,
    metrics: Metrics,
    profile: ChainProfile,
    *,
    prices: Prices,
    tokens: Tokens,
    history: FakeSamples,
) -> Money:
    """What an instance builds, each with a cache of its own."""
    cache = FakeCache(clock)
    valuation = Valuation(prices, tokens)
    own = FakeOwnAccounts(stores.tables, history)
    markets = None
    if profile.exchange is not None:
        directory = PoolDirectory(chain, profile.exchange, cache=cache, clock=clock, metrics=metrics)
        markets = ChainMarkets(PoolFinder(chain, profile.exchange, directory, clock), clock)
    reads = MoneyReads(
        ChainStakes(chain, clock),
        ChainCollectibles(chain),
        ChainCoreAssets(chain),
        ChainMints(chain),
        markets,
        cache,
        metrics,
        chain=profile.name,
    )
    return Money(
        Holdings(chain, valuation, cache, clock, metrics, profile),
        reads,
        Portfolios(own, ChainSums(chain), valuation, cache, clock, metrics, profile=profile),
        Assets(own, valuation, clock, profile),
        valuation,
        Quoting(reads, profile),
        clock,
    )
