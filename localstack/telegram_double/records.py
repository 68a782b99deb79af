"""What the control API's client returns."""

from dataclasses import dataclass
from typing import Any, Self

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A user; their private chat has the same number."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What a message said before an edit; ``at`` is the wall-clock time from which it did."""

    text: str
    html: str
    reply_markup: Json | None
    at: float


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message in a chat.

    Attributes:
        text: Text or caption as shown.
        html: The same with its formatting as Telegram HTML.
        attachment: ``document``, ``photo`` … as in the Message object; empty for plain text.
        accepted_at: Wall-clock time, seconds since 1970, at which the double accepted it.
        revisions: What it said before, oldest first.
        seq: Cursor of its arrival; ``changed_seq`` of its latest change.
    """

    chat_id: int
    message_id: int
    from_id: int
    from_bot: bool
    text: str
    html: str
    entities: tuple[Json, ...]
    attachment: Json
    reply_markup: Json | None
    reply_to_message_id: int | None
    accepted_at: float
    edited_at: float | None
    deleted_at: float | None
    revisions: tuple[Revision, ...]
    reactions: tuple[Json, ...]
    extra: Json
    seq: int
    changed_seq: int

    @classmethod
    def parse(cls, value: Json) -> Self:
        """From the JSON of the control API."""
        values = dict(value)
        values["revisions"] = tuple(Revision(**revision) for revision in value["revisions"])
        values["entities"] = tuple(value["entities"])
        values["reactions"] = tuple(value["reactions"])
        return cls(**values)

    @property
    def buttons(self) -> list[Json]:
        """Inline buttons, row by row."""
        return [button for row in (self.reply_markup or {}).get("inline_keyboard", []) for button in row]

    @property
    def button_texts(self) -> list[str]:
        """Labels of the inline buttons."""
        return [button["text"] for button in self.buttons]


@dataclass(frozen=True, slots=True)
class ChatState:
    """A chat as the double knows it."""

    id: int
    type: str
    title: str | None
    username: str | None
    started: bool
    blocked: bool
    bot_status: str
    members: tuple[Json, ...]
    pinned: tuple[int, ...]
    migrated_to: int | None
    unread: int
    message_count: int

    @classmethod
    def parse(cls, value: Json) -> Self:
        """From the JSON of the control API."""
        values = {name: value[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "members": tuple(value["members"]), "pinned": tuple(value["pinned"])})


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A Bot API call the double received. ``status`` is None if a fault left it without an answer."""

    seq: int
    method: str
    arguments: Json
    started_at: float
    finished_at: float
    status: int | None
    description: str | None
    executed: bool
    via: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST to the webhook. ``next_delay_s`` is in seconds of the double's clock."""

    update_id: int
    kind: str
    queue: str
    number: int
    at: float
    clock: float
    seconds: float
    status: int | None
    error: str
    next_delay_s: float | None
    reply_method: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The bot's answer to a button or an inline query."""

    answered: bool
    answer: Json | None


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment. ``approved`` is None while the bot has not answered."""

    approved: bool | None
    error: str | None
    charge_id: str | None
