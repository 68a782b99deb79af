"""What a rule waits for, as the end of a sentence."""

from datetime import timedelta
from decimal import Decimal

from walletwatch.bot.formatting import Amounts, lasting, money, percent, unit_price, wallet
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.alert_rules.rule import AlertKind, Terms
from walletwatch.domain.currencies import USD
from walletwatch.domain.profile import ChainProfile


class RuleWords:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._amounts = Amounts(profile)

    def rule(self, kind: AlertKind, terms: Terms, address: str | None, label: str | None, say: Texts) -> Html:
        """A rule about this wallet, or about all where there is none."""
        key = f"alert.rule.{kind.value}"
        if kind is AlertKind.TRANSFER_OVER and terms.usd is not None:
            key = "alert.rule.transfer_over_any" if terms.asset is None else "alert.rule.transfer_over_usd"
        shown = say("alert.all_wallets") if address is None else wallet(address, label, say)
        return say(key, wallet=shown, **self._values(terms, say))

    def _values(self, terms: Terms, say: Texts) -> dict[str, object]:
        values: dict[str, object] = {
            "usd": None if terms.usd is None else usd(terms.usd, say),
            "percent": None if terms.percent is None else percent(terms.percent / 100, say),
            "window": None if terms.minutes is None else lasting(terms.window, say),
            "days": None if terms.days is None else lasting(timedelta(days=terms.days), say),
            "address": terms.address,
            "count": terms.count,
            "points": terms.points,
        }
        if terms.asset is not None:
            values["asset"] = self._amounts.symbol(terms.asset, say)
            if terms.amount is not None:
                values["amount"] = self._amounts.asset(terms.asset, terms.amount, terms.decimals, say)
        return {name: value for name, value in values.items() if value is not None}


def usd(value: Decimal, say: Texts) -> str:
    """Dollars that somebody has named, with all the places that matter: many tokens cost less than a cent."""
    dollars = say.in_dollars()
    shown = money(value, USD, dollars) if value >= 1 else None
    return shown or unit_price(value, dollars) or say("figures.absurd")
