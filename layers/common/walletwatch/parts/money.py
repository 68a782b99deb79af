"""What people own and what it is worth."""

from walletwatch.chain.account_sums import ChainSums
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.finding import PoolFinder
from walletwatch.chain.prices.markets import ChainMarkets
from walletwatch.chain.staking import ChainStakes
from walletwatch.chain.tokens.collectibles import ChainCollectibles
from walletwatch.chain.tokens.mints import ChainMints
from walletwatch.domain.profile import ChainProfile
from walletwatch.observability import EmfMetrics
from walletwatch.ports.chain import Chain
from walletwatch.runtime import SystemClock
from walletwatch.services.assets import Assets
from walletwatch.services.holdings import Holdings
from walletwatch.services.money import Money
from walletwatch.services.money_reads import MoneyReads
from walletwatch.services.portfolio import Portfolios
from walletwatch.services.quoting import Quoting
from walletwatch.services.valuation import Valuation
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.own_accounts import PostgresOwnAccounts
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer


def make_money(
    profile: ChainProfile,
    chain: Chain,
    redis: RedisServer,
    database: Database,
    metrics: EmfMetrics,
    valuation: Valuation,
) -> Money:
    """The use cases of balances, portfolios and markets."""
    clock = SystemClock()
    cache = RedisCache(redis, metrics)
    markets = None
    if profile.exchange is not None:
        directory = PoolDirectory(chain, profile.exchange, cache=cache, clock=clock, metrics=metrics)
        markets = ChainMarkets(PoolFinder(chain, profile.exchange, directory, clock), clock)
    reads = MoneyReads(
        ChainStakes(chain, clock),
        ChainCollectibles(chain),
        ChainMints(chain),
        markets,
        cache,
        metrics,
        chain=profile.name,
    )
    own = PostgresOwnAccounts(database)
    return Money(
        Holdings(chain, valuation, cache, clock, metrics, profile),
        reads,
        Portfolios(own, ChainSums(chain), valuation, cache, clock, metrics, chain=profile.name),
        Assets(own, valuation, clock, profile),
        valuation,
        Quoting(valuation, reads, profile),
        clock,
    )
