"""What is asked and said about exports."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from walletwatch.bot.formatting import day, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, StaleData, button
from walletwatch.bot.texts import Html, Texts, texts
from walletwatch.bot.views.paging import in_rows
from walletwatch.bot.views.wallets import button_names
from walletwatch.domain.chats import Subscription
from walletwatch.domain.exports import (
    EXPORT_PERIODS,
    MAX_ACTIVITIES,
    ExportFormat,
    ExportRequest,
    Written,
)
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.work import Button, RenderedMessage

ALL: Final = "all"
MAX_WALLETS: Final = 30
"""That one is chosen of by buttons; any other by its name."""
_IN_A_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What was said of an export so far; None for what is still to be asked.

    Attributes:
        wallet: The id of a subscription, or `ALL`.
    """

    format: ExportFormat | None = None
    wallet: str | None = None
    period: Lookback | None = None

    def encode(self) -> str:
        """Three words and a dot between them."""
        return ".".join(each or "" for each in (self.format, self.wallet, self.period))

    @classmethod
    def decode(cls, argument: str) -> "ExportChoice":
        """Read what Telegram sends back, which may be anything.

        Raises:
            StaleData: It is none of these.
        """
        words = argument.split(".")
        if len(words) != 3:
            raise StaleData
        wanted, wallet, period = words
        if wallet and wallet != ALL and not (wallet.isascii() and wallet.isdecimal()):
            raise StaleData
        try:
            chosen = Lookback(period) if period else None
            if chosen is not None and chosen not in EXPORT_PERIODS:
                raise StaleData
            return cls(ExportFormat(wanted) if wanted else None, wallet or None, chosen)
        except ValueError as error:
            raise StaleData from error


class ExportsView:
    """`ports.media.ExportRenderer`, and the questions before."""

    def ask_format(self, choice: ExportChoice, say: Texts) -> RenderedMessage:
        """Which format."""
        buttons = [
            _to(say(f"history_export.format.{each}"), replace(choice, format=each)) for each in ExportFormat
        ]
        return RenderedMessage(say("history_export.choose_format"), in_rows(buttons, _IN_A_ROW))

    def ask_wallet(
        self, choice: ExportChoice, watched: Sequence[Subscription], say: Texts
    ) -> RenderedMessage:
        """Which wallet, or all of them."""
        shown = watched[:MAX_WALLETS]
        every = _to(say("history_export.all_wallets"), replace(choice, wallet=ALL))
        rows = [
            (_to(name, replace(choice, wallet=str(each.id))),)
            for name, each in zip(button_names(shown, watched), shown, strict=True)
        ]
        lines = [say("history_export.choose_wallet")]
        if len(watched) > MAX_WALLETS:
            lines.append(say("history_export.others", format=choice.format or ExportFormat.CSV))
        return RenderedMessage(join_lines(lines), ((every,), *rows))

    def ask_period(self, choice: ExportChoice, say: Texts) -> RenderedMessage:
        """How far back."""
        buttons = [
            _to(say(f"history_export.period.{each}"), replace(choice, period=each)) for each in EXPORT_PERIODS
        ]
        return RenderedMessage(say("history_export.choose_period"), in_rows(buttons, 2))

    def begun(self, say: Texts) -> RenderedMessage:
        """That it is being written."""
        return RenderedMessage(say("history_export.begun"))

    def progress(self, tenths: int, request: ExportRequest) -> RenderedMessage:
        """How far it is."""
        say = texts(request.language)
        bar = Html("▰" * tenths + "▱" * (10 - tenths))
        return RenderedMessage(say("history_export.progress", bar=bar, percent=tenths * 10))

    def file(self, part: int, parts: int, written: Written, request: ExportRequest) -> RenderedMessage:
        """The caption of a file; what is in all of them is told with the last one."""
        say = texts(request.language)
        if part < parts:
            return RenderedMessage(say("history_export.part", part=part, parts=parts))
        lines = [say("history_export.title", format=say(f"history_export.format.{request.format}"))]
        if parts > 1:
            lines = [say("history_export.part", part=part, parts=parts), *lines]
        lines.append(
            say(
                "history_export.contents",
                activities=whole(written.activities, say),
                rows=whole(written.rows, say),
                wallets=say("history_export.wallets", count=written.wallets),
            )
        )
        if written.first is not None and written.last is not None:
            zone = request.timezone
            lines.append(
                say(
                    "history_export.span",
                    first=day(written.first, say, zone),
                    last=day(written.last, say, zone),
                )
            )
        lines.append(say(f"history_export.hint.{_hint(request.format)}"))
        return RenderedMessage(Html("\n".join(lines)))

    def refused(self, reason: str, request: ExportRequest) -> RenderedMessage:
        """Why there is no file."""
        say = texts(request.language)
        return RenderedMessage(say(f"history_export.refused.{reason}", limit=whole(MAX_ACTIVITIES, say)))

    def delayed(self, request: ExportRequest) -> RenderedMessage:
        """That it does not work yet."""
        return RenderedMessage(texts(request.language)("history_export.delayed"))

    def finished(self, written: Written, request: ExportRequest) -> RenderedMessage:
        """What the message that told the progress becomes."""
        say = texts(request.language)
        return RenderedMessage(say("history_export.finished", rows=whole(written.rows, say)))

    def lost(self, language: str) -> str:
        """That a file is gone, as HTML."""
        return str(texts(language)("history_export.lost"))


def _to(text: str, choice: ExportChoice) -> Button:
    return button(text, Action.EXPORT_HISTORY, choice.encode())


def _hint(wanted: ExportFormat) -> str:
    return wanted.value if wanted in {ExportFormat.KOINLY, ExportFormat.COINTRACKING} else "plain"
