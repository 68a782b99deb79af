"""The queues, where messages come out."""

from walletwatch.observability import EmfMetrics
from walletwatch.queueing.consumer import Consumer
from walletwatch.settings.reading import InvalidSettings


def make_consumer(url: str | None, metrics: EmfMetrics) -> Consumer:
    """The other end of a queue."""
    if url is None:
        raise InvalidSettings("the URL of this function's queue is missing")
    return Consumer(url, metrics)
