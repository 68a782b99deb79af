"""How histories of wallets are looked at."""

from walletwatch.chain.parsing.belongings import belongings
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.alerting import make_alerting
from walletwatch.parts.decoding import make_decode
from walletwatch.parts.postgres import make_reads
from walletwatch.parts.prices import make_prices
from walletwatch.parts.queues import make_queues
from walletwatch.parts.tokens import make_tokens
from walletwatch.parts.transactions import make_transactions
from walletwatch.runtime import SystemClock
from walletwatch.services.annotating import Annotating
from walletwatch.services.checking import Checking
from walletwatch.services.digesting import Digesting
from walletwatch.services.rewarding import Rewarding
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.following import PostgresFollowStore
from walletwatch.storage.postgres.history import PostgresHistory
from walletwatch.storage.postgres.samples import PostgresSamples
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.watch import PostgresWatchStore
from walletwatch.storage.redis.server import RedisServer


def make_annotating(
    database: Database, redis: RedisServer, chain: RpcChain, metrics: EmfMetrics
) -> Annotating:
    """What is known beside a transaction."""
    profile = load(ChainSettings).profile
    return Annotating(
        tokens=make_tokens(chain, redis, metrics, profile),
        prices=make_prices(chain, redis, metrics, profile, PostgresSamples(database)),
        history=PostgresHistory(make_reads(database, metrics)),
        profile=profile,
        clock=SystemClock(),
        metrics=metrics,
    )


def make_checking(
    database: Database,
    redis: RedisServer,
    chain: RpcChain,
    digesting: Digesting,
    metrics: EmfMetrics,
) -> Checking:
    """Looking at the histories of wallets."""
    return Checking(
        watch=PostgresWatchStore(database),
        subscriptions=PostgresSubscriptionStore(database),
        chain=chain,
        follow=PostgresFollowStore(database),
        transactions=make_transactions(chain, redis, metrics),
        decode=make_decode(),
        find_accounts=belongings,
        annotating=make_annotating(database, redis, chain, metrics),
        rewarding=Rewarding(chain, metrics),
        digesting=digesting,
        alerting=make_alerting(database, metrics),
        queues=make_queues(),
        metrics=metrics,
    )
