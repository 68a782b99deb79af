"""The methods of the Bot API."""

from telegram_double.double import Method
from telegram_double.methods import messages, updates
from telegram_double.methods.registry import collected

METHODS: dict[str, Method] = collected(
    messages.METHODS,
    updates.METHODS,
)
