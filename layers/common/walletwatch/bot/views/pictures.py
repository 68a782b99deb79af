"""What is written in pictures and beside them, and the buttons below."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from walletwatch.bot.formatting import money, number, signed_percent, whole
from walletwatch.bot.keyboards import Action, StaleData, button
from walletwatch.bot.texts import Html, Texts, texts
from walletwatch.bot.views.wallets import button_names
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import Subscription
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pictures import (
    PICTURE_PERIODS,
    Allocation,
    BalanceHistory,
    Chart,
    DrawRequest,
    Flows,
    NetworkChart,
    PictureKind,
    PictureWords,
    Profits,
    Theme,
    UseChart,
)
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button, RenderedMessage

KINDS: Final[Mapping[PictureKind, str]] = {
    PictureKind.BALANCE: "b",
    PictureKind.ALLOCATION: "a",
    PictureKind.FLOWS: "f",
    PictureKind.PNL: "p",
    PictureKind.NETWORK: "n",
}
"""What anybody may have drawn. How the bot is used is none of these: its buttons are administrators' own."""
_PERIODS: Final[Mapping[Lookback, str]] = dict(zip(PICTURE_PERIODS, "wmqy", strict=True))
_THEMES: Final[Mapping[Theme, str]] = {Theme.LIGHT: "l", Theme.DARK: "d"}
_HEAD: Final = re.compile(r"[a-z]{3}(0|[1-9a-z][0-9a-z]{0,11})?")
MAX_WALLETS: Final = 30
"""That one is chosen of by buttons; any other by its name."""
LABELS: Final = ("received", "sent", "realised", "unrealised", "others", "warned", "group")
USE_LABELS: Final = ("new", "active", "wallets", "sent", "top")


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """Which picture a button stands for.

    Attributes:
        subscription_id: None for all wallets, and for a network.
        about: The mint of a balance or a flow, or the address in the middle of a network.
    """

    kind: PictureKind
    period: Lookback = Lookback.MONTH
    theme: Theme = Theme.LIGHT
    subscription_id: int | None = None
    about: str | None = None

    def encode(self) -> str:
        """Three letters, the subscription in base 36, and what else there is: 55 bytes at most."""
        head = KINDS[self.kind] + _PERIODS[self.period] + _THEMES[self.theme]
        number_ = "" if self.subscription_id is None else _base36(self.subscription_id)
        return f"{head}{number_}" + ("" if self.about is None else f".{self.about}")

    @classmethod
    def decode(cls, argument: str) -> "PictureChoice":
        """Read what Telegram sends back, which may be anything.

        Raises:
            StaleData: It is none of these.
        """
        head, separator, about = argument.partition(".")
        if not _HEAD.fullmatch(head) or bool(separator) != bool(about) or (about and not is_address(about)):
            raise StaleData
        try:
            subscription_id = int(head[3:], 36) if head[3:] else None
            return cls(
                _by_letter(KINDS, head[0]),
                _by_letter(_PERIODS, head[1]),
                _by_letter(_THEMES, head[2]),
                subscription_id,
                about or None,
            )
        except KeyError as error:
            raise StaleData from error


