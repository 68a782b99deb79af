"""What a chat writes down about its wallets, in which order it sees them, and the lists it shares."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.chats import MAX_LABEL_LENGTH, Subscription
from walletwatch.domain.risk_watch import KnownRisk

MAX_TAGS: Final = 10
MAX_TAG_LENGTH: Final = 24
MAX_NOTE_LENGTH: Final = 500
SHARED_FOR: Final = timedelta(days=30)
MAX_SHARES: Final = 10
"""Links that a chat may have open; an older one ends when there is one more."""

_KEY_DIGITS: Final = 10
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LINES: Final = "\n"
_NUMBERS: Final = re.compile(r"(\D*)(\d*)")


class UnfitText(ValueError):
    """A label, a tag or a note that cannot be kept.

    Attributes:
        reason: label_too_long, note_too_long, tag_too_long or tag_characters.
        limit: How many characters there may be.
    """

    def __init__(self, reason: str, limit: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.limit = limit


def label_of(text: str) -> str | None:
    """What was written as a label, in one line and without characters that nobody sees; None for nothing.

    Raises:
        UnfitText: It is too long.
    """
    label = " ".join(_visible(text).split())
    if len(label) > MAX_LABEL_LENGTH:
        raise UnfitText("label_too_long", MAX_LABEL_LENGTH)
    return label or None


def note_of(text: str) -> str | None:
    """What was written as a note, line by line, without characters that nobody sees; None for nothing.

    Raises:
        UnfitText: It is too long.
    """
    note = _LINES.join(" ".join(_visible(line).split()) for line in text.splitlines()).strip()
    if len(note) > MAX_NOTE_LENGTH:
        raise UnfitText("note_too_long", MAX_NOTE_LENGTH)
    return note or None


def tag_of(text: str) -> str:
    """What was written as a tag: letters and digits of any language, `-` and `_`, in lower case.

    Raises:
        UnfitText: It is too long, empty, or has other characters.
    """
    bare = unicodedata.normalize("NFC", text.strip().removeprefix("#"))
    tag = unicodedata.normalize("NFC", bare.casefold())
    if len(tag) > MAX_TAG_LENGTH:
        raise UnfitText("tag_too_long", MAX_TAG_LENGTH)
    # Vowel signs are marks, without which Hindi cannot be written; nothing begins with one.
    first, *others = (unicodedata.category(character) for character in tag or " ")
    if first[0] not in "LN" or any(kind[0] not in "LMN" for kind in others if kind not in {"Pd", "Pc"}):
        raise UnfitText("tag_characters", MAX_TAG_LENGTH)
    if any(unicodedata.category(each) in {"Pd", "Pc"} and each not in "-_" for each in tag):
        raise UnfitText("tag_characters", MAX_TAG_LENGTH)
    return tag


def tag_key(tag: str) -> str:
    """A short name of a tag, for the data of a button: a tag may have more bytes than these."""
    return hashlib.sha256(tag.encode()).hexdigest()[:_KEY_DIGITS]


def tag_with(key: str, tags: Collection[str]) -> str | None:
    """Which of these tags has that key."""
    return next((tag for tag in tags if tag_key(tag) == key), None)


@dataclass(frozen=True, slots=True)
class WalletEntry:
    """A watched wallet with what the chat wrote down and what is known of it without asking the chain.

    Attributes:
        tags: Sorted.
        paused_at: Since when nothing is told; None where it is not paused.
        missed: Activities that were not told for that reason.
        last_kind: Of the newest activity.
        last_time: Of its block; None where there is none, or the chain did not say.
        stakes: Stake accounts that are watched with it.
        risk: What the last look at it came to.
        checked_at: When its last look was done; None before the first.
    """

    subscription: Subscription
    added_at: datetime
    tags: tuple[str, ...] = ()
    note: str | None = None
    paused_at: datetime | None = None
    missed: int = 0
    last_kind: ActivityKind | None = None
    last_time: int | None = None
    stakes: int = 0
    risk: KnownRisk | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """A wallet that is told of again.

    Attributes:
        missed: Activities that were not told while it was paused.
    """

    subscription: Subscription
    missed: int


class ListOrder(StrEnum):
    """By what a list is sorted. The value is on the wire, in the data of buttons."""

    ADDED = "a"
    NAME = "n"
    ACTIVITY = "t"
    BALANCE = "v"


def ordered(
    entries: Sequence[WalletEntry], order: ListOrder, lamports: Mapping[str, int] | None = None
) -> Sequence[WalletEntry]:
    """The entries in an order; what it goes by and is not known comes last.

    Args:
        entries: In the order they were added.
        order: By what.
        lamports: What the wallets hold, by address; None where nobody knows.
    """
    match order:
        case ListOrder.ADDED:
            return entries
        case ListOrder.NAME:
            return sorted(entries, key=_by_name)
        case ListOrder.ACTIVITY:
            return sorted(entries, key=lambda entry: entry.last_time or 0, reverse=True)
        case ListOrder.BALANCE:
            held = lamports or {}
            return sorted(entries, key=lambda entry: held.get(entry.subscription.address, -1), reverse=True)


def tag_counts(entries: Sequence[WalletEntry]) -> Mapping[str, int]:
    """How many wallets have which tag, the most frequent first."""
    counts: dict[str, int] = {}
    for entry in entries:
        for tag in entry.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


@dataclass(frozen=True, slots=True)
class SharedWallet:
    """A wallet of a list that was shared; the label only where the owner shares names."""

    address: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """A list of wallets that whoever has the token may see.

    Attributes:
        named: Whether the owner's names are in it.
    """

    id: int
    token: str
    chat_id: int
    wallets: tuple[SharedWallet, ...]
    named: bool
    created_at: datetime
    expires_at: datetime


def _by_name(entry: WalletEntry) -> tuple[bool, Sequence[tuple[str, int]], int]:
    """Names as people sort them: 2 before 10."""
    label = entry.subscription.label
    parts = [(text, int(number or 0)) for text, number in _NUMBERS.findall((label or "").casefold())]
    return label is None, parts, entry.subscription.id


def _visible(text: str) -> str:
    return "".join(
        character
        for character in text
        if character.isspace() or unicodedata.category(character) not in _HIDDEN
    )
