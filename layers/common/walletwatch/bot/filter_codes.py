"""A filter of a history as the argument of a button: so short that the id of an activity fits beside it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from walletwatch.bot.keyboards import StaleData
from walletwatch.domain.addresses import is_base58
from walletwatch.domain.browsing import REFERENCE_LENGTH, Direction, HistoryFilter, KindGroup, Place
from walletwatch.domain.money import NATIVE
from walletwatch.domain.periods import EARLIEST, Period

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_NONE: Final = "-"
_NATIVE: Final = "n"
_ADDRESS: Final = range(REFERENCE_LENGTH, 45)
_EVERYTHING: Final = HistoryFilter()
_MAX_DIGITS: Final = 10
"""62^10 fits into 63 bits, as every number of the store does."""


@dataclass(frozen=True, slots=True)
class FilterCode:
    """What a button of a history says.

    Attributes:
        subscription_id: The wallet; None for all.
        place: Where the page begins; None for the newest.
        activity_id: Whose details are wanted.
    """

    subscription_id: int | None = None
    wanted: HistoryFilter = _EVERYTHING
    place: Place | None = None
    activity_id: int | None = None

    def encode(self) -> str:
        """Six fields, and the activity's id behind them, with points in between."""
        wanted = self.wanted
        marks = (wanted.kinds or _NONE) + (wanted.direction or _NONE)
        fields = [
            "" if self.subscription_id is None else number_code(self.subscription_id),
            "" if marks == 2 * _NONE else marks,
            period_code(wanted.period),
            _NATIVE if wanted.asset == NATIVE else (wanted.asset or "")[:REFERENCE_LENGTH],
            (wanted.counterparty or "")[:REFERENCE_LENGTH],
            "" if self.place is None else _place_code(self.place),
        ]
        if self.activity_id is not None:
            fields.append(number_code(self.activity_id))
        return ".".join(fields)

    @classmethod
    def decode(cls, text: str) -> "FilterCode":
        """Read what a button brought back, which may be anything.

        Raises:
            StaleData: It is none of ours.
        """
        fields = text.split(".")
        if len(fields) not in {6, 7}:
            raise StaleData
        subscription, marks, period, asset, counterparty, place = fields[:6]
        kinds, direction = _marks(marks)
        return cls(
            number_of(subscription) if subscription else None,
            HistoryFilter(
                kinds,
                direction,
                NATIVE if asset == _NATIVE else _reference(asset),
                _reference(counterparty),
                period_of(period),
            ),
            _place(place) if place else None,
            number_of(fields[6]) if len(fields) == 7 else None,
        )


def number_code(number: int) -> str:
    """A number that is not negative, in digits of 62."""
    digits = ""
    while number or not digits:
        number, value = divmod(number, len(_DIGITS))
        digits = _DIGITS[value] + digits
    return digits


def number_of(code: str) -> int:
    """The number that `number_code` wrote.

    Raises:
        StaleData: It wrote nothing like that.
    """
    if not 0 < len(code) <= _MAX_DIGITS or any(digit not in _VALUES for digit in code):
        raise StaleData
    number = 0
    for digit in code:
        number = number * len(_DIGITS) + _VALUES[digit]
    return number


def period_code(period: Period) -> str:
    """A period in at most seven characters; empty for all time."""
    if period.days is not None:
        return f"r{number_code(period.days)}"
    if period.is_all:
        return ""
    return f"d{_day_code(period.first)}{_day_code(period.last)}"


def period_of(code: str) -> Period:
    """The period that `period_code` wrote.

    Raises:
        StaleData: It wrote nothing like that.
    """
    try:
        if code[:1] == "r":
            return Period(days=number_of(code[1:]))
        if code[:1] == "d" and len(code) == 7:
            return Period(first=_day(code[1:4]), last=_day(code[4:]))
    except (ValueError, OverflowError) as error:
        raise StaleData from error
    if code:
        raise StaleData
    return Period()


def _day_code(day: date | None) -> str:
    return 3 * _NONE if day is None else number_code((day - EARLIEST).days).rjust(3, "0")


def _day(code: str) -> date | None:
    return None if code == 3 * _NONE else EARLIEST + timedelta(days=number_of(code))


def _place_code(place: Place) -> str:
    return f"{'>' if place.newer else '<'}{number_code(place.slot)},{number_code(place.id)}"


def _place(code: str) -> Place:
    slot, comma, activity_id = code[1:].partition(",")
    if code[0] not in "<>" or not comma:
        raise StaleData
    return Place(number_of(slot), number_of(activity_id), newer=code[0] == ">")


def _marks(marks: str) -> tuple[KindGroup | None, Direction | None]:
    if not marks:
        return None, None
    if len(marks) != 2:
        raise StaleData
    try:
        return (
            None if marks[0] == _NONE else KindGroup(marks[0]),
            None if marks[1] == _NONE else Direction(marks[1]),
        )
    except ValueError as error:
        raise StaleData from error


def _reference(text: str) -> str | None:
    if not text:
        return None
    if len(text) not in _ADDRESS or not is_base58(text):
        raise StaleData
    return text
