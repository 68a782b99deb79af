"""The form of a rule's answer."""

from collections.abc import Mapping
from typing import Any

from walletwatch.domain.activities import ActivityKind

type Named = tuple[ActivityKind, Mapping[str, Any]] | None
"""The kind and its details; None where the rule does not apply."""
