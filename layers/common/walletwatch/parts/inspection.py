"""The queues from outside."""

from walletwatch.queueing.inspection import QueuePair, SqsInspection
from walletwatch.settings.queues import QueueSettings
from walletwatch.settings.reading import load


def make_inspection() -> SqsInspection:
    """The queues and their dead-letter queues, from outside."""
    pairs = load(QueueSettings).pairs
    return SqsInspection({name: QueuePair(*urls) for name, urls in pairs.items()})
