"""Users, chats and messages as the double keeps them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from telegram_double.fields import Json
from telegram_double.texts import FormattedText


@dataclass(slots=True)
class User:
    """A person or the bot."""

    id: int
    first_name: str
    is_bot: bool = False
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_premium: bool = False
    deactivated: bool = False

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name

    def wire(self) -> Json:
        """The User object of the Bot API."""
        answer: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if getattr(self, name) is not None:
                answer[name] = getattr(self, name)
        if self.is_premium:
            answer["is_premium"] = True
        return answer


class MemberStatus(StrEnum):
    """Status of a ChatMember."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"

    @property
    def present(self) -> bool:
        """Is in the chat."""
        return self not in {MemberStatus.LEFT, MemberStatus.KICKED}

    @property
    def privileged(self) -> bool:
        """Is an administrator or the owner."""
        return self in {MemberStatus.CREATOR, MemberStatus.ADMINISTRATOR}


class ChatType(StrEnum):
    """Type of a Chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(slots=True)
class Revision:
    """A message's content before an edit.

    Attributes:
        at: Wall-clock time (seconds since 1970) from which it was shown.
    """

    content: FormattedText
    reply_markup: Json | None
    at: float


@dataclass(slots=True)
class Message:
    """A message in a chat.

    Attributes:
        author_id: Who made it.
        signed: The Bot API shows the author; channel posts are shown as from the channel.
        content: Text, or the caption if there is an attachment.
        attachment: Everything else of the Message object: ``document``, ``photo``, ``new_chat_members`` …
        accepted_at: Wall-clock time at which the double accepted it.
        accepted_clock: The same on the double's clock.
        seq: Cursor of the event that announced it; ``changed_seq`` of the latest change.
    """

    chat_id: int
    message_id: int
    author_id: int
    content: FormattedText
    accepted_at: float
    accepted_clock: float
    signed: bool = True
    attachment: dict[str, Any] = field(default_factory=dict)
    reply_markup: Json | None = None
    reply_to: Json | None = None
    quote: Json | None = None
    edited_at: float | None = None
    deleted_at: float | None = None
    revisions: list[Revision] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    seq: int = 0
    changed_seq: int = 0

    @property
    def has_caption(self) -> bool:
        """The content is a caption of an attachment."""
        return bool(self.attachment)

    @property
    def is_service(self) -> bool:
        """A notice of the chat itself (somebody joined …), which cannot be edited or forwarded."""
        return bool(self.attachment) and not ({"document", "photo", "invoice"} & self.attachment.keys())

    def inline_buttons(self) -> list[Json]:
        """The buttons under the message, row by row."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(slots=True)
class Chat:
    """A chat the bot knows.

    Attributes:
        started: Private chats only: the person has written to the bot, so the bot may write to them.
        members: Status by user id, the bot included; private chats have none but the bot's, which is KICKED
            while the person blocks it.
        pinned: Message ids, the latest last.
        migrated_to: Id of the supergroup this group became.
        unread: Messages from the bot the page has not shown yet.
    """

    id: int
    type: ChatType
    title: str | None = None
    username: str | None = None
    started: bool = False
    members: dict[int, MemberStatus] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    migrated_to: int | None = None
    deleted: bool = False
    is_forum: bool = False
    unread: int = 0
    menu_button: Json | None = None
    last_message_id: int = 0
    deleted_messages: int = 0

    @property
    def is_private(self) -> bool:
        """A conversation of one person with the bot."""
        return self.type is ChatType.PRIVATE

    @property
    def noun(self) -> str:
        """How Telegram's errors call it."""
        return {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}.get(
            self.type.value, "private chat"
        )
