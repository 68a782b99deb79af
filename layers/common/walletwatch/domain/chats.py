"""Chats, their settings and what they watch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from walletwatch.domain.currencies import Currency
from walletwatch.domain.filters import Filter
from walletwatch.domain.quiet import Pace, QuietHours, Timing

DEFAULT_LANGUAGE = "en"
DEFAULT_TIMEZONE = "UTC"
MAX_LABEL_LENGTH = 48


class ChatKind(StrEnum):
    """Telegram's types of chat (Bot API, Chat.type)."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What a chat wants to hear, and how.

    Attributes:
        language: What it has chosen; None to follow Telegram.
        timezone: Name in the IANA database.
        muted: Nothing is sent; the ledger says so for each activity.
        failed: Failed transactions are told too.
        dust: Incoming native transfers below the dust limit are told too.
        spam: What strangers scatter is told too: airdrops to many, and false tokens.
        risk: It is told when the risk of a watched wallet gets worse.
        news: It is told what those who run the bot tell everybody.
        filter: What it does not want to hear of any wallet.
        quiet: When nothing is sent but what is urgent.
        pace: How often it hears.
        digest_hour: Of a daily digest, in its time zone.
        snoozed_until: What comes before is held until then.
        topic: Of a forum: where alerts go (Bot API, message_thread_id); None for the general topic.
        admins_only: Of a group: the bot answers nobody but its administrators.
    """

    language: str | None = None
    timezone: str = DEFAULT_TIMEZONE
    currency: Currency = Currency.USD
    muted: bool = False
    failed: bool = True
    dust: bool = True
    spam: bool = True
    risk: bool = True
    news: bool = True
    filter: Filter = field(default_factory=Filter)
    quiet: QuietHours | None = None
    pace: Pace = Pace.NOW
    digest_hour: int = 9
    snoozed_until: datetime | None = None
    topic: int | None = None
    admins_only: bool = False

    @property
    def timing(self) -> Timing:
        """When it wants to hear."""
        return Timing(self.timezone, self.quiet, self.pace, self.digest_hour, self.snoozed_until)

    def is_muted(self, now: datetime) -> bool:
        """Whether nothing is told at all."""
        until = self.filter.muted_until
        return self.muted or (until is not None and until > now)


@dataclass(frozen=True, slots=True)
class Contact:
    """Who wrote, and where: taken from an Update.

    Attributes:
        title: Of a group or channel.
    """

    chat_id: int
    chat_kind: ChatKind
    user_id: int | None
    username: str | None
    language: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a chat: its person, or whoever brought the bot into the group or channel.

    Attributes:
        user_id: None for a group that nobody has claimed.
        banned: Nothing is answered or told.
        premium_until: The premium plan ends then; None for the free plan.
        quotas: What an administrator has set, by the quota's name; else the plan's hold.
    """

    user_id: int | None = None
    banned: bool = False
    premium_until: datetime | None = None
    quotas: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat the bot knows.

    Attributes:
        language: What Telegram says; `spoken_language` is what it wants.
        active: False after the bot was blocked or removed; nothing is sent until it is heard of again.
        title: Of a group or channel, where it is known.
    """

    chat_id: int
    kind: ChatKind
    language: str = DEFAULT_LANGUAGE
    active: bool = True
    settings: ChatSettings = field(default_factory=ChatSettings)
    owner: Owner = field(default_factory=Owner)
    title: str | None = None

    @property
    def spoken_language(self) -> str:
        """What it is spoken to in."""
        return self.settings.language or self.language


@dataclass(frozen=True, slots=True)
class Subscription:
    """One chat watching one wallet.

    Attributes:
        from_slot: Activities after this slot are told; None until the chain was reached once.
        checked_slot: Up to which slot the wallet was looked at, or blocks were followed; None before that.
        filter: What the chat does not want to hear of this wallet; it stands before the chat's.
    """

    id: int
    chat: Chat
    wallet_id: int
    address: str
    label: str | None
    from_slot: int | None
    paused: bool = False
    checked_slot: int | None = None
    filter: Filter = field(default_factory=Filter)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a request to watch did.

    Attributes:
        created: False where the chat watched this wallet already.
    """

    subscription: Subscription
    created: bool
