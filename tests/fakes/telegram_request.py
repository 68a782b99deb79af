"""A Bot API in memory behind python-telegram-bot: it records calls and refuses what Telegram would refuse."""

import asyncio
import json
from collections import deque
from typing import Any

from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData

from telegram_double.arguments import Upload
from telegram_double.errors import ApiError
from tests.fakes.telegram_rules import Shown, TelegramRules

NOT_MODIFIED = "message is not modified"
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
CHAT: dict[str, Any] = {
    "accent_color_id": 0,
    "max_reaction_count": 1,
    "accepted_gift_types": dict.fromkeys(GIFTS, False),
}
"""What every ChatFullInfo has."""


class FakeRequest(BaseRequest):
    """Answers every method.

    `hangs` names methods that never answer; `files` are those that people sent, `uploads` those of the bot.
    `failures` say how the next calls end: (HTTP status, description, parameters), or None for a success.
    `refused` are the calls that Telegram would not have taken, and was not told to refuse.
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
        self.refused: list[str] = []
        self._rules = TelegramRules()

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
        arguments: dict[str, Any] = dict(request_data.parameters) if request_data else {}
        if "/file/bot" in url:
            return 200, self.files[name]
        if name in self.hangs:
            await asyncio.sleep(3600)
        files = _files(request_data)
        self.uploads += [(file.name, file.content) for file in files.values()]
        self.calls.append((name, arguments))
        shown: Shown | None = None
        failure = self.failures.popleft() if self.failures else None
        if failure is None:
            try:
                shown = self._rules.check(name, arguments, files)
            except ApiError as error:
                self._refuse(name, error)
                failure = (error.code, error.description, error.parameters)
        if name == "getChat" and str(arguments["chat_id"]) not in self.chats:
            failure = failure or (400, "Bad Request: chat not found", {})
        if failure is not None:
            status, description, parameters = failure
            answer = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
            return status, json.dumps(answer).encode()
        result = self._result(name, arguments)
        if shown is not None and "chat_id" in arguments:
            number = int(arguments.get("message_id") or result["message_id"])
            self._rules.sent(int(arguments["chat_id"]), number, shown)
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def _refuse(self, name: str, error: ApiError) -> None:
        """A message that is what it should be already is no fault of the bot's."""
        if NOT_MODIFIED not in error.description:
            self.refused.append(f"{name}: {error.description}")

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


def _files(request_data: RequestData | None) -> dict[str, Upload]:
    """What is uploaded with a call, by the part's name; what is streamed is a file's handle."""
    parts = request_data.multipart_data.items() if request_data else ()
    return {
        part: Upload(str(name), content if isinstance(content, bytes) else content.read(), kind)
        for part, (name, content, kind) in parts
    }
