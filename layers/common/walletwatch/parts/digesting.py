"""How what is new is told."""

from datetime import timedelta

from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.domain.digests import DigestPolicy
from walletwatch.domain.plans import Plan, Quota
from walletwatch.observability import EmfMetrics
from walletwatch.parts.queues import make_queues
from walletwatch.runtime import SystemClock
from walletwatch.services.digesting import Digesting
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.plans import DigestSettings, PlanSettings
from walletwatch.settings.reading import load
from walletwatch.settings.stores import RetentionSettings
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger


def make_digesting(database: Database, metrics: EmfMetrics) -> Digesting:
    """Telling what is new."""
    clock = SystemClock()
    settings = load(DigestSettings)
    paces = load(PlanSettings).limits[Quota.DIGEST_SECONDS]
    return Digesting(
        ledger=PostgresLedger(database, clock),
        queues=make_queues(),
        renderer=HtmlRenderer(load(ChainSettings).profile),
        clock=clock,
        metrics=metrics,
        retention=load(RetentionSettings).retention,
        policy=DigestPolicy(
            burst=settings.digest_burst,
            interval=timedelta(seconds=paces[Plan.FREE]),
            premium_interval=timedelta(seconds=paces[Plan.PREMIUM]),
        ),
    )
