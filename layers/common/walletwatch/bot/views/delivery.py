"""What is told of a wallet as a message: one activity, several that came together, or a digest of many."""

from dataclasses import replace
from typing import Final

from walletwatch.bot.filter_codes import FilterCode
from walletwatch.bot.formatting import wallet, when
from walletwatch.bot.html_length import MAX_UNITS, join_lines, units
from walletwatch.bot.keyboards import Action, StaleData, button
from walletwatch.bot.links import address_buttons
from walletwatch.bot.texts import Html, Texts, texts_for
from walletwatch.bot.views.activity import ActivityView
from walletwatch.bot.views.digest import DigestView, between
from walletwatch.domain.activities import Activity
from walletwatch.domain.currencies import Rates
from walletwatch.domain.delivery import PendingDelivery
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import RenderedMessage

MAX_PARTS: Final = 5
"""More than this are counted and added up instead of being told one after the other."""
SEPARATOR: Final = "."
"""Between a ledger key and the number of one of its activities, from 1."""


class DeliveryView:
    """Renders for one chain profile, with the rates that are known."""

    def __init__(self, profile: ChainProfile, rates: Rates) -> None:
        self._profile = profile
        self._rates = rates
        self._activities = ActivityView(profile, rates)
        self._digests = DigestView(profile, self._activities, rates)

    def message(self, delivery: PendingDelivery) -> RenderedMessage:
        """What is sent."""
        activities, subscription = delivery.activities, delivery.subscription
        if len(activities) == 1:
            return self._activities.activity(activities[0], subscription, delivery.names, delivery.key)
        say = texts_for(subscription.chat, self._rates)
        lines = self._parts(delivery, say)
        if len(activities) > MAX_PARTS or units("\n".join(lines)) > MAX_UNITS:
            return self._digest(delivery, say)
        numbers = tuple(
            button(f"📋 {number}", Action.DETAILS, f"{delivery.key}{SEPARATOR}{number}")
            for number in range(1, len(activities) + 1)
        )
        return RenderedMessage(
            join_lines(lines), (numbers, *address_buttons(self._profile, subscription.address, say))
        )

    def details(self, delivery: PendingDelivery, number: int | None) -> RenderedMessage:
        """Everything that is known of one of its activities.

        Args:
            delivery: The message.
            number: Which one, from 1; None where it tells only one.

        Raises:
            StaleData: It has none of this number.
        """
        activity, key = _chosen(delivery, number)
        shown = self._activities.details(activity, delivery.subscription, delivery.names, key)
        say = texts_for(delivery.subscription.chat, self._rates)
        back = (button(say("button.back"), Action.TOLD, delivery.key),)
        return replace(shown, keyboard=(*shown.keyboard, back))

    def less(self, delivery: PendingDelivery, number: int | None) -> RenderedMessage:
        """One of its activities, or a digest, with the ways to hear less like it in place of its buttons.

        Raises:
            StaleData: It has none of this number.
        """
        subscription = delivery.subscription
        say = texts_for(subscription.chat, self._rates)
        if number is None:
            shown, told = self.message(delivery), delivery.activities
            back = button(say("button.back"), Action.TOLD, delivery.key)
        else:
            activity, key = _chosen(delivery, number)
            shown = self._activities.activity(activity, subscription, delivery.names, key)
            told = (activity,)
            back = button(say("button.back"), Action.DETAILS, key)
        ways = self._activities.ways_to_less(told, subscription, say)
        return replace(shown, keyboard=(*ways, (back,)))

    def _digest(self, delivery: PendingDelivery, say: Texts) -> RenderedMessage:
        """What is counted and added up; the ways to all of it, and to hear less of it."""
        subscription = delivery.subscription
        shown = self._digests.digest(delivery.activities, subscription)
        ways = (
            button(say("button.history"), Action.HISTORY, FilterCode(subscription.id).encode()),
            button(say("button.less"), Action.LESS, delivery.key),
        )
        return replace(shown, keyboard=(ways, *shown.keyboard))

    def _parts(self, delivery: PendingDelivery, say: Texts) -> list[Html]:
        subscription = delivery.subscription
        name = wallet(subscription.address, subscription.label, say)
        lines = [say("digest.title", count=len(delivery.activities), wallet=name)]
        for number, activity in enumerate(delivery.activities[:MAX_PARTS], 1):
            lines += [Html(""), *self._activities.part(activity, number, delivery.names, say)]
        zone = subscription.chat.settings.timezone
        times = {when(activity.block_time, say, zone) for activity in delivery.activities}
        if len(times) > 1:
            return [*lines, Html(""), between(delivery.activities, say, zone)]
        return [*lines, Html(""), say("activity.line.time", time=times.pop())]


def _chosen(delivery: PendingDelivery, number: int | None) -> tuple[Activity, str]:
    """One activity of a message, and what stands for it in the data of a button.

    Raises:
        StaleData: There is none of this number.
    """
    if number is None:
        return delivery.activities[0], delivery.key
    if not 0 < number <= len(delivery.activities):
        raise StaleData
    return delivery.activities[number - 1], f"{delivery.key}{SEPARATOR}{number}"
