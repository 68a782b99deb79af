"""What the commands show, beside activities."""

from collections.abc import Sequence
from typing import Final

from walletwatch.bot.connections_view import ConnectionsView
from walletwatch.bot.formatting import Amounts, wallet
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.scan_view import ScanView
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.chats import ChatSettings, Subscription
from walletwatch.domain.connections import Connections
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.watching import ChatStatus

PAGE_SIZE: Final = 8
MAX_HOLDINGS: Final = 20
SETTINGS: Final = ("muted", "failed", "dust", "spam", "risk")
BEHIND_SECONDS: Final = 90
"""A look longer ago than this is said to be behind: no sweep takes as long between two rounds."""


class Views:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)
        self._scans = ScanView(profile)
        self._connections = ConnectionsView(profile)

    def menu(self, say: Texts) -> Sequence[Sequence[Button]]:
        """The ways on from the first message."""
        return (
            (button(say("button.list"), Action.LIST, 0), button(say("button.status"), Action.STATUS)),
            (button(say("button.settings"), Action.SETTINGS), button(say("button.help"), Action.HELP)),
        )

    def scan(self, report: ScanReport, say: Texts) -> RenderedMessage:
        """The verdict of a scan."""
        return self._scans.scan(report, say)

    def scan_details(self, report: ScanReport, page: int, say: Texts) -> RenderedMessage:
        """A page of what a scan found, from 0 on."""
        return self._scans.details(report, page, say)

    def scan_connections(self, report: ScanReport, connections: Connections, say: Texts) -> RenderedMessage:
        """With whom a scanned wallet is connected."""
        return self._connections.connections(report, connections, say)

    def native(self, lamports: int) -> Html:
        """Lamports with the chain's symbol."""
        return self._amounts.native(lamports)

    def list(self, subscriptions: Sequence[Subscription], page: int, say: Texts) -> RenderedMessage:
        """A page of what the chat watches; a button for each wallet."""
        if not subscriptions:
            return RenderedMessage(say("list.empty"))
        last = (len(subscriptions) - 1) // PAGE_SIZE
        page = min(page, last)
        shown = subscriptions[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        lines = [say("list.title", count=len(subscriptions))]
        lines += [wallet(item.address, item.label, say) for item in shown]
        rows = self.choices(shown, Action.CARD)
        turns = []
        if page > 0:
            turns.append(button(say("button.previous"), Action.LIST, page - 1))
        if page < last:
            turns.append(button(say("button.next"), Action.LIST, page + 1))
        return RenderedMessage(join_lines(lines), (*rows, tuple(turns)) if turns else rows)

    def choices(
        self, subscriptions: Sequence[Subscription], action: Action
    ) -> tuple[tuple[Button, ...], ...]:
        """A button for each of these wallets."""
        return tuple(
            (button(item.label or item.address[:16] + "…", action, item.id),) for item in subscriptions
        )

    def card(self, subscription: Subscription, say: Texts) -> RenderedMessage:
        """One wallet, and what can be done with it."""
        return RenderedMessage(
            wallet(subscription.address, subscription.label, say), self.card_keyboard(subscription, say)
        )

    def card_keyboard(self, subscription: Subscription, say: Texts) -> Sequence[Sequence[Button]]:
        """What can be done with a watched wallet."""
        last = [Button(say("button.copy_address"), copy_text=subscription.address)]
        url = self._profile.address_url(subscription.address)
        if url:
            last.append(Button(say("button.explorer"), url=url))
        return (
            (
                button(say("button.balance"), Action.BALANCE, subscription.id),
                button(say("button.scan"), Action.SCAN, subscription.id),
            ),
            (button(say("button.unwatch"), Action.UNWATCH, subscription.id), *last),
            (button(say("button.back"), Action.LIST, 0),),
        )

    def bare_address(self, address: str, say: Texts) -> RenderedMessage:
        """What can be done with an address somebody sent."""
        return RenderedMessage(
            say("watch.bare", address=address),
            (
                (
                    button(say("button.watch"), Action.WATCH_ADDRESS, address),
                    button(say("button.balance"), Action.BALANCE_ADDRESS, address),
                    button(say("button.scan"), Action.SCAN_ADDRESS, address),
                ),
            ),
        )

    def unwatch_question(self, subscription: Subscription, say: Texts) -> RenderedMessage:
        """Whether it is meant."""
        name = wallet(subscription.address, subscription.label, say)
        return RenderedMessage(
            say("unwatch.confirm", wallet=name),
            (
                (
                    button(say("button.confirm_unwatch"), Action.UNWATCH_CONFIRMED, subscription.id),
                    button(say("button.keep"), Action.CARD, subscription.id),
                ),
            ),
        )

    def balance(
        self, balance: WalletBalance, label: str | None, refresh: Button, say: Texts
    ) -> RenderedMessage:
        """What a wallet holds; the largest number of base units first is no order of value, so by mint."""
        lines = [
            say("balance.title", wallet=wallet(balance.address, label, say)),
            say("balance.native", amount=self._amounts.native(balance.lamports)),
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
        lines.append(say("balance.slot", slot=f"{balance.slot:,}"))
        return RenderedMessage(join_lines(lines), ((refresh,),))

    def settings(self, settings: ChatSettings, say: Texts) -> RenderedMessage:
        """The switches."""
        rows = tuple(
            (
                button(
                    f"{'✅' if getattr(settings, name) else '⬜️'} {say(f'settings.{name}')}",
                    Action.TOGGLE,
                    name,
                ),
            )
            for name in SETTINGS
        )
        return RenderedMessage(Html(f"{say('settings.title')}\n{say('settings.hint')}"), rows)

    def status(self, status: ChatStatus, say: Texts) -> RenderedMessage:
        """Whether the wallets are looked at, and what became of the messages."""
        lines = [say("status.title")]
        if status.slot is None:
            lines.append(say("status.no_chain"))
        else:
            lines.append(say("status.chain", slot=f"{status.slot:,}"))
        age = None if status.swept is None else max(0, round((status.now - status.swept.at).total_seconds()))
        if status.swept is None:
            lines.append(say("status.never_swept"))
        else:
            lines.append(say("status.swept", seconds=age, slot=f"{status.swept.slot:,}"))
        lines += [self._watched(item, age, say) for item in status.subscriptions]
        if not status.subscriptions:
            lines.append(say("status.none"))
        counts = {known.value: status.deliveries.get(known, 0) for known in DeliveryStatus}
        lines.append(say("status.deliveries", **counts))
        return RenderedMessage(join_lines(lines), ((button(say("button.refresh"), Action.STATUS),),))

    def _watched(self, subscription: Subscription, age: int | None, say: Texts) -> Html:
        name = wallet(subscription.address, subscription.label, say)
        if subscription.checked_slot is None or age is None:
            return say("status.waiting", wallet=name)
        if age > BEHIND_SECONDS:
            return say("status.behind", wallet=name, seconds=age)
        return say("status.current", wallet=name)
