"""What figures are shown of, as the argument of a button: the wallet, the period, and how they are shown."""

import re
from dataclasses import dataclass
from typing import Final

from walletwatch.bot.filter_codes import number_code, number_of, period_code, period_of
from walletwatch.bot.keyboards import StaleData
from walletwatch.domain.periods import Period

_MARK: Final = re.compile(r"[a-z]{0,3}")
_MAX_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class ScopeCode:
    """What a button of figures says.

    Attributes:
        subscription_id: The wallet; None for all.
        mark: How they are shown; what that is, knows the command.
        page: From 0 on.
    """

    subscription_id: int | None
    period: Period
    mark: str = ""
    page: int = 0

    def encode(self) -> str:
        """Four fields with points in between."""
        wallet = "" if self.subscription_id is None else number_code(self.subscription_id)
        return f"{wallet}.{period_code(self.period)}.{self.mark}.{number_code(self.page)}"

    @classmethod
    def decode(cls, text: str) -> "ScopeCode":
        """Read what a button brought back, which may be anything.

        Raises:
            StaleData: It is none of ours.
        """
        fields = text.split(".")
        if len(fields) != 4 or not _MARK.fullmatch(fields[2]):
            raise StaleData
        wallet, period, mark, page = fields
        number = number_of(page)
        if number > _MAX_PAGE:
            raise StaleData
        return cls(number_of(wallet) if wallet else None, period_of(period), mark, number)
