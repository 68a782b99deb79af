"""Watched wallets: their list, their cards, and what can be done with an address."""

from collections.abc import Sequence
from typing import Final

from walletwatch.bot.formatting import Amounts, wallet
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.chats import Subscription
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button, RenderedMessage

PAGE_SIZE: Final = 8


class WalletsView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def native(self, lamports: int, say: Texts) -> Html:
        """Lamports with the chain's symbol."""
        return self._amounts.native(lamports, say)

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
