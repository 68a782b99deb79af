"""What a chat does not want to hear, and when it wants to hear."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from walletwatch.domain.chats import Chat, ChatSettings, Subscription
from walletwatch.domain.filters import MAX_LISTED, Filter
from walletwatch.domain.quiet import FOREVER, Pace, QuietHours
from walletwatch.ports.alerting import Preferences
from walletwatch.ports.common import Clock
from walletwatch.ports.queueing import Queues
from walletwatch.ports.watching import SubscriptionStore


class TooManyListed(Exception):
    """A filter names as many tokens or senders as it may."""


class Preferring:
    """The use cases behind /filters, /quiet, /digest, /mute, /unmute and /snooze.

    A change of when a chat hears moves what waits for it: to the new moment, or to now.
    """

    def __init__(
        self, subscriptions: SubscriptionStore, preferences: Preferences, queues: Queues, clock: Clock
    ) -> None:
        self._subscriptions = subscriptions
        self._preferences = preferences
        self._queues = queues
        self._clock = clock

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    async def filter_chat(self, chat: Chat, wanted: Filter, **switches: bool) -> Chat:
        """Store what counts for all wallets of the chat: the filter, and the switches of its settings.

        Raises:
            TooManyListed: It would name too many tokens or senders.
        """
        _check(wanted)
        settings = replace(chat.settings, filter=wanted, **switches)  # type: ignore[arg-type]
        return await self._subscriptions.change_settings(chat.chat_id, settings)

    async def filter_wallet(self, subscription: Subscription, wanted: Filter) -> Subscription | None:
        """Store what counts for one wallet of a chat; None where it is not watched any more.

        Raises:
            TooManyListed: It would name too many tokens or senders.
        """
        _check(wanted)
        return await self._preferences.change_filter(subscription.chat.chat_id, subscription.id, wanted)

    async def mute_token(self, chat: Chat, asset: str) -> Chat:
        """Tell the chat no more of an asset. Safe to repeat.

        Raises:
            TooManyListed: There are too many already.
        """
        present = chat.settings.filter
        return await self.filter_chat(chat, replace(present, blocked=_with(present.blocked, asset)))

    async def block_sender(self, chat: Chat, address: str) -> Chat:
        """Tell the chat no more of what an address sends. Safe to repeat.

        Raises:
            TooManyListed: There are too many already.
        """
        present = chat.settings.filter
        return await self.filter_chat(chat, replace(present, senders=_with(present.senders, address)))

    async def mute_wallet(self, subscription: Subscription, time: timedelta | None) -> Subscription | None:
        """Tell the chat no more of one wallet, for a time or for good; None where it is watched no more."""
        wanted = replace(subscription.filter, muted_until=self._until(time))
        return await self.filter_wallet(subscription, wanted)

    async def unmute_wallet(self, subscription: Subscription) -> Subscription | None:
        """Tell the chat of one wallet again; None where it is not watched any more."""
        return await self.filter_wallet(subscription, replace(subscription.filter, muted_until=None))

    async def mute(self, chat: Chat, time: timedelta | None) -> Chat:
        """Tell the chat nothing, for a time or for good: what comes meanwhile is not told later."""
        wanted = replace(chat.settings.filter, muted_until=None if time is None else self._until(time))
        settings = replace(chat.settings, filter=wanted, muted=time is None)
        return await self._change_timing(chat, settings)

    async def unmute(self, chat: Chat) -> Chat:
        """Tell the chat again, and what was held by a snooze at once."""
        wanted = replace(chat.settings.filter, muted_until=None)
        return await self._change_timing(
            chat, replace(chat.settings, filter=wanted, muted=False, snoozed_until=None)
        )

    async def snooze(self, chat: Chat, time: timedelta) -> Chat:
        """Hold what comes for a time, and tell it then."""
        return await self._change_timing(chat, replace(chat.settings, snoozed_until=self._clock.now() + time))

    async def wake(self, chat: Chat) -> Chat:
        """Tell what a snooze held at once."""
        return await self._change_timing(chat, replace(chat.settings, snoozed_until=None))

    async def be_quiet(self, chat: Chat, quiet: QuietHours | None) -> Chat:
        """Hold what comes in these hours until their end; None for no such hours."""
        return await self._change_timing(chat, replace(chat.settings, quiet=quiet))

    async def pace(self, chat: Chat, pace: Pace, hour: int) -> Chat:
        """Tell at once, or in digests."""
        return await self._change_timing(chat, replace(chat.settings, pace=pace, digest_hour=hour))

    async def _change_timing(self, chat: Chat, settings: ChatSettings) -> Chat:
        now = self._clock.now()
        timing = settings.timing
        due_at, urgent_at = timing.held_until(now) or now, timing.urgent_until(now) or now
        changed, moved = await self._preferences.change_timing(
            chat.chat_id, settings, due_at, urgent_at=urgent_at
        )
        # What is due later is closed by whoever looks every minute for what is overdue.
        await self._queues.close_digests([due for due in moved if due.due_at <= now])
        return changed

    def _until(self, time: timedelta | None) -> datetime:
        return FOREVER if time is None else self._clock.now() + time


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names else (*names, name)


def _check(wanted: Filter) -> None:
    lists: tuple[tuple[str, ...] | Mapping[str, int], ...] = (
        wanted.blocked, wanted.senders, wanted.allowed or (), wanted.min_amounts,
    )  # fmt: skip
    if any(len(names) > MAX_LISTED for names in lists):
        raise TooManyListed
