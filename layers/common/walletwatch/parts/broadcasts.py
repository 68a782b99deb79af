"""How messages to many are queued."""

from walletwatch.bot.views.broadcasts import message
from walletwatch.observability import EmfMetrics
from walletwatch.parts.queues import make_queues
from walletwatch.runtime import SystemClock
from walletwatch.services.broadcasting import BroadcastSteps
from walletwatch.storage.postgres.broadcasts import PostgresBroadcasts
from walletwatch.storage.postgres.database import Database


def make_broadcast_steps(database: Database, metrics: EmfMetrics) -> BroadcastSteps:
    """Queueing messages to many."""
    return BroadcastSteps(PostgresBroadcasts(database), make_queues(), message, SystemClock(), metrics)
