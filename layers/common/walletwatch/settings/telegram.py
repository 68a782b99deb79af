"""Settings of the Bot API, of the dialogue and of who runs the bot."""

from typing import Annotated

import msgspec

from walletwatch.settings.values import PositiveInt


class TelegramSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """The Bot API.

    Attributes:
        telegram_api_url: Without the `/bot<token>` part.
        bot_username: Without `@`; saves a `getMe` at every cold start.
    """

    telegram_api_url: str = "https://api.telegram.org"
    bot_username: str = "x1walletwatchbot"


class RegistrationSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of setWebhook; its URL comes with the deployment's event."""

    webhook_max_connections: Annotated[int, msgspec.Meta(ge=1, le=100)] = 40


class BotSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of the dialogue."""

    updates_per_minute: PositiveInt = 60


class AdminSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Who runs this bot.

    Attributes:
        admin_ids: Telegram's ids of the users who may use the administrators' commands, separated by commas.
        alert_chats: Ids of the chats that are told of alerts; empty for the administrators themselves.
    """

    admin_ids: str = ""
    alert_chats: str = ""

    def __post_init__(self) -> None:
        """Check what the types cannot say."""
        for name, text in (("ADMIN_IDS", self.admin_ids), ("ALERT_CHATS", self.alert_chats)):
            try:
                _numbers(text)
            except ValueError:
                raise ValueError(f"{name} needs whole numbers, separated by commas") from None

    @property
    def admins(self) -> frozenset[int]:
        """The users who may do everything."""
        return frozenset(_numbers(self.admin_ids))

    @property
    def chats(self) -> tuple[int, ...]:
        """Who is told of alerts."""
        return _numbers(self.alert_chats) or _numbers(self.admin_ids)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part.strip())
