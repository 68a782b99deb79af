"""All wallets of a chat together."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.bot.formatting import (
    Amounts,
    number,
    percent,
    percents,
    series,
    short,
    signed_percent,
    wallet,
    worth,
)
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.paging import age, in_rows
from walletwatch.bot.views.ways import menu
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.currencies import Currency
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.portfolio import STAKED, Change, Part, Slice
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.tokens import IdentitySource
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.portfolio import Portfolio

SLICES: Final = 8
OWN: Final = (NATIVE, STAKED)
"""The chain's own token."""
WALLETS: Final = 10
BAR: Final = 10
MAX_BUTTON: Final = 28


class PortfolioView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def portfolio(self, portfolio: Portfolio, say: Texts, now: datetime) -> RenderedMessage:
        """The sum, its parts by asset and by wallet, and what is not in it."""
        count = len(portfolio.parts) + len(portfolio.unread)
        lines = [say("portfolio.title", count=count), *self._sum(portfolio, say)]
        lines += self._by_asset(portfolio, say)
        if len(portfolio.parts) > 1:
            lines.append(Html(""))
            for part in portfolio.parts[:WALLETS]:
                lines.append(self._part(part, portfolio, say))
            if len(portfolio.parts) > WALLETS:
                lines.append(say("portfolio.more_wallets", count=len(portfolio.parts) - WALLETS))
        lines += self._missing(portfolio, say)
        lines += [Html(""), say("portfolio.read", age=age(portfolio.at, now, say))]
        buttons = [
            button(_cut(part.label or short(part.address)), Action.BALANCE, part.subscription_id)
            for part in portfolio.parts[:WALLETS]
        ]
        refresh = (button(say("button.refresh"), Action.PORTFOLIO), *menu(say))
        return RenderedMessage(join_lines(lines), (*in_rows(buttons, 2), refresh))

    def _part(self, part: Part, portfolio: Portfolio, say: Texts) -> Html:
        name = wallet(part.address, part.label, say)
        if part.is_empty:
            return say("portfolio.wallet_empty", wallet=name)
        usd = part.total.usd
        value = self._worth(usd, portfolio, say) if usd is not None else None
        if value is None:
            return say("portfolio.wallet_unvalued", wallet=name)
        return say("portfolio.wallet", wallet=name, value=value)

    def _sum(self, portfolio: Portfolio, say: Texts) -> Sequence[Html]:
        if not portfolio.parts:
            return ()
        if all(part.is_empty for part in portfolio.parts):
            return (say("portfolio.nothing", count=len(portfolio.parts)),)
        if not portfolio.priced:
            return (say("portfolio.prices_away"),)
        usd = portfolio.total.usd
        if usd is None:
            return (say("portfolio.no_value"),)
        # What it is in the chain's own token stands beside it in any case.
        beside = say.in_dollars() if say.exchange.currency is Currency.NATIVE else say
        shown = worth(usd, beside)
        native = _in_native(usd, portfolio)
        if shown is None:
            return (say("portfolio.no_value"),)
        if native is None:
            lines = [say("portfolio.total", usd=shown)]
        else:
            amount = number(native, say)
            lines = [
                say("portfolio.total_native", usd=shown, native=amount, symbol=self._profile.native_symbol)
            ]
        lines.append(_change(portfolio.change, beside))
        return lines

    def _by_asset(self, portfolio: Portfolio, say: Texts) -> Sequence[Html]:
        """What has a value with its share of the sum; where nothing has one, what is known at least."""
        values = [(each, each.usd) for each in portfolio.slices if each.usd]
        if not values:
            known = sorted(filter(self._is_known, portfolio.slices), key=lambda each: each.asset not in OWN)
            return [Html(""), *(self._amount(each, say) for each in known[:SLICES])] if known else []
        shown, others = values[:SLICES], values[SLICES:]
        with localcontext(prec=60):
            rest = sum((usd for _, usd in others), Decimal(0))
        parts = [usd for _, usd in shown]
        shares = percents([*parts, rest] if others else parts, say)
        lines = [
            say(
                "portfolio.slice",
                bar=bar(usd / (portfolio.total.usd or usd)),
                share=share,
                asset=self._called(each, portfolio, say),
                value=self._worth(usd, portfolio, say) or say("common.unknown"),
            )
            for (each, usd), share in zip(shown, shares, strict=False)
        ]
        if others:
            value = self._worth(rest, portfolio, say) or say("common.unknown")
            lines.append(say("portfolio.others", count=len(others), share=shares[-1], value=value))
        return [Html(""), *lines]

    def _is_known(self, each: Slice) -> bool:
        return each.asset in OWN or each.asset in self._profile.tokens

    def _amount(self, each: Slice, say: Texts) -> Html:
        if each.asset == STAKED:
            amount = number(to_decimal(each.amount, NATIVE_DECIMALS), say)
            staked = say("portfolio.staked", symbol=self._profile.native_symbol)
            return say("balance.token", amount=Html(f"{amount} {staked}"))
        return say("balance.token", amount=self._amounts.asset(each.asset, each.amount, each.decimals, say))

    def _called(self, each: Slice, portfolio: Portfolio, say: Texts) -> Html:
        if each.asset == STAKED:
            return say("portfolio.staked", symbol=self._profile.native_symbol)
        if each.asset == NATIVE:
            return escape(self._profile.native_symbol)
        identity = portfolio.identities.get(each.asset)
        notes = {}
        if identity is not None:
            listed = identity.source is IdentitySource.LISTED
            notes[each.asset] = AssetNote(identity.symbol, identity.name, identity.decimals, listed)
        return self._amounts.symbol(each.asset, say, notes)

    def _missing(self, portfolio: Portfolio, say: Texts) -> Sequence[Html]:
        lines = []
        unpriced = portfolio.total.unpriced
        if unpriced and portfolio.priced:
            lines.append(say("portfolio.unpriced", count=unpriced))
        if portfolio.unread:
            unread = portfolio.unread[:WALLETS]
            names = series((wallet(each.address, each.label, say) for each in unread), say)
            lines.append(say("portfolio.unread", count=len(portfolio.unread), wallets=names))
        if portfolio.partial:
            partial = portfolio.partial[:WALLETS]
            names = series((wallet(each.address, each.label, say) for each in partial), say)
            lines.append(say("portfolio.partial", wallets=names))
        return [Html(""), *lines] if lines else []

    def _worth(self, usd: Decimal, portfolio: Portfolio, say: Texts) -> str | None:
        return worth(usd, say, portfolio.native.usd if portfolio.native else None)


def bar(share: Decimal) -> str:
    """A share of one as a row of blocks; whatever is more than nothing shows one."""
    filled = min(BAR, max(1, int((share * BAR).to_integral_value())))
    return "▰" * filled + "▱" * (BAR - filled)


def _in_native(usd: Decimal, portfolio: Portfolio) -> Decimal | None:
    if portfolio.native is None:
        return None
    with localcontext(prec=60):
        return (usd / portfolio.native.usd).quantize(Decimal("0.01"))


def _change(change: Change | None, say: Texts) -> Html:
    if change is None:
        return say("price.change_unknown")
    shown = signed_percent(change.share, say)
    amount = worth(change.usd, say)
    if amount is not None and change.usd:
        sign = "+" if change.usd > 0 and not amount.startswith("<") else ""
        shown = f"{shown} ({sign}{amount})"
    if change.covered < Decimal("0.995"):
        return say("portfolio.change_partly", change=shown, part=percent(change.covered, say))
    return say("price.change", change=shown)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_BUTTON else f"{text[: MAX_BUTTON - 1]}…"
