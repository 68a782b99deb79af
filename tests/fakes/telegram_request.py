"""A Bot API in memory behind python-telegram-bot: it records calls and refuses what Telegram would refuse."""

import asyncio
import json
from collections import deque
from typing import Any

from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData

from telegram_double.html_mode import parse_html

MAX_UNITS = 4096
MAX_CAPTION_UNITS = 1024
MAX_DATA_BYTES = 64
MAX_TOAST = 200


GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
CHAT: dict[str, Any] = {
    "accent_color_id": 0,
    "max_reaction_count": 1,
    "accepted_gift_types": dict.fromkeys(GIFTS, False),
}
"""What every ChatFullInfo has."""


class Refused(AssertionError):
    """A call that Telegram would refuse."""


class FakeRequest(BaseRequest):
    """Answers every method.

    `hangs` names methods that never answer; `files` are those that people sent, `uploads` those of the bot.
    `failures` say how the next calls end: (HTTP status, description, parameters), or None for a success.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failures: deque[tuple[int, str, dict[str, Any]] | None] = deque()
        self.admins: set[int] = set()
        self.chats: dict[str, dict[str, Any]] = {}
        self.memberships: dict[tuple[int, int], dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.hangs: set[str] = set()
        self.uploads: list[tuple[str, bytes]] = []

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
        if "/file/bot" in url:
            return 200, self.files[name]
        if name in self.hangs:
            await asyncio.sleep(3600)
        _validate(name, arguments)
        for file_name, content, _ in request_data.multipart_data.values() if request_data else ():
            # What is streamed is a file's handle.
            sent = content if isinstance(content, bytes) else content.read()
            self.uploads.append((str(file_name), sent))
        self.calls.append((name, arguments))
        failure = self.failures.popleft() if self.failures else None
        if name == "getChat" and str(arguments["chat_id"]) not in self.chats:
            failure = failure or (400, "Bad Request: chat not found", {})
        if failure is not None:
            status, description, parameters = failure
            answer = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
            return status, json.dumps(answer).encode()
        return 200, json.dumps({"ok": True, "result": self._result(name, arguments)}).encode()

    def _told(self, method: str, part: str, arguments: dict[str, Any]) -> str:
        language = arguments.get("language_code")
        told = [each[part] for each in self.of(method) if each.get("language_code") == language]
        return str(told[-1]) if told else ""

    def _result(self, name: str, arguments: dict[str, Any]) -> Any:
        match name:
            case (
                "sendMessage" | "editMessageText" | "editMessageReplyMarkup" | "sendDocument" | "sendPhoto"
                | "editMessageMedia"
            ):  # fmt: skip
                chat_id = int(arguments["chat_id"])
                kind = "private" if chat_id > 0 else "supergroup"
                return {"message_id": len(self.calls), "date": 1, "chat": {"id": chat_id, "type": kind}}
            case "getMyDescription":
                return {"description": self._told("setMyDescription", "description", arguments)}
            case "getMyShortDescription":
                told = self._told("setMyShortDescription", "short_description", arguments)
                return {"short_description": told}
            case "sendInvoice":
                chat_id = int(arguments["chat_id"])
                return {"message_id": len(self.calls), "date": 1, "chat": {"id": chat_id, "type": "private"}}
            case "getChat":
                return CHAT | self.chats[str(arguments["chat_id"])]
            case "getFile":
                file_id = arguments["file_id"]
                size = len(self.files[file_id])
                return {"file_id": file_id, "file_unique_id": "u", "file_size": size, "file_path": file_id}
            case "getChatMember":
                user = int(arguments["user_id"])
                own = self.memberships.get((int(arguments["chat_id"]), user))
                status = "administrator" if user in self.admins or own else "member"
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
                return member | (own or {})
            case _:
                return True


def _validate(name: str, arguments: dict[str, Any]) -> None:
    if name == "answerCallbackQuery" and len(arguments.get("text") or "") > MAX_TOAST:
        raise Refused("a toast is too long")
    if name not in {"sendMessage", "editMessageText", "editMessageReplyMarkup", "sendDocument"}:
        return
    html = arguments.get("parse_mode") == "HTML"
    part, limit = ("caption", MAX_CAPTION_UNITS) if name == "sendDocument" else ("text", MAX_UNITS)
    if part in arguments or name in {"sendMessage", "editMessageText"}:
        text = parse_html(arguments[part]).text if html else arguments[part]
        if not 0 < len(text.encode("utf-16-le")) // 2 <= limit:
            raise Refused("text is empty or too long")
    markup = arguments.get("reply_markup")
    rows = (json.loads(markup) if isinstance(markup, str) else markup or {}).get("inline_keyboard", [])
    for row in rows:
        for button in row:
            if len(button.get("callback_data", "").encode()) > MAX_DATA_BYTES:
                raise Refused("callback_data is too long")
            if not button["text"]:
                raise Refused("a button without text")
