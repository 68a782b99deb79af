"""Chats, their settings and what they watch."""

from dataclasses import dataclass, field
from enum import StrEnum

DEFAULT_LANGUAGE = "en"
MAX_LABEL_LENGTH = 48


class ChatKind(StrEnum):
    """Telegram's types of chat (Bot API, Chat.type)."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What a chat wants to hear.

    Attributes:
        muted: Nothing is sent; the ledger says so for each activity.
        failed: Failed transactions are told too.
        dust: Incoming native transfers below the dust limit are told too.
        spam: What strangers scatter is told too: airdrops to many, and false tokens.
        risk: It is told when the risk of a watched wallet gets worse.
    """

    muted: bool = False
    failed: bool = True
    dust: bool = True
    spam: bool = True
    risk: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """Who wrote, and where: taken from an Update."""

    chat_id: int
    chat_kind: ChatKind
    user_id: int | None
    username: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat the bot knows.

    Attributes:
        active: False after the bot was blocked or removed; nothing is sent until it is heard of again.
    """

    chat_id: int
    kind: ChatKind
    language: str = DEFAULT_LANGUAGE
    active: bool = True
    settings: ChatSettings = field(default_factory=ChatSettings)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One chat watching one wallet.

    Attributes:
        from_slot: Activities after this slot are told; None until the chain was reached once.
        checked_slot: Up to which slot the wallet was looked at, or blocks were followed; None before that.
    """

    id: int
    chat: Chat
    wallet_id: int
    address: str
    label: str | None
    from_slot: int | None
    paused: bool = False
    checked_slot: int | None = None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a request to watch did.

    Attributes:
        created: False where the chat watched this wallet already.
    """

    subscription: Subscription
    created: bool
