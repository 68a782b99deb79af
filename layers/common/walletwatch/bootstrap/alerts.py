"""What the alerts function runs."""

from dataclasses import dataclass

from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.alerting import make_alerting
from walletwatch.parts.digesting import make_digesting
from walletwatch.parts.postgres import make_database
from walletwatch.parts.prices import make_prices
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.runtime import SystemClock
from walletwatch.services.alert_rounds import AlertRounds
from walletwatch.services.telemetry import Telemetry
from walletwatch.services.watched_balances import WatchedBalances
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.alert_rules import PostgresAlertRules
from walletwatch.storage.postgres.past import PostgresPast
from walletwatch.storage.postgres.samples import PostgresSamples
from walletwatch.storage.redis.leases import RedisLeases


@dataclass(frozen=True, slots=True)
class Alerts:
    """What the alerts function runs."""

    service: AlertRounds
    telemetry: Telemetry


def alerts() -> Alerts:
    """The alerts function."""
    metrics = EmfMetrics("alerts")
    clock = SystemClock()
    database = make_database()
    redis = make_redis()
    rpc = make_rpc(metrics)
    chain = RpcChain(rpc)
    past = PostgresPast(database)
    service = AlertRounds(
        rules=PostgresAlertRules(database, clock),
        alerting=make_alerting(database, metrics),
        digesting=make_digesting(database, metrics),
        balances=WatchedBalances(chain, past),
        prices=make_prices(chain, redis, metrics, load(ChainSettings).profile),
        samples=PostgresSamples(database),
        past=past,
        leases=RedisLeases(redis),
        clock=clock,
        metrics=metrics,
    )
    return Alerts(service, make_telemetry("alerts", metrics, redis, rpc))
