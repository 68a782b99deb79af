import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.chats import MAX_LABEL_LENGTH, Chat, ChatKind, Subscription
from walletwatch.domain.wallet_book import (
    MAX_NOTE_LENGTH,
    MAX_TAG_LENGTH,
    ListOrder,
    UnfitText,
    WalletEntry,
    label_of,
    note_of,
    ordered,
    tag_counts,
    tag_key,
    tag_of,
    tag_with,
)

AT = datetime(2026, 11, 30, tzinfo=UTC)


def entry(number: int, label: str | None, *tags: str, last: int | None = None) -> WalletEntry:
    chat = Chat(1, ChatKind.PRIVATE)
    return WalletEntry(
        Subscription(number, chat, number, f"wallet{number}", label, None), AT, tags, last_time=last
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#DeFi", "defi"),
        ("whale_2-b", "whale_2-b"),
        ("Кит", "кит"),
        ("鲸鱼", "鲸鱼"),
        ("हिन्दी", "हिन्दी"),
        ("cafe\u0301", "café"),
        ("STRASSE", "strasse"),
        (" 7 ", "7"),
    ],
)
def test_a_tag_is_a_word_of_any_language_in_lower_case(text: str, expected: str) -> None:
    assert tag_of(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "#", "-x", "_x", "a b", "a.b", "a:b", "<b>", "a\u202eb", "a\x00", "\u0301a", "a–b", "a‿b", "😀"],
)
def test_what_is_no_tag(text: str) -> None:
    with pytest.raises(UnfitText) as refused:
        tag_of(text)
    assert refused.value.reason == "tag_characters"


@given(st.text(max_size=40))
def test_whatever_is_taken_as_a_tag_is_short_bare_and_stays_the_same(text: str) -> None:
    try:
        tag = tag_of(text)
    except UnfitText:
        return
    assert 0 < len(tag) <= MAX_TAG_LENGTH
    assert tag_of(tag) == tag
    assert all(character in "-_" or unicodedata.category(character)[0] in "LMN" for character in tag)


@given(st.text(max_size=700))
def test_labels_and_notes_are_bounded_and_visible(text: str) -> None:
    for make, limit in ((label_of, MAX_LABEL_LENGTH), (note_of, MAX_NOTE_LENGTH)):
        try:
            kept = make(text)
        except UnfitText:
            assert len(text) > limit
            continue
        if kept is None:
            continue
        assert 0 < len(kept) <= limit
        assert make(kept) == kept
        assert not {unicodedata.category(each) for each in kept.replace("\n", "")} & {
            "Cc",
            "Cf",
            "Cs",
            "Co",
            "Cn",
        }


def test_a_label_has_one_line_and_a_note_its_own() -> None:
    assert label_of(" a\n b\u200b\u202e ") == "a b"
    assert note_of(" a  b \r\n\n c\x07 ") == "a b\n\nc"
    assert label_of(" \u200b ") is note_of("\n") is None


def test_a_key_leads_back_to_its_tag() -> None:
    tags = ["defi", "кит", "鲸" * 24]
    assert [tag_with(tag_key(tag), tags) for tag in tags] == tags
    assert tag_with(tag_key("other"), tags) is None
    assert all(len(tag_key(tag)) == 10 for tag in tags)


def test_orders() -> None:
    entries = [entry(1, "b", last=5), entry(2, None), entry(3, "A", last=9)]

    def numbers(order: ListOrder, held: dict[str, int] | None = None) -> list[int]:
        return [each.subscription.id for each in ordered(entries, order, held)]

    numbered = [entry(1, "Cold 10"), entry(2, "cold 9"), entry(3, "Cold")]
    assert [each.subscription.id for each in ordered(numbered, ListOrder.NAME)] == [3, 2, 1]
    assert numbers(ListOrder.ADDED) == [1, 2, 3]
    assert numbers(ListOrder.NAME) == [3, 1, 2]
    assert numbers(ListOrder.ACTIVITY) == [3, 1, 2]
    assert numbers(ListOrder.BALANCE, {"wallet2": 7, "wallet3": 0}) == [2, 3, 1]
    assert numbers(ListOrder.BALANCE) == [1, 2, 3]


def test_tags_are_counted_the_most_frequent_first() -> None:
    entries = [entry(1, None, "b", "a"), entry(2, None, "b"), entry(3, None, "c")]
    assert list(tag_counts(entries).items()) == [("b", 2), ("a", 1), ("c", 1)]
