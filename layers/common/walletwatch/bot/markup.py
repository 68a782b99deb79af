"""Keyboards as python-telegram-bot takes them."""

from collections.abc import Sequence

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from walletwatch.domain.work import Button


def to_markup(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup:
    """The keyboard as the Bot API takes it."""
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url is not None:
        return InlineKeyboardButton(button.text, url=button.url)
    if button.copy_text is not None:
        return InlineKeyboardButton(button.text, copy_text=CopyTextButton(button.copy_text))
    return InlineKeyboardButton(button.text, callback_data=button.callback_data)
