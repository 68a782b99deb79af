"""How long a claim to an update of Telegram lasts, in whichever store it is."""

from datetime import timedelta
from typing import Final

CLAIM_PERIOD: Final = timedelta(seconds=30)
"""Longer than the webhook function may run; a claim that ends was held by one that was killed."""
DONE_PERIOD: Final = timedelta(hours=24)
"""As long as Telegram keeps an update for redelivery."""
