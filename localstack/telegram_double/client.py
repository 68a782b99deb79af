"""A client of the control API, for the demo and for tests."""

import base64
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp

from telegram_double.records import (
    Answer,
    ApiCall,
    Attempt,
    ChatState,
    Json,
    PaymentState,
    Person,
    Revision,
    SentMessage,
)

__all__ = [
    "Answer",
    "ApiCall",
    "Attempt",
    "ChatState",
    "ControlClient",
    "ControlFailed",
    "NothingArrived",
    "PaymentState",
    "Person",
    "Revision",
    "SentMessage",
]

_SLACK_S = 5.0


class ControlFailed(Exception):
    """The double refused a control request.

    Attributes:
        status: HTTP status of the refusal.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NothingArrived(Exception):
    """The message that was waited for did not come in time."""


class ControlClient:
    """Plays the people and looks inside. Use it as an async context manager.

    Args:
        base_url: The double's address, such as http://127.0.0.1:8081.

    Raises:
        ControlFailed: By every method, when the double refuses.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(
        self,
        verb: str,
        path: str,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        patience_s: float = 30.0,
    ) -> Json:
        if self._session is None:
            raise RuntimeError("ControlClient is an async context manager")
        given = {name: str(value) for name, value in (query or {}).items() if value is not None}
        async with self._session.request(
            verb,
            f"{self.base_url}/control{path}",
            json=None if body is None else {name: value for name, value in body.items() if value is not None},
            params=given,
            timeout=aiohttp.ClientTimeout(total=patience_s),
        ) as response:
            answer: Json = await response.json()
            if response.status >= 400:
                raise ControlFailed(answer.get("error", "refused"), response.status)
            return answer

    # People and chats.

    async def add_user(
        self,
        first_name: str,
        *,
        user_id: int | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "en",
        is_premium: bool = False,
        started: bool = True,
    ) -> Person:
        """Adds a person. ``started``: they have written to the bot before, so it may write to them."""
        user = await self._ask(
            "POST",
            "/users",
            {
                "id": user_id,
                "first_name": first_name,
                "last_name": last_name,
                "username": username,
                "language_code": language_code,
                "is_premium": is_premium,
                "started": started,
            },
        )
        return Person(user["id"], user["first_name"], user.get("username"), user.get("language_code"))

    async def add_chat(
        self,
        kind: str,
        title: str,
        *,
        members: Mapping[int, str] | None = None,
        bot_status: str | None = "member",
        chat_id: int | None = None,
        username: str | None = None,
        is_forum: bool = False,
    ) -> ChatState:
        """Adds a "group", "supergroup" or "channel"; ``members`` maps user ids to a ChatMember status."""
        chat = await self._ask(
            "POST",
            "/chats",
            {
                "type": kind,
                "title": title,
                "members": {str(number): status for number, status in (members or {}).items()},
                "bot_status": bot_status,
                "id": chat_id,
                "username": username,
                "is_forum": is_forum,
            },
        )
        return ChatState.parse(chat)

    async def chats(self) -> list[ChatState]:
        """All chats."""
        return [ChatState.parse(chat) for chat in (await self._ask("GET", "/chats"))["chats"]]

    async def chat(self, chat_id: int) -> ChatState:
        """One chat."""
        return ChatState.parse(await self._ask("GET", f"/chats/{chat_id}"))

    async def set_member(
        self, chat_id: int, user_id: int, status: str, *, by: int | None = None
    ) -> ChatState:
        """Somebody (or the bot, by its id) joins, leaves, is kicked or promoted."""
        path = f"/chats/{chat_id}/members/{user_id}"
        return ChatState.parse(await self._ask("POST", path, {"status": status, "by": by}))

    async def block_bot(self, user_id: int, *, blocked: bool = True) -> None:
        """A person blocks or unblocks the bot."""
        await self._ask("POST", f"/users/{user_id}/block", {"blocked": blocked})

    async def deactivate(self, user_id: int) -> None:
        """A person deletes their account."""
        await self._ask("POST", f"/users/{user_id}/deactivate", {})

    async def migrate(self, chat_id: int) -> ChatState:
        """A group becomes a supergroup, which is returned."""
        return ChatState.parse(await self._ask("POST", f"/chats/{chat_id}/migrate", {}))

    async def delete_chat(self, chat_id: int) -> None:
        """A group is deleted."""
        await self._ask("DELETE", f"/chats/{chat_id}")

    # What people do.

    async def send_text(
        self, chat_id: int, text: str, *, user_id: int | None = None, reply_to_message_id: int | None = None
    ) -> SentMessage:
        """A person writes; ``user_id`` is needed outside private chats."""
        body = {"user_id": user_id, "text": text, "reply_to_message_id": reply_to_message_id}
        return SentMessage.parse(await self._ask("POST", f"/chats/{chat_id}/text", body))

    async def send_file(
        self,
        chat_id: int,
        name: str,
        content: bytes,
        *,
        user_id: int | None = None,
        content_type: str | None = None,
        photo: bool = False,
        caption: str | None = None,
    ) -> SentMessage:
        """A person sends a document, or a photo (PNG, GIF or JPEG)."""
        body = {
            "user_id": user_id,
            "name": name,
            "content": base64.b64encode(content).decode(),
            "content_type": content_type,
            "photo": photo,
            "caption": caption,
        }
        return SentMessage.parse(await self._ask("POST", f"/chats/{chat_id}/file", body))

    async def edit_text(self, chat_id: int, message_id: int, text: str) -> SentMessage:
        """A person edits their message."""
        path = f"/chats/{chat_id}/messages/{message_id}/edit"
        return SentMessage.parse(await self._ask("POST", path, {"text": text}))

    async def press(
        self,
        message: SentMessage,
        *,
        data: str | None = None,
        text: str | None = None,
        user_id: int | None = None,
    ) -> str:
        """A person presses the button with this callback data or label; returns the callback query's id."""
        path = f"/chats/{message.chat_id}/messages/{message.message_id}/press"
        answer = await self._ask("POST", path, {"user_id": user_id, "data": data, "text": text})
        return str(answer["callback_query_id"])

    async def callback_answer(self, callback_query_id: str, *, wait_s: float = 10.0) -> Answer:
        """What the bot answered to a pressed button, waiting for it."""
        path = f"/callbacks/{callback_query_id}"
        answer = await self._ask("GET", path, query={"timeout": wait_s}, patience_s=wait_s + _SLACK_S)
        return Answer(answer["answered"], answer["answer"])

    async def ask_inline(self, user_id: int, query: str, *, offset: str = "") -> str:
        """A person types behind the bot's name; returns the inline query's id."""
        answer = await self._ask("POST", "/inline", {"user_id": user_id, "query": query, "offset": offset})
        return str(answer["inline_query_id"])

    async def inline_answer(self, inline_query_id: str, *, wait_s: float = 10.0) -> Answer:
        """What the bot answered to an inline query, waiting for it."""
        path = f"/inline/{inline_query_id}"
        answer = await self._ask("GET", path, query={"timeout": wait_s}, patience_s=wait_s + _SLACK_S)
        return Answer(answer["answered"], answer["answer"])

    async def choose_inline(self, inline_query_id: str, result_id: str, chat_id: int) -> SentMessage:
        """A person posts a result of an inline query."""
        path = f"/inline/{inline_query_id}/choose"
        return SentMessage.parse(await self._ask("POST", path, {"result_id": result_id, "chat_id": chat_id}))

    async def pay(self, user_id: int, *, message: SentMessage | None = None, link: str | None = None) -> str:
        """A person pays an invoice (a message or a link); returns the id of the query to the bot."""
        body = {
            "user_id": user_id,
            "chat_id": message.chat_id if message else None,
            "message_id": message.message_id if message else None,
            "link": link,
        }
        return str((await self._ask("POST", "/payments", body))["pre_checkout_query_id"])

    async def payment(self, pre_checkout_query_id: str, *, wait_s: float = 10.0) -> PaymentState:
        """What became of a payment, waiting for the bot."""
        path = f"/payments/{pre_checkout_query_id}"
        answer = await self._ask("GET", path, query={"timeout": wait_s}, patience_s=wait_s + _SLACK_S)
        return PaymentState(**answer)

    async def forge_update(self, update: Mapping[str, object]) -> int | None:
        """Queues any Update; returns its number, or None if the bot does not want its kind."""
        number: int | None = (await self._ask("POST", "/updates", {"update": update}))["update_id"]
        return number

    # Looking.

    async def cursor(self) -> int:
        """The place behind everything that happened so far."""
        return int((await self._ask("GET", "/cursor"))["cursor"])

    async def messages(self, chat_id: int, *, since: int = 0) -> list[SentMessage]:
        """A chat's messages that arrived or changed behind a cursor, deleted ones included."""
        answer = await self._ask("GET", f"/chats/{chat_id}/messages", query={"since": since})
        return [SentMessage.parse(message) for message in answer["messages"]]

    async def wait_for_message(
        self,
        chat_id: int | None = None,
        *,
        since: int = 0,
        contains: str = "",
        what: str = "new",
        wait_s: float = 10.0,
    ) -> SentMessage:
        """Waits for a message of the bot behind a cursor.

        Args:
            chat_id: In this chat; anywhere if None.
            since: Cursor: ``cursor()``, or ``seq`` (``changed_seq``) of an earlier message.
            contains: Part of its text or HTML.
            what: "new", "edit" (an edited message) or "any".
            wait_s: Real seconds.

        Raises:
            NothingArrived: The time is over.
        """
        query = {"chat_id": chat_id, "since": since, "contains": contains, "what": what, "timeout": wait_s}
        answer = await self._ask("GET", "/wait", query=query, patience_s=wait_s + _SLACK_S)
        if answer["message"] is None:
            raise NothingArrived(f"no {what} message with {contains!r} in chat {chat_id} within {wait_s} s")
        return SentMessage.parse(answer["message"])

    async def calls(
        self, *, method: str | None = None, status: int | None = None, since: int = 0
    ) -> list[ApiCall]:
        """Bot API calls, oldest first; ``status`` 429 or 403 lists the refusals."""
        query = {"method": method, "status": status, "since": since}
        return [ApiCall(**call) for call in (await self._ask("GET", "/calls", query=query))["calls"]]

    async def counters(self) -> Json:
        """Numbers of calls, messages, updates and attempts."""
        return await self._ask("GET", "/counters")

    async def webhook_log(self, *, update_id: int | None = None) -> list[Attempt]:
        """Attempts to deliver updates, oldest first."""
        answer = await self._ask("GET", "/webhook/log", query={"update_id": update_id})
        return [Attempt(**attempt) for attempt in answer["attempts"]]

    # Switches.

    async def add_fault(
        self,
        method: str,
        kind: str,
        *,
        times: int = 1,
        code: int | None = None,
        description: str | None = None,
        retry_after: int | None = None,
        hold_s: float | None = None,
        chat_id: int | None = None,
    ) -> None:
        """Makes the next calls of a method ("*": any) fail.

        Args:
            method: Its name, or "*".
            kind: "error" (with ``code``, ``description``, ``retry_after``), "bad_gateway", "timeout_before"
                or "timeout_after" (executed, but not answered); the last two hold it ``hold_s`` s.
            times: How many calls.
            code: ``error_code``.
            description: The sentence.
            retry_after: Seconds, for 429.
            hold_s: Real seconds.
            chat_id: Only calls to this chat.
        """
        body = {
            "method": method,
            "kind": kind,
            "times": times,
            "code": code,
            "description": description,
            "retry_after": retry_after,
            "hold_s": hold_s,
            "chat_id": chat_id,
        }
        await self._ask("POST", "/faults", body)

    async def clear_faults(self) -> None:
        """Switches all faults off."""
        await self._ask("DELETE", "/faults")

    async def set_policy(self, **changes: float | Sequence[int]) -> None:
        """Changes Telegram's numbers (see ``telegram_double.policy.Policy``)."""
        await self._ask("POST", "/policy", {"changes": changes})

    async def advance_clock(self, seconds: float) -> None:
        """Moves the double's clock forward."""
        await self._ask("POST", "/clock/advance", {"seconds": seconds})

    async def repeat_updates(self, times: int) -> None:
        """Delivers each of the next updates twice."""
        await self._ask("POST", "/webhook/repeat", {"times": times})

    async def reset(self) -> None:
        """Forgets people, chats, pending updates, faults and records."""
        await self._ask("POST", "/reset", {})
