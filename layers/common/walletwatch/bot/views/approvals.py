"""Who may spend from a wallet, and how risky wallets were when they were last looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from walletwatch.bot.formatting import Amounts, Names, lasting, short, wallet
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.links import address_buttons
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.paging import page_of, turns
from walletwatch.bot.views.scan import SIGNS
from walletwatch.bot.views.wallets import cut
from walletwatch.bot.views.ways import adding, menu, runs
from walletwatch.domain.chain import TokenHolding, WalletBalance
from walletwatch.domain.chats import Subscription
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Level
from walletwatch.domain.risk_watch import WatchedRisk
from walletwatch.domain.work import Button, RenderedMessage

MAX_LINES: Final = 20
RISKS_ON_PAGE: Final = 10


class ApprovalsView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)
        self._names = Names(profile)

    def approvals(
        self, balance: WalletBalance, subscription: Subscription | None, say: Texts
    ) -> RenderedMessage:
        """Who may spend from a wallet beside its owner, and how to end it; one that is watched has a card."""
        name = wallet(balance.address, subscription.label if subscription else None, say)
        lines = [line for holding in balance.holdings for line in self._lines(holding, say)]
        card = ((button(say("button.open"), Action.CARD, subscription.id),),) if subscription else ()
        keyboard = (*address_buttons(self._profile, balance.address, say), *card)
        if not lines:
            return RenderedMessage(say("approvals.none", wallet=name), keyboard)
        shown = lines[:MAX_LINES]
        more = [say("approvals.more", count=len(lines) - len(shown))] if len(lines) > len(shown) else []
        told = [
            say("approvals.title", wallet=name),
            Html(""),
            *shown,
            *more,
            Html(""),
            say("approvals.advice"),
        ]
        return RenderedMessage(join_lines(told), keyboard)

    def risks(self, known: Sequence[WatchedRisk], page: int, now: datetime, say: Texts) -> RenderedMessage:
        """A page of the chat's wallets, the riskiest first; a button for each."""
        if not known:
            return RenderedMessage(say("risks.none"), adding(say))
        order = sorted(known, key=lambda each: -1 if each.risk is None else -each.risk.score - 1)
        page, last = page_of(page, len(order), RISKS_ON_PAGE)
        shown = order[page * RISKS_ON_PAGE :][:RISKS_ON_PAGE]
        lines = [say("risks.title"), Html(""), *(self._risk(each, now, say) for each in shown)]
        rows = tuple(
            (button(f"🛡 {cut(each.label or short(each.address))}", Action.SCAN, each.subscription_id),)
            for each in shown
        )
        return RenderedMessage(
            join_lines([*lines, Html(""), say("risks.footer")]),
            (*rows, *turns(Action.RISKS, str, page, last, say), _more(say), menu(say)),
        )

    def _risk(self, watched: WatchedRisk, now: datetime, say: Texts) -> Html:
        name = wallet(watched.address, watched.label, say)
        if watched.risk is None:
            return say("risks.unknown", wallet=name)
        level = Level(watched.risk.level)
        return say(
            "risks.line",
            sign=SIGNS[level],
            wallet=name,
            level=say(f"risk.level.{level.name.lower()}"),
            score=watched.risk.score,
            ago=lasting(now - watched.risk.at, say),
        )

    def _lines(self, holding: TokenHolding, say: Texts) -> list[Html]:
        lines = []
        held = self._amounts.asset(holding.mint, holding.amount, holding.decimals, say)
        if holding.delegate is not None and holding.delegated_amount:
            who = self._names.who(holding.delegate, say)
            if holding.delegated_amount >= holding.amount:
                lines.append(say("approvals.all", who=who, amount=held))
            else:
                part = self._amounts.asset(holding.mint, holding.delegated_amount, holding.decimals, say)
                lines.append(say("approvals.line", who=who, amount=part))
        if holding.close_authority is not None:
            who = self._names.who(holding.close_authority, say)
            lines.append(say("approvals.close", who=who, amount=held))
        return lines


def _more(say: Texts) -> tuple[Button, ...]:
    """What else there is against theft."""
    return (runs(say("button.approvals"), "approvals"), button(say("button.blocklist"), Action.BLOCKLIST, 0))
