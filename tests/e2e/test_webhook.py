"""What the public URL does with what is not Telegram's, and with what Telegram should not send."""

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from devstack.deploy import OPERATIONS_TOKEN
from devstack.stack import BOT_TOKEN
from telegram_double.client import ControlClient
from tests.e2e.conftest import Deployed

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SECRET = "X-Telegram-Bot-Api-Secret-Token"
CORPUS = Path(__file__).parents[3] / "shared/corpus/telegram/updates"
SHIPPED = Path(__file__).parents[1] / "fixtures/telegram"


class Webhook:
    def __init__(self, deployed: Deployed, session: aiohttp.ClientSession) -> None:
        self._url = f"{deployed.deployment.api_url}/telegram"
        self._secret = deployed.deployment.webhook_secret
        self._session = session

    async def post(self, body: bytes, *, secret: str | None = "right") -> int:
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers[SECRET] = self._secret if secret == "right" else secret
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def webhook(deployed: Deployed) -> Any:
    async with aiohttp.ClientSession() as session:
        yield Webhook(deployed, session)


def _message(update_id: int, chat_id: int, text: str) -> bytes:
    person = {"id": chat_id, "is_bot": False, "first_name": "Eve", "language_code": "en"}
    entity = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
    return json.dumps(
        {
            "update_id": update_id,
            "message": {
                "message_id": 1,
                "date": 1_793_000_000,
                "chat": {"id": chat_id, "type": "private", "first_name": "Eve"},
                "from": person,
                "text": text,
                "entities": [entity] if text.startswith("/") else [],
            },
        }
    ).encode()


@pytest.mark.parametrize("secret", [None, "", "wrong", "x" * 256])
async def test_without_telegrams_secret_there_is_no_work(
    webhook: Webhook, telegram: ControlClient, secret: str | None
) -> None:
    before = len(await telegram.calls())
    assert await webhook.post(_message(900_000_001, 1, "/start"), secret=secret) == 401
    assert len(await telegram.calls()) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"{}",
        b'{"update_id": "1"}',
        b"{",
        b"\xff\xfe",
        b'{"update_id": -1}',
    ],
)
async def test_what_is_no_update_is_acknowledged_and_nothing_happens(
    webhook: Webhook, telegram: ControlClient, body: bytes
) -> None:
    before = await _asked_for(telegram)
    assert await webhook.post(body) == 200
    assert await _asked_for(telegram) == before


async def _asked_for(telegram: ControlClient) -> list[str]:
    """What the bot asked Telegram to do; the alarm function looks at the webhook's state at any moment."""
    return [call.method for call in await telegram.calls() if call.method != "getWebhookInfo"]


async def test_a_body_that_no_update_has_is_refused(webhook: Webhook) -> None:
    text = "x" * 1_000_100
    assert await webhook.post(_message(900_000_002, 1, text)) == 413


async def test_the_same_update_twice_is_answered_once(webhook: Webhook, telegram: ControlClient) -> None:
    person = await telegram.add_user("Eve")
    body = _message(900_000_003, person.id, "/help")
    assert await webhook.post(body) == 200
    assert await webhook.post(body) == 200
    answers = [message for message in await telegram.messages(person.id) if message.from_bot]
    assert len(answers) == 1


async def test_every_kind_of_update_is_acknowledged(webhook: Webhook) -> None:
    folder = CORPUS if CORPUS.exists() else SHIPPED
    files = sorted(folder.glob("*.json"))
    assert files
    for number, file in enumerate(files):
        update = json.loads(file.read_text())
        update["update_id"] = 910_000_000 + number
        assert await webhook.post(json.dumps(update).encode()) == 200, file.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/watch 0x52908400098527886E0F7030069857D2E4169EE7", "Ethereum"),
        ("/watch abc", "wrong length"),
        ("/watch 0OIl", "base58"),
        ("/watch", "Which address?"),
        ("/nonsense", "/help"),
    ],
)
async def test_a_person_is_told_what_is_wrong(telegram: ControlClient, text: str, expected: str) -> None:
    person = await telegram.add_user("Eve")
    await telegram.send_text(person.id, text)
    answer = await telegram.wait_for_message(person.id, wait_s=20)
    assert expected in answer.text


async def test_a_label_with_markup_is_only_text(telegram: ControlClient) -> None:
    person = await telegram.add_user("Eve")
    label = "<b>&\u202e</b><script>"
    await telegram.send_text(person.id, f"/watch 9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU {label}")
    answer = await telegram.wait_for_message(person.id, wait_s=20)
    assert "<b>&</b><script>" in answer.text


async def test_health_tells_anybody_no_more_than_its_status(deployed: Deployed) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{deployed.deployment.api_url}/health") as answer,
    ):
        assert answer.status == 200
        report = json.loads(await answer.text())
    # After the tests of operations there may be something wrong, such as a dead letter; work can be done.
    assert report.keys() == {"status"}
    assert report["status"] in {"healthy", "degraded"}


def test_no_function_logged_a_secret(deployed: Deployed) -> None:
    logs = list(deployed.stack.function_logs.glob("*/*.log"))
    assert logs

    for log in logs:
        text = log.read_text()
        assert BOT_TOKEN not in text
        assert deployed.deployment.webhook_secret not in text
        assert OPERATIONS_TOKEN not in text
