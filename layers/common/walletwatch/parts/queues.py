"""The queues, where messages are put in."""

from walletwatch.queueing.sqs import SqsQueues
from walletwatch.settings.queues import QueueSettings
from walletwatch.settings.reading import load


def make_queues() -> SqsQueues:
    """The queues that this function was given."""
    queues = load(QueueSettings)
    return SqsQueues(
        balance_url=queues.balance_queue_url,
        scan_url=queues.scan_queue_url,
        draw_url=queues.draw_queue_url,
        export_url=queues.export_queue_url,
        notification_url=queues.notification_queue_url,
    )
