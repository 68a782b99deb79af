"""Which page of people a button leads to, in its data: 64 bytes have to do."""

from datetime import UTC, datetime, timedelta
from typing import Final

from walletwatch.bot.keyboards import StaleData
from walletwatch.domain.people import PageMark, PeopleOrder, PeopleQuery

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FORWARDS, _BACKWARDS = "f", "b"
MAX_MICROSECONDS: Final = 253_402_300_799 * 10**6
"""The end of the year 9999."""


def write_query(query: PeopleQuery) -> str:
    """`<order><direction>.<microseconds>.<id>.<prefix>`, numbers to the base of 36."""
    direction = _BACKWARDS if query.backwards else _FORWARDS
    at = number = ""
    if query.mark is not None:
        at = _written((query.mark.at - _EPOCH) // _MICROSECOND)
        number = _written(query.mark.user_id)
    return f"{query.order.value}{direction}.{at}.{number}.{query.prefix}"


def read_query(text: str) -> PeopleQuery:
    """What `write_query` wrote.

    Raises:
        StaleData: It did not write this.
    """
    parts = text.split(".")
    if len(parts) != 4 or len(parts[0]) != 2 or parts[0][1] not in {_FORWARDS, _BACKWARDS}:
        raise StaleData
    try:
        order = PeopleOrder(parts[0][0])
        at, number = (int(part, 36) if part else None for part in parts[1:3])
    except ValueError as error:
        raise StaleData from error
    mark = None
    if at is not None and number is not None:
        if not (0 <= at <= MAX_MICROSECONDS and 0 <= number < 2**63):
            raise StaleData
        mark = PageMark(_EPOCH + at * _MICROSECOND, number)
    backwards = parts[0][1] == _BACKWARDS
    if backwards and mark is None:
        raise StaleData
    return PeopleQuery(order, parts[3], mark, backwards)


def _written(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
