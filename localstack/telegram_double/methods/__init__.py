"""The methods of the Bot API."""

from telegram_double.double import Method
from telegram_double.methods import (
    chats,
    editing,
    media,
    messages,
    payments,
    profile,
    queries,
    updates,
)
from telegram_double.methods.registry import collected

METHODS: dict[str, Method] = collected(
    chats.METHODS,
    editing.METHODS,
    media.METHODS,
    messages.METHODS,
    payments.METHODS,
    profile.METHODS,
    queries.METHODS,
    updates.METHODS,
)
