"""A Bot API in memory behind python-telegram-bot: it records calls and refuses what Telegram would refuse."""

import json
from collections import deque
from typing import Any

from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData

from telegram_double.html_mode import parse_html

MAX_UNITS = 4096
MAX_DATA_BYTES = 64


class Refused(AssertionError):
    """A call that Telegram would refuse."""


class FakeRequest(BaseRequest):
    """Answers every method.

    `failures` say how the next calls end: (HTTP status, description, parameters), or None for a success.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failures: deque[tuple[int, str, dict[str, Any]] | None] = deque()
        self.files: list[tuple[str, str, bytes]] = []
        self.admins: set[int] = set()

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None

    def of(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[-1]
        arguments = dict(request_data.parameters) if request_data else {}
        files = request_data.multipart_data if request_data else None
        for field, (file_name, content, _) in (files or {}).items():
            sent = content if isinstance(content, bytes) else content.read()
            self.files.append((field, str(file_name), sent))
        _validate(name, arguments)
        self.calls.append((name, arguments))
        failure = self.failures.popleft() if self.failures else None
        if failure is not None:
            status, description, parameters = failure
            answer = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
            return status, json.dumps(answer).encode()
        return 200, json.dumps({"ok": True, "result": self._result(name, arguments)}).encode()

    def _result(self, name: str, arguments: dict[str, Any]) -> Any:
        match name:
            case "sendMessage" | "editMessageText" | "sendPhoto" | "sendDocument" | "editMessageMedia":
                chat_id = int(arguments["chat_id"])
                kind = "private" if chat_id > 0 else "supergroup"
                return {"message_id": len(self.calls), "date": 1, "chat": {"id": chat_id, "type": kind}}
            case "getChatMember":
                user = int(arguments["user_id"])
                status = "administrator" if user in self.admins else "member"
                member: dict[str, Any] = {
                    "status": status,
                    "user": {"id": user, "is_bot": False, "first_name": "x"},
                }
                if status == "administrator":
                    rights = (
                        "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
                        "can_manage_video_chats", "can_restrict_members", "can_promote_members",
                        "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
                        "can_delete_stories",
                    )  # fmt: skip
                    member |= dict.fromkeys(rights, False)
                return member
            case _:
                return True


def _validate(name: str, arguments: dict[str, Any]) -> None:
    if name not in {"sendMessage", "editMessageText"}:
        return
    html = arguments.get("parse_mode") == "HTML"
    text = parse_html(arguments["text"]).text if html else arguments["text"]
    if not 0 < len(text.encode("utf-16-le")) // 2 <= MAX_UNITS:
        raise Refused("text is empty or too long")
    markup = arguments.get("reply_markup")
    rows = (json.loads(markup) if isinstance(markup, str) else markup or {}).get("inline_keyboard", [])
    for row in rows:
        for button in row:
            if len(button.get("callback_data", "").encode()) > MAX_DATA_BYTES:
                raise Refused("callback_data is too long")
            if not button["text"]:
                raise Refused("a button without text")
