"""What the migrate function runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from walletwatch.parts.logins import write_url
from walletwatch.parts.secrets import read_secrets
from walletwatch.settings.reading import load
from walletwatch.settings.secrets import Secrets
from walletwatch.settings.telegram import AdminSettings, RegistrationSettings, TelegramSettings


@dataclass(frozen=True, slots=True)
class Migration:
    """What a deployment does before it is taken into use."""

    dsn: Callable[[], Awaitable[str]]
    secrets: Secrets
    telegram: TelegramSettings
    max_connections: int
    admins: frozenset[int]

    async def schema(self) -> dict[str, Any]:
        """Bring the schema up to date. Safe to repeat."""
        from walletwatch.storage.postgres.migrate import migrate

        return {"Applied": list(await migrate(await self.dsn()))}

    async def register(self, webhook_url: str) -> dict[str, Any]:
        """Register the webhook and the commands. Safe to repeat."""
        from walletwatch.bot.registration import register

        await register(
            self.secrets.bot_token,
            self.telegram.telegram_api_url,
            webhook_url=webhook_url,
            secret=self.secrets.webhook_secret,
            max_connections=self.max_connections,
            admins=sorted(self.admins),
        )
        return {"WebhookUrl": webhook_url}

    async def unregister(self, webhook_url: str) -> dict[str, Any]:
        """Take the webhook away, unless it is another deployment's by now."""
        from walletwatch.bot.registration import unregister

        removed = await unregister(
            self.secrets.bot_token, self.telegram.telegram_api_url, webhook_url=webhook_url
        )
        return {"Removed": removed}


def migration() -> Migration:
    """The migrate function."""
    return Migration(
        dsn=write_url(),
        secrets=read_secrets(),
        telegram=load(TelegramSettings),
        max_connections=load(RegistrationSettings).webhook_max_connections,
        admins=load(AdminSettings).admins,
    )
