"""Lengths and cuts in UTF-16 units; entities found or given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_double.errors import ApiError
from telegram_double.formatting import formatted
from telegram_double.texts import Entity, FormattedText, utf16_length, utf16_slice

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT)
def test_length_is_what_utf16_takes(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


@given(TEXT, TEXT, TEXT)
def test_a_slice_is_found_again(before: str, middle: str, after: str) -> None:
    assert utf16_slice(before + middle + after, utf16_length(before), utf16_length(middle)) == middle


@given(st.text(" \n", max_size=4), TEXT.filter(lambda text: bool(text.strip())), st.text(" \n", max_size=4))
def test_blank_ends_go_and_entities_keep_their_text(left: str, middle: str, right: str) -> None:
    whole = left + middle + right
    entity = Entity("bold", utf16_length(left), utf16_length(middle))
    trimmed = FormattedText(whole, (entity,)).trimmed()
    assert trimmed.text in middle
    for kept in trimmed.entities:
        assert utf16_slice(trimmed.text, kept.offset, kept.length) == trimmed.text


def kinds(text: str) -> list[tuple[str, str]]:
    content = formatted(text, None, None)
    return [(entity.type, utf16_slice(text, entity.offset, entity.length)) for entity in content.entities]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start", [("bot_command", "/start")]),
        ("/watch@x1_bot abc", [("bot_command", "/watch@x1_bot")]),
        ("see /help.", [("bot_command", "/help")]),
        ("1/2 and a/b", []),
        ("http://x1.xyz/a.", [("url", "http://x1.xyz/a")]),
        (
            "ask @ana_tester, #XNT and $XNT",
            [("mention", "@ana_tester"), ("hashtag", "#XNT"), ("cashtag", "$XNT")],
        ),
        ("mail a.b@x1.xyz", [("email", "a.b@x1.xyz")]),
        ("#1 costs $5", []),
    ],
)
def test_what_telegram_finds_by_itself(text: str, found: list[tuple[str, str]]) -> None:
    assert kinds(text) == found


def test_nothing_is_found_inside_code() -> None:
    content = formatted("<code>/start</code> /help", "HTML", None)
    assert [(entity.type, entity.offset) for entity in content.entities] == [("code", 0), ("bot_command", 7)]


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        (
            {"type": "bold", "offset": 9, "length": 1},
            "entity begins after the end of the text at UTF-16 offset 9",
        ),
        (
            {"type": "bold", "offset": 0, "length": 9},
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9",
        ),
        ({"type": "bold", "offset": -1, "length": 1}, "receive an entity with incorrect offset -1"),
        ({"type": "no", "offset": 0, "length": 1}, "can't parse MessageEntity: Unsupported type specified"),
        ({"offset": 0, "length": 1}, "can't parse MessageEntity: Can't find field \"type\""),
        (
            {"type": "text_link", "offset": 0, "length": 1},
            "can't parse MessageEntity: Can't find field \"url\"",
        ),
        (
            {"type": "text_link", "offset": 0, "length": 1, "url": "not-a-url"},
            "entity URL 'not-a-url' is invalid: Wrong HTTP URL",
        ),
        (
            {"type": "text_mention", "offset": 0, "length": 1},
            "can't parse MessageEntity: Can't find field \"user\"",
        ),
        (
            {"type": "custom_emoji", "offset": 0, "length": 1, "custom_emoji_id": "9999999999999999999"},
            'can\'t parse MessageEntity: Field "custom_emoji_id" must be a valid Number',
        ),
        (
            {"type": "bold", "offset": "0", "length": 1},
            'can\'t parse MessageEntity: Field "offset" must be of type Number',
        ),
        ({"type": "bold", "offset": 0, "length": 1, "x": 1}, 'can\'t parse MessageEntity: Unknown field "x"'),
        ("bold", "can't parse MessageEntity: Expected an Object"),
    ],
)
def test_wrong_entities_are_refused(entity: object, reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        formatted("text", None, [entity])
    assert caught.value.description == f"Bad Request: {reason}"


def test_a_parse_mode_in_any_case() -> None:
    assert formatted("<b>x</b>", "html", None).entities == (Entity("bold", 0, 1),)
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        formatted("x", "rtf", None)
    with pytest.raises(ApiError, match="does not parse MarkdownV2"):
        formatted("x", "MarkdownV2", None)
