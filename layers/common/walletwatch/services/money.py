"""What the money commands call, together."""

from dataclasses import dataclass

from walletwatch.ports.common import Clock
from walletwatch.services.assets import Assets
from walletwatch.services.holdings import Holdings
from walletwatch.services.money_reads import MoneyReads
from walletwatch.services.portfolio import Portfolios
from walletwatch.services.quoting import Quoting
from walletwatch.services.valuation import Valuation


@dataclass(frozen=True, slots=True)
class Money:
    """The use cases behind /balance, /tokens, /nfts, /stakes, /portfolio, /price, /token and /convert."""

    holdings: Holdings
    reads: MoneyReads
    portfolios: Portfolios
    assets: Assets
    valuation: Valuation
    quoting: Quoting
    clock: Clock
