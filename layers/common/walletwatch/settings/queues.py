"""Settings of the queues."""

from collections.abc import Mapping

import msgspec

from walletwatch.settings.reading import InvalidSettings


class QueueSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Where work for the other functions goes; a function is given only the queues it deals with."""

    balance_queue_url: str | None = None
    scan_queue_url: str | None = None
    draw_queue_url: str | None = None
    export_queue_url: str | None = None
    notification_queue_url: str | None = None
    balance_dlq_url: str | None = None
    scan_dlq_url: str | None = None
    draw_dlq_url: str | None = None
    export_dlq_url: str | None = None
    notification_dlq_url: str | None = None

    @property
    def pairs(self) -> Mapping[str, tuple[str, str]]:
        """The URLs of each queue and of its dead-letter queue, by the queue's name.

        Raises:
            InvalidSettings: One is missing.
        """
        found: dict[str, tuple[str, str]] = {}
        for name in ("balance", "scan", "draw", "export", "notification"):
            url, dead = getattr(self, f"{name}_queue_url"), getattr(self, f"{name}_dlq_url")
            if url is None or dead is None:
                raise InvalidSettings(f"{name.upper()}_QUEUE_URL and {name.upper()}_DLQ_URL are both needed")
            found[name] = url, dead
        return found
