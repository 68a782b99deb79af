"""Questions that wait for the bot: pressed buttons, inline queries, payments about to be made."""

import secrets
from dataclasses import dataclass, field

from telegram_double.fields import Json


@dataclass(slots=True)
class CallbackQuery:
    """A pressed button.

    Attributes:
        expires_at: Time of the double's clock.
        answer: ``{"text", "show_alert", "url"}`` once the bot answered.
    """

    id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    expires_at: float
    answer: Json | None = None


@dataclass(slots=True)
class InlineQuery:
    """Something typed behind the bot's name."""

    id: str
    user_id: int
    query: str
    offset: str
    expires_at: float
    answer: Json | None = None


@dataclass(slots=True)
class PreCheckout:
    """A payment that waits for the bot's approval."""

    id: str
    user_id: int
    amount: int
    payload: str
    expires_at: float
    approved: bool | None = None
    error: str | None = None
    charge_id: str | None = None


@dataclass(slots=True)
class Payment:
    """Stars that were paid."""

    charge_id: str
    user_id: int
    amount: int
    payload: str
    at: float
    refunded: bool = False


@dataclass(slots=True)
class Questions:
    """All of them, by id."""

    callbacks: dict[str, CallbackQuery] = field(default_factory=dict)
    inline: dict[str, InlineQuery] = field(default_factory=dict)
    pre_checkouts: dict[str, PreCheckout] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    invoice_links: dict[str, Json] = field(default_factory=dict)
    invoice_payloads: dict[tuple[int, int], str] = field(default_factory=dict)

    @staticmethod
    def new_id() -> str:
        """A fresh identifier of the length Telegram's have."""
        return str(secrets.randbelow(9 * 10**18) + 10**18)
