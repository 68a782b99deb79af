"""Keyboards Telegram takes, and how it refuses the others."""

from typing import Any

import pytest

from telegram_double.errors import ApiError
from telegram_double.keyboards import parse_inline_keyboard, parse_reply_markup


def inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


@pytest.mark.parametrize(
    "button",
    [
        {"text": "x", "callback_data": "d"},
        {"text": "x", "callback_data": "ä" * 32},
        {"text": "x", "url": "https://explorer.x1.xyz/tx/1"},
        {"text": "x", "url": "tg://resolve?domain=x"},
        {"text": "x", "copy_text": {"text": "c" * 256}},
        {"text": "x", "switch_inline_query": ""},
        {"text": "x", "switch_inline_query_current_chat": "q"},
        {"text": "x", "switch_inline_query_chosen_chat": {"query": "q", "allow_user_chats": True}},
        {"text": "x", "web_app": {"url": "https://x1.xyz"}},
        {"text": "x", "callback_data": "d", "style": "danger"},
    ],
)
def test_buttons_telegram_takes(button: dict[str, Any]) -> None:
    assert parse_reply_markup(inline(button)) == inline(button)


_BUTTON = "can't parse inline keyboard button"


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"callback_data": "d"}, f'{_BUTTON}: Can\'t find field "text"'),
        ({"text": " ", "callback_data": "d"}, f'{_BUTTON}: Field "text" must be non-empty'),
        ({"text": 1, "callback_data": "d"}, f'{_BUTTON}: Field "text" must be of type String'),
        ({"text": "x"}, f"{_BUTTON}: Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": ""}, f"{_BUTTON}: Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": "d" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "ä" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": 7}, f'{_BUTTON}: Field "callback_data" must be of type String'),
        (
            {"text": "x", "callback_data": "d", "url": "https://x1.xyz"},
            f"{_BUTTON}: Exactly one action of a button must be specified",
        ),
        (
            {"text": "x", "url": "not-a-url"},
            "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "url": "ftp://x1.xyz"},
            "inline keyboard button URL 'ftp://x1.xyz' is invalid: Unsupported URL protocol",
        ),
        ({"text": "x", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "copy_text": {"text": "c" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        (
            {"text": "x", "web_app": {"url": "http://x1.xyz"}},
            "inline keyboard button Web App URL 'http://x1.xyz' is invalid: Only HTTPS links are allowed",
        ),
        ({"text": "x", "pay": True}, "BUTTON_TYPE_INVALID"),
        ({"text": "x", "callback_game": {}}, "BUTTON_TYPE_INVALID"),
        ({"text": "x", "login_url": {"url": "https://x1.xyz"}}, "BOT_DOMAIN_INVALID"),
        ({"text": "x", "callback_data": "d", "colour": "red"}, f'{_BUTTON}: Unknown field "colour"'),
        ({"text": "x", "callback_data": "d", "style": "red"}, f"{_BUTTON}: Invalid button style specified"),
    ],
)
def test_buttons_telegram_refuses(button: dict[str, Any], reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_reply_markup(inline(button))
    assert caught.value.description == f"Bad Request: {reason}"


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ({"inline_keyboard": "bad"}, 'field "inline_keyboard" must be of type Array'),
        ({"inline_keyboard": [{"text": "x"}]}, 'field "inline_keyboard" must be an Array of Arrays'),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "d"}] * 9]}, "REPLY_MARKUP_TOO_LONG"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "d"}] * 8] * 13}, "REPLY_MARKUP_TOO_LONG"),
        ({"inline_keyboard": [], "x": 1}, 'unknown field "x"'),
        ({"keyboard": "bad"}, 'field "keyboard" must be of type Array'),
        ({"keyboard": [[{"text": "A"}]], "selective": "yes"}, 'field "selective" must be of type Boolean'),
        ({"force_reply": "yes"}, 'field "force_reply" must be of type Boolean'),
        ({"remove_keyboard": "yes"}, 'field "remove_keyboard" must be of type Boolean'),
        ({"nonsense": 1}, "can't parse reply keyboard markup JSON object"),
        (
            {"keyboard": [[{"text": "A", "request_chat": {"chat_is_channel": True}}]]},
            "can't parse keyboard button: Can't find field \"request_id\"",
        ),
    ],
)
def test_markup_telegram_refuses(markup: dict[str, Any], reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_reply_markup(markup)
    assert caught.value.description == f"Bad Request: {reason}"


def test_a_hundred_buttons_in_rows_of_eight_are_the_most() -> None:
    button = {"text": "x", "callback_data": "d"}
    assert parse_reply_markup({"inline_keyboard": [[button] * 8] * 12 + [[button] * 4]}) is not None
    with pytest.raises(ApiError, match="REPLY_MARKUP_TOO_LONG"):
        parse_reply_markup({"inline_keyboard": [[button] * 8] * 12 + [[button] * 5]})


def test_an_empty_inline_keyboard_is_none() -> None:
    assert parse_reply_markup({"inline_keyboard": []}) is None
    assert parse_reply_markup({"inline_keyboard": [[]]}) is None


def test_an_edit_takes_inline_keyboards_only() -> None:
    with pytest.raises(ApiError, match="inline keyboard expected"):
        parse_inline_keyboard({"force_reply": True})


def test_an_invoice_begins_with_its_pay_button() -> None:
    pay, more = {"text": "Pay", "pay": True}, {"text": "More", "callback_data": "m"}
    assert parse_reply_markup(inline(pay, more), invoice=True) == inline(pay, more)
    with pytest.raises(ApiError):
        parse_reply_markup(inline(more, pay), invoice=True)
