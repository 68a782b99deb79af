"""What people say of what they are told."""

from dataclasses import dataclass

from walletwatch.services.preferring import Preferring
from walletwatch.services.rule_keeping import RuleKeeping


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """The use cases of the commands about alerts.

    Attributes:
        preferring: What is not told, and what waits.
        rules: What is asked for.
    """

    preferring: Preferring
    rules: RuleKeeping
