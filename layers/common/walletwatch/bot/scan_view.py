"""A security scan as a message: facts, each with what it means."""

from typing import Final

from walletwatch.bot.formatting import Amounts, number, short
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.money import to_decimal
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.scans import ScanReport, TokenScan, WalletScan
from walletwatch.domain.work import Button, RenderedMessage

MAX_ROWS: Final = 10


class ScanView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def scan(self, report: ScanReport, say: Texts) -> RenderedMessage:
        """The facts of a token or of a wallet."""
        if isinstance(report, TokenScan):
            address, lines = report.facts.address, self._token(report, say)
        else:
            address, lines = report.balance.address, self._wallet(report, say)
        row = []
        url = self._profile.address_url(address)
        if url:
            row.append(Button(say("button.explorer"), url=url))
        row.append(Button(say("button.copy_address"), copy_text=address))
        return RenderedMessage(join_lines(lines), (tuple(row),))

    def _token(self, report: TokenScan, say: Texts) -> list[Html]:
        facts = report.facts
        supply = number(to_decimal(facts.supply, facts.decimals))
        lines = [
            say("scan.token_title", address=facts.address),
            say("scan.token_program", program=say("scan.token_2022" if facts.token_2022 else "scan.classic")),
            say("scan.supply", amount=supply),
        ]
        for name in ("mint_authority", "freeze_authority"):
            authority = getattr(facts, name)
            lines.append(say(f"scan.{name}", authority=authority) if authority else say(f"scan.no_{name}"))
        if facts.extensions:
            lines.append(say("scan.extensions", names=", ".join(facts.extensions)[:500]))
        return [*lines, say("scan.footer", slot=f"{facts.slot:,}")]

    def _wallet(self, report: WalletScan, say: Texts) -> list[Html]:
        lines = [say("scan.wallet_title", address=report.balance.address)]
        for holding in report.approvals[:MAX_ROWS]:
            amount = self._amounts.asset(holding.mint, holding.delegated_amount, holding.decimals, say)
            lines.append(say("scan.approval", delegate=short(holding.delegate or ""), amount=amount))
        lines += self._more(len(report.approvals), say)
        if not report.approvals:
            lines.append(say("scan.no_approvals"))
        for holding in report.frozen[:MAX_ROWS]:
            amount = self._amounts.asset(holding.mint, holding.amount, holding.decimals, say)
            lines.append(say("scan.frozen", amount=amount))
        lines += self._more(len(report.frozen), say)
        if not report.frozen:
            lines.append(say("scan.no_frozen"))
        if report.empty:
            rent = self._amounts.native(report.reclaimable_rent)
            lines.append(say("scan.empty", count=len(report.empty), rent=rent))
        return [*lines, say("scan.footer", slot=f"{report.balance.slot:,}")]

    def _more(self, count: int, say: Texts) -> list[Html]:
        return [say("scan.more", count=count - MAX_ROWS)] if count > MAX_ROWS else []
