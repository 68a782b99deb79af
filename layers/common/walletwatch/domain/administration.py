"""What administrators do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something an administrator did.

    Attributes:
        action: The command, such as `retryfailed`.
        details: What it was done to, and what came of it.
        id: Orders the entries; None for one that is not kept yet.
    """

    at: datetime
    user_id: int
    action: str
    details: Mapping[str, str | int]
    id: int | None = None


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries of the audit are asked for.

    Attributes:
        user_id: Who did it; None for all, and so for `action`.
        before: Only entries with a smaller id; None for the newest.
    """

    user_id: int | None = None
    action: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """People are asked to come back later; the watching goes on.

    Attributes:
        note: What they are told beside that; may be empty.
    """

    since: datetime
    user_id: int
    note: str


@dataclass(frozen=True, slots=True)
class Redriven:
    """What came of moving failed messages back.

    Attributes:
        moved: Back in their queue.
        passed_over: Not meant.
        left: Still in the dead-letter queue, about.
    """

    moved: int
    passed_over: int
    left: int
