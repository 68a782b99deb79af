"""What the bot tells Telegram when it is deployed, through the double."""

import pytest
from telegram import Bot

from telegram_double.testing import running_double
from tests.integration.telegram_double.conftest import receiving
from walletwatch.bot.commands.table import COMMANDS
from walletwatch.bot.registration import register
from walletwatch.bot.texts import texts

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


async def test_people_see_in_their_language_what_they_can_send_where_they_are() -> None:
    async with running_double() as double, receiving() as receiver:
        ana = await double.control.add_user("Ana", language_code="es")
        for _ in range(2):
            await register(
                double.token,
                double.base_url.removesuffix("/bot"),
                webhook_url=receiver.url,
                secret="a-Secret_of-the-test",
                max_connections=1,
            )
        profile, say = double.double.profile, texts("es")
        for private in (True, False):
            shown = profile.commands_for(
                chat_id=ana.id if private else -1,
                private=private,
                user_id=ana.id,
                administrator=False,
                language="es",
            )
            assert [(item["command"], item["description"]) for item in shown] == [
                (command.name, say(f"command.{command.name}"))
                for command in COMMANDS
                if private or not command.private
            ]
        async with Bot(double.token, base_url=double.base_url) as bot:
            assert (await bot.get_my_description("es")).description == say("profile.description")
            assert (await bot.get_my_short_description("es")).short_description == say("profile.short")
            assert "keys" in (await bot.get_my_short_description()).short_description
