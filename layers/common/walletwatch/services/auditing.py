"""Keeping what administrators do."""

import logging
from collections.abc import Mapping
from typing import Final

from walletwatch.domain.administration import AuditEntry
from walletwatch.ports.common import Clock
from walletwatch.ports.operations import Administration

MAX_DETAIL_LENGTH: Final = 200

_log = logging.getLogger("walletwatch.admin")


class Auditing:
    """Writes to the audit, and to the log."""

    def __init__(self, administration: Administration, clock: Clock) -> None:
        self._administration = administration
        self._clock = clock

    async def record(self, user_id: int, action: str, details: Mapping[str, str | int]) -> None:
        """Keep that an administrator did something; long texts are cut."""
        kept = {
            name: value[:MAX_DETAIL_LENGTH] if isinstance(value, str) else value
            for name, value in details.items()
        }
        _log.info("administrator", extra={"action": action, "details": kept, "user_id": user_id})
        await self._administration.audit(AuditEntry(self._clock.now(), user_id, action, kept))
