"""What Telegram refuses, by the code of the double, for a Bot API in memory that knows no chats."""

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final

from telegram_double.arguments import Arguments, Upload, parse_arguments
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Json
from telegram_double.keyboards import parse_inline_keyboard, parse_reply_markup
from telegram_double.methods import METHODS
from telegram_double.methods.media import parse_media
from telegram_double.methods.payments import parse_invoice
from telegram_double.methods.sending import caption_text, link_preview, message_text
from telegram_double.queries import CallbackQuery, InlineQuery
from telegram_double.texts import FormattedText

TOKEN: Final = "123456:of-the-tests"
MAX_ENTITIES: Final = 100

type Shown = tuple[FormattedText, Json | None]
"""What a message says, and the buttons below it."""


class TelegramRules:
    """Checks calls as the double does, save for who is where; remembers what each message shows."""

    def __init__(self) -> None:
        self._double = Double(TOKEN, METHODS)
        self._shown: dict[tuple[int | str | None, int], Shown] = {}
        self._answered: set[str] = set()
        self._checks: Mapping[str, Callable[[Arguments], Shown | None]] = {
            "sendMessage": self._message,
            "editMessageText": self._edit,
            "editMessageReplyMarkup": self._turn,
            "sendDocument": self._file,
            "sendPhoto": self._file,
            "editMessageMedia": self._media,
            "sendInvoice": self._invoice,
            "createInvoiceLink": self._invoice,
            "answerCallbackQuery": self._callback,
            "answerInlineQuery": self._inline,
        }

    def check(self, name: str, raw: Mapping[str, Any], uploads: Mapping[str, Upload]) -> Shown | None:
        """What a call shows, if it shows something.

        Raises:
            ApiError: Telegram would refuse it.
        """
        arguments = parse_arguments(METHODS[name.lower()].spec, raw, uploads)
        check = self._checks.get(name)
        return check(arguments) if check else None

    def sent(self, chat_id: int, message_id: int, shown: Shown) -> None:
        """Remember what a message says."""
        self._shown[chat_id, message_id] = shown

    def _message(self, arguments: Arguments) -> Shown:
        link_preview(arguments)
        return _formatted(
            message_text(self._double, arguments), parse_reply_markup(arguments.object("reply_markup"))
        )

    def _edit(self, arguments: Arguments) -> Shown:
        link_preview(arguments)
        shown = _formatted(
            message_text(self._double, arguments), parse_inline_keyboard(arguments.object("reply_markup"))
        )
        return self._edited(arguments, shown)

    def _turn(self, arguments: Arguments) -> Shown | None:
        keyboard = parse_inline_keyboard(arguments.object("reply_markup"))
        before = self._before(arguments)
        return self._edited(arguments, (before[0], keyboard)) if before else None

    def _media(self, arguments: Arguments) -> Shown:
        _, caption = parse_media(self._double, arguments, arguments.object("media"))
        return _formatted(caption, parse_inline_keyboard(arguments.object("reply_markup")))

    def _file(self, arguments: Arguments) -> Shown:
        return _formatted(
            caption_text(self._double, arguments), parse_reply_markup(arguments.object("reply_markup"))
        )

    def _invoice(self, arguments: Arguments) -> None:
        parse_invoice(arguments)
        parse_reply_markup(arguments.object("reply_markup"), invoice=True)

    def _callback(self, arguments: Arguments) -> None:
        query_id = arguments.text("callback_query_id") or ""
        if query_id in self._answered:
            # Telegram takes it, and shows nothing.
            raise bad_request("this button was answered before")
        self._answered.add(query_id)
        asked = CallbackQuery(query_id, 1, 1, 1, "", inf)
        self._double.questions.callbacks[query_id] = asked
        METHODS["answercallbackquery"].handler(self._double, arguments)

    def _inline(self, arguments: Arguments) -> None:
        query_id = arguments.text("inline_query_id") or ""
        self._double.questions.inline[query_id] = InlineQuery(query_id, 1, "", "", inf)
        METHODS["answerinlinequery"].handler(self._double, arguments)

    def _before(self, arguments: Arguments) -> Shown | None:
        return self._shown.get((arguments.chat(), arguments.integer("message_id") or 0))

    def _edited(self, arguments: Arguments, shown: Shown) -> Shown:
        if shown == self._before(arguments):
            raise bad_request("message is not modified")
        return shown


def _formatted(content: FormattedText, keyboard: Json | None) -> Shown:
    if len(content.entities) > MAX_ENTITIES:
        # Telegram takes it, and drops what is too many.
        raise bad_request(f"{len(content.entities)} entities")
    return content, keyboard