class PicturesView:
    """`ports.media.PictureRenderer`, and the question which wallet is meant."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile

    def choices(
        self, subscriptions: Sequence[Subscription], choice: PictureChoice, say: Texts
    ) -> RenderedMessage:
        """Of which wallet; of all of them, where that makes sense."""
        shown = subscriptions[:MAX_WALLETS]
        rows = [
            (button(name, Action.PICTURE_CHOSEN, replace(choice, subscription_id=each.id).encode()),)
            for name, each in zip(button_names(shown, subscriptions), shown, strict=True)
        ]
        whole = replace(choice, kind=PictureKind.ALLOCATION, subscription_id=None, about=None)
        rows.append((button(say("chart.button.all"), Action.PICTURE_CHOSEN, whole.encode()),))
        return RenderedMessage(say("chart.choose"), tuple(rows))

    def words(self, chart: Chart, request: DrawRequest) -> PictureWords:
        """What is written in a picture."""
        say = texts(request.language)
        title, note = self._title(chart, say), self._note(chart, request, say)
        return PictureWords(
            title=title,
            note=note,
            months=tuple(say("format.months").split()),
            labels=self._labels(chart, say),
            point=str(say("format.point")),
            group=str(say("format.group")),
            money=str(say("format.money", symbol="{symbol}", amount="{amount}")),
            day_and_month=str(say("format.day_and_month", day="{day}", month="{month}")),
            month_and_year=str(say("format.month_and_year", month="{month}", year="{year}")),
        )

    def picture(self, chart: Chart, request: DrawRequest) -> RenderedMessage:
        """The caption, and what else can be drawn."""
        say = texts(request.language)
        lines = [say("chart.caption", title=self._title(chart, say), note=self._note(chart, request, say))]
        if isinstance(chart, BalanceHistory | Flows) and chart.partial:
            lines.append(say("chart.partial"))
        if (isinstance(chart, NetworkChart) and not chart.complete) or (
            isinstance(chart, Profits) and chart.partial
        ):
            lines.append(say("chart.newest_only"))
        if isinstance(chart, Allocation) and chart.partial:
            lines.append(say("chart.too_many_accounts"))
        if isinstance(chart, Profits):
            lines.append(say("chart.average_cost"))
        return RenderedMessage(Html("\n".join(lines)), self._keyboard(request, say))

    def nothing(self, reason: str, request: DrawRequest) -> RenderedMessage:
        """Why there is no picture."""
        say = texts(request.language)
        again = button(say("chart.button.again"), Action.PICTURE_CHOSEN, _choice(request).encode())
        keyboard = ((again,),) if reason == "chain" else self._keyboard(request, say)
        return RenderedMessage(say(f"chart.nothing.{reason}"), () if reason == "gone" else keyboard)

    def lost(self, language: str) -> str:
        """That a file is gone, as HTML."""
        return str(texts(language)("chart.lost"))

    @staticmethod
    def _labels(chart: Chart, say: Texts) -> dict[str, str]:
        if isinstance(chart, UseChart):
            return {label: str(say(f"analytics.label.{label}")) for label in USE_LABELS}
        return {label: str(say(f"chart.label.{label}")) for label in LABELS}

    def _title(self, chart: Chart, say: Texts) -> str:
        match chart:
            case BalanceHistory():
                return _plain(say("chart.title.balance", name=Html(chart.name)))
            case Flows():
                return _plain(say("chart.title.flows", name=Html(chart.name)))
            case Profits():
                return _plain(say("chart.title.pnl", name=Html(chart.name)))
            case Allocation():
                if chart.name is None:
                    return _plain(say("chart.title.portfolio"))
                return _plain(say("chart.title.allocation", name=Html(chart.name)))
            case NetworkChart():
                return _plain(say("chart.title.network", name=Html(chart.nodes[0].name)))
            case UseChart():
                return _plain(say("analytics.title"))

    def _note(self, chart: Chart, request: DrawRequest, say: Texts) -> str:
        period = say(f"chart.period.{request.period}")
        parts: list[Html]
        match chart:
            case BalanceHistory():
                now = number(chart.points[-1].value, say)
                parts = [period, say("chart.note.now", amount=now, symbol=Html(chart.symbol))]
                if (change := _change(chart, say)) is not None:
                    parts.append(Html(change))
            case Flows():
                columns = say("chart.note.columns", count=chart.days)
                parts = [period, Html(chart.symbol), *([columns] if chart.days > 1 else [])]
            case Profits():
                left_out = [say("chart.note.left_out", count=chart.left_out)] if chart.left_out else []
                parts = [say("chart.note.currency", currency=chart.currency.code), *left_out]
            case Allocation():
                total = money(chart.total, chart.currency, say) or ""
                unpriced = [say("chart.note.unpriced", count=chart.unpriced)] if chart.unpriced else []
                parts = [Html(total), *unpriced]
            case NetworkChart():
                hidden = [say("chart.note.hidden", count=chart.hidden)] if chart.hidden else []
                parts = [say("chart.note.amounts", symbol=chart.symbol), *hidden]
            case UseChart():
                parts = [period, say("analytics.people", people=whole(chart.people, say))]
                if chart.failed.total:
                    parts.append(say("analytics.not_sent", failed=whole(chart.failed.total, say)))
        return " · ".join(_plain(part) for part in parts)

    def _keyboard(self, request: DrawRequest, say: Texts) -> tuple[tuple[Button, ...], ...]:
        choice = _choice(request)
        other = Theme.DARK if request.theme is Theme.LIGHT else Theme.LIGHT
        if request.kind is PictureKind.USE:
            return ((button(say(f"chart.button.{other}"), Action.ANALYTICS, other.value),),)
        theme = self._to(say(f"chart.button.{other}"), replace(choice, theme=other))
        rows: list[tuple[Button, ...]] = []
        if request.kind is PictureKind.NETWORK:
            return ((theme,),)
        if request.kind.has_period:
            rows.append(
                tuple(
                    self._to(_marked(say(f"chart.short.{each}"), chosen=each is request.period),
                             replace(choice, period=each))
                    for each in PICTURE_PERIODS
                )
            )  # fmt: skip
        if request.subscription_id is not None:
            kinds = (PictureKind.BALANCE, PictureKind.FLOWS, PictureKind.ALLOCATION, PictureKind.PNL)
            shown = [
                self._to(
                    _marked(say(f"chart.kind.{each}"), chosen=each is request.kind),
                    replace(choice, kind=each, about=choice.about if each.has_period else None),
                )
                for each in kinds
            ]
            rows += [tuple(shown[:2]), tuple(shown[2:])]
        return (*rows, (theme,))

    @staticmethod
    def _to(text: str, choice: PictureChoice) -> Button:
        return button(text, Action.PICTURE, choice.encode())


def _choice(request: DrawRequest) -> PictureChoice:
    about = request.address or (None if request.asset == NATIVE else request.asset)
    return PictureChoice(request.kind, request.period, request.theme, request.subscription_id, about)


def _change(chart: BalanceHistory, say: Texts) -> str | None:
    """How much more or less it is than at the beginning."""
    before, now = chart.points[0].value, chart.points[-1].value
    if before <= 0 or before == now:
        return None
    share = (now - before) / before
    return signed_percent(share, say) if abs(share) < Decimal(100) else None


def _marked(text: str, *, chosen: bool) -> str:
    return f"· {text} ·" if chosen else text


def _plain(text: str) -> str:
    """What is put into a picture is no HTML."""
    return str(text)


def _by_letter[T](letters: Mapping[T, str], letter: str) -> T:
    return {value: key for key, value in letters.items()}[letter]


def _base36(value: int) -> str:
    digits = ""
    while value:
        value, rest = divmod(value, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
