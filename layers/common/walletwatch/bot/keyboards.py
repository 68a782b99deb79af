"""Inline keyboards, and the data behind their buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from walletwatch.domain.work import Button

VERSION: Final = "1"
MAX_DATA_BYTES: Final = 64
"""Bot API, InlineKeyboardButton.callback_data."""


class Action(StrEnum):
    """What a button does. The value is on the wire: keep it short, never reuse one."""

    CARD = "c"
    BALANCE = "b"
    SCAN = "s"
    UNWATCH = "u"
    UNWATCH_CONFIRMED = "x"
    LIST = "l"
    SETTINGS = "e"
    TOGGLE = "t"
    HELP = "h"
    STATUS = "i"
    MENU = "m"
    LANGUAGE = "ln"
    TIMEZONE = "tz"
    CURRENCY = "cu"
    FORGET_CONFIRMED = "fx"
    WATCH_ADDRESS = "wa"
    BALANCE_ADDRESS = "ba"
    SCAN_ADDRESS = "sa"
    SCAN_DETAILS = "sd"
    SCAN_VERDICT = "sv"
    BLOCKLIST = "bl"
    ALERTS = "aa"
    ACKNOWLEDGE = "ak"
    ADMIN = "ad"
    RETRY_FAILED = "ar"
    PURGE = "ap"
    PURGE_CONFIRMED = "ax"
    REVIEW = "rv"
    PICTURE = "gp"
    PICTURE_CHOSEN = "gc"
    NETWORK = "gn"
    EXPORT = "ge"


class StaleData(ValueError):
    """The data are of an older version of the bot, or none of ours."""


@dataclass(frozen=True, slots=True)
class CallbackData:
    """The data of a button: an action and what it is for.

    Attributes:
        argument: A subscription's id, a page, a setting's name or an address; empty where there is none.
    """

    action: Action
    argument: str = ""

    def encode(self) -> str:
        """`version:action:argument`, at most 64 bytes."""
        data = f"{VERSION}:{self.action.value}:{self.argument}"
        if len(data.encode()) > MAX_DATA_BYTES:
            raise ValueError("callback data of more than 64 bytes")
        return data

    @classmethod
    def decode(cls, data: str) -> "CallbackData":
        """Read what Telegram sends back, which may be anything.

        Raises:
            StaleData: It is not of this version.
        """
        parts = data.split(":")
        if len(parts) != 3 or parts[0] != VERSION:
            raise StaleData
        try:
            return cls(Action(parts[1]), parts[2])
        except ValueError as error:
            raise StaleData from error

    @property
    def number(self) -> int:
        """The argument as a number.

        Raises:
            StaleData: It is none.
        """
        if not self.argument.isascii() or not self.argument.isdecimal():
            raise StaleData
        return int(self.argument)


def button(text: str, action: Action, argument: object = "") -> Button:
    """A button that comes back as callback data."""
    return Button(text, callback_data=CallbackData(action, str(argument)).encode())


def to_markup(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup:
    """The keyboard as the Bot API takes it."""
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url is not None:
        return InlineKeyboardButton(button.text, url=button.url)
    if button.copy_text is not None:
        return InlineKeyboardButton(button.text, copy_text=CopyTextButton(button.copy_text))
    return InlineKeyboardButton(button.text, callback_data=button.callback_data)
