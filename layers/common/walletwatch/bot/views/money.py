"""What wallets hold."""

from typing import Final

from walletwatch.bot.formatting import Amounts, wallet, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.texts import Texts
from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button, RenderedMessage

MAX_HOLDINGS: Final = 20


class MoneyView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._amounts = Amounts(profile)

    def balance(
        self, balance: WalletBalance, label: str | None, refresh: Button, say: Texts
    ) -> RenderedMessage:
        """What a wallet holds; the largest number of base units first is no order of value, so by mint."""
        lines = [
            say("balance.title", wallet=wallet(balance.address, label, say)),
            say("balance.native", amount=self._amounts.native(balance.lamports, say)),
        ]
        held = [holding for holding in balance.holdings if holding.amount]
        for holding in sorted(held, key=lambda holding: holding.mint)[:MAX_HOLDINGS]:
            amount = self._amounts.asset(holding.mint, holding.amount, holding.decimals, say)
            lines.append(say("balance.frozen" if holding.frozen else "balance.token", amount=amount))
        if len(held) > MAX_HOLDINGS:
            lines.append(say("balance.more", count=len(held) - MAX_HOLDINGS))
        empty = len(balance.holdings) - len(held)
        if empty:
            lines.append(say("balance.empty_accounts", count=empty))
        lines.append(say("balance.slot", slot=whole(balance.slot, say)))
        return RenderedMessage(join_lines(lines), ((refresh,),))
