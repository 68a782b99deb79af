"""What people set about what they are told."""

from walletwatch.observability import EmfMetrics
from walletwatch.parts.postgres import make_reads
from walletwatch.parts.queues import make_queues
from walletwatch.ports.chain import Chain, Tokens
from walletwatch.runtime import SystemClock
from walletwatch.services.alert_desk import AlertDesk
from walletwatch.services.preferring import Preferring
from walletwatch.services.rule_keeping import RuleKeeping
from walletwatch.settings.plans import PlanSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.alert_rules import PostgresAlertRules
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.past import PostgresPast
from walletwatch.storage.postgres.preferences import PostgresPreferences
from walletwatch.storage.postgres.samples import PostgresSamples
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore


def make_alert_desk(chain: Chain, tokens: Tokens, database: Database, metrics: EmfMetrics) -> AlertDesk:
    """The rules and the settings of alerts."""
    clock = SystemClock()
    subscriptions = PostgresSubscriptionStore(database)
    return AlertDesk(
        Preferring(subscriptions, PostgresPreferences(database), make_queues(), clock),
        RuleKeeping(
            rules=PostgresAlertRules(database, clock),
            subscriptions=subscriptions,
            past=PostgresPast(make_reads(database, metrics)),
            samples=PostgresSamples(database),
            chain=chain,
            tokens=tokens,
            clock=clock,
            limits=load(PlanSettings).limits,
        ),
    )
