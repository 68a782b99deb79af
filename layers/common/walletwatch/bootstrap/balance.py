"""What the balance function runs."""

from dataclasses import dataclass

from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.broadcasts import make_broadcast_steps
from walletwatch.parts.checking import make_checking
from walletwatch.parts.consumer import make_consumer
from walletwatch.parts.decoding import make_decode
from walletwatch.parts.digesting import make_digesting
from walletwatch.parts.postgres import make_database
from walletwatch.parts.queues import make_queues
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.parts.transactions import make_transactions
from walletwatch.queueing.consumer import Consumer
from walletwatch.runtime import SystemClock
from walletwatch.services.backfilling import Backfilling
from walletwatch.services.broadcasting import BroadcastSteps
from walletwatch.services.checking import Checking
from walletwatch.services.digesting import Digesting
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.queues import QueueSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.watch import PostgresWatchStore


@dataclass(frozen=True, slots=True)
class Balance:
    """What the balance function runs."""

    checking: Checking
    backfilling: Backfilling
    digesting: Digesting
    broadcasting: BroadcastSteps
    consumer: Consumer
    telemetry: Telemetry


def balance() -> Balance:
    """The balance function."""
    metrics = EmfMetrics("balance")
    queue = load(QueueSettings).balance_queue_url
    database = make_database()
    redis = make_redis()
    rpc = make_rpc(metrics)
    chain = RpcChain(rpc)
    backfilling = Backfilling(
        watch=PostgresWatchStore(database),
        subscriptions=PostgresSubscriptionStore(database),
        ledger=PostgresLedger(database, SystemClock()),
        chain=chain,
        transactions=make_transactions(chain, redis, metrics),
        decode=make_decode(),
        queues=make_queues(),
        metrics=metrics,
    )
    digesting = make_digesting(database, metrics)
    checking = make_checking(database, redis, chain, digesting, metrics)
    return Balance(
        checking,
        backfilling,
        digesting,
        make_broadcast_steps(database, metrics),
        make_consumer(queue, metrics),
        make_telemetry("balance", metrics, redis, rpc),
    )
