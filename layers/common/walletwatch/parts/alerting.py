"""How people are told what they asked to be told of."""

from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.observability import EmfMetrics
from walletwatch.parts.queues import make_queues
from walletwatch.runtime import SystemClock
from walletwatch.services.alerting import Alerting
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import load
from walletwatch.settings.stores import RetentionSettings
from walletwatch.storage.postgres.alert_ledger import PostgresAlertLedger
from walletwatch.storage.postgres.alert_rules import PostgresAlertRules
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.past import PostgresPast


def make_alerting(database: Database, metrics: EmfMetrics) -> Alerting:
    """Telling what people asked to be told of."""
    clock = SystemClock()
    return Alerting(
        rules=PostgresAlertRules(database, clock),
        ledger=PostgresAlertLedger(database, clock),
        past=PostgresPast(database),
        queues=make_queues(),
        renderer=HtmlRenderer(load(ChainSettings).profile),
        clock=clock,
        metrics=metrics,
        retention=load(RetentionSettings).retention,
    )
