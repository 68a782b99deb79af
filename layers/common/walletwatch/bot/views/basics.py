"""The menu, the settings and the status."""

from collections.abc import Sequence
from typing import Final

from walletwatch.bot.formatting import wallet, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.chats import ChatSettings, Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.watching import ChatStatus

SETTINGS: Final = ("muted", "failed", "dust", "spam", "risk")
BEHIND_SECONDS: Final = 90
"""A look longer ago than this is said to be behind: no sweep takes as long between two rounds."""


class BasicsView:
    """Renders what every chat needs."""

    def menu(self, say: Texts) -> Sequence[Sequence[Button]]:
        """The ways on from the first message."""
        return (
            (button(say("button.list"), Action.LIST, 0), button(say("button.status"), Action.STATUS)),
            (button(say("button.settings"), Action.SETTINGS), button(say("button.help"), Action.HELP)),
        )

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
            lines.append(say("status.chain", slot=whole(status.slot, say)))
        age = None if status.swept is None else max(0, round((status.now - status.swept.at).total_seconds()))
        if status.swept is None:
            lines.append(say("status.never_swept"))
        else:
            lines.append(say("status.swept", seconds=age, slot=whole(status.swept.slot, say)))
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
