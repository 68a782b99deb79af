"""The HTTP layer of python-telegram-bot without HTTP: records every call and answers as the Bot API does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telegram.request import BaseRequest, RequestData

from telegram_double.html_mode import parse_html
from telegram_double.keyboards import parse_inline_keyboard
from telegram_double.texts import utf16_length
from walletwatch.bot.html_length import MAX_UNITS

BOT = {"id": 111, "is_bot": True, "first_name": "watcher", "username": "watcher_bot"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a Bot API method."""

    method: str
    parameters: Mapping[str, Any]

    @property
    def text(self) -> str:
        return str(self.parameters.get("text", ""))

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """The inline buttons by their label."""
        rows = self.parameters.get("reply_markup", {}).get("inline_keyboard", [])
        return {button["text"]: button for row in rows for button in row}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with `ok: false`."""

    code: int
    description: str
    parameters: Mapping[str, int] = field(default_factory=dict)


class FakeTelegramRequest(BaseRequest):
    """Takes what Telegram takes: HTML, lengths and keyboards are checked by the double's own rules.

    Attributes:
        calls: Everything that was asked, refused calls included.
        refusals: By method, what it answers instead of a result; an exception is raised in its place.
        member_status: What `getChatMember` says of everybody.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.refusals: dict[str, Refusal | Exception] = {}
        self.member_status = "member"

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        call = Call(url.rpartition("/")[2], request_data.parameters if request_data else {})
        self.calls.append(call)
        _check(call)
        refusal = self.refusals.get(call.method)
        if isinstance(refusal, Exception):
            raise refusal
        if refusal is not None:
            return refusal.code, _body(
                ok=False,
                error_code=refusal.code,
                description=refusal.description,
                parameters=dict(refusal.parameters),
            )
        return 200, _body(ok=True, result=self._result(call))

    def of(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method == method]

    def _result(self, call: Call) -> object:
        match call.method:
            case "sendMessage" | "editMessageText":
                chat = {"id": call.parameters["chat_id"], "type": "private", "first_name": "x"}
                return {
                    "message_id": len(self.calls),
                    "date": 0,
                    "chat": chat,
                    "from": BOT,
                    "text": call.text,
                }
            case "getChatMember":
                user = {"id": call.parameters["user_id"], "is_bot": False, "first_name": "x"}
                return {"status": self.member_status, "user": user, **_RIGHTS}
            case "answerCallbackQuery" | "setWebhook" | "setMyCommands":
                return True
            case method:
                raise AssertionError(f"the bot called {method}")


_RIGHTS = dict.fromkeys(
    (
        "can_be_edited",
        "is_anonymous",
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
    ),
    False,
)


def _check(call: Call) -> None:
    parameters = call.parameters
    if call.method in {"sendMessage", "editMessageText"}:
        plain = parse_html(call.text).text if parameters.get("parse_mode") == "HTML" else call.text
        assert 0 < utf16_length(plain) <= MAX_UNITS
    if "reply_markup" in parameters and "inline_keyboard" in parameters["reply_markup"]:
        parse_inline_keyboard(parameters["reply_markup"])
    if call.method == "answerCallbackQuery":
        assert len(parameters.get("text", "")) <= 200


def _body(**answer: object) -> bytes:
    return json.dumps(answer).encode()
