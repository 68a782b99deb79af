"""What chats do not want to hear, what waits for them, and what they ask to be told of."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.facts import LastActivity
from walletwatch.domain.alert_rules.firing import Attempt, Held, Outcome, PendingAlert
from walletwatch.domain.alert_rules.rule import DueRule, NewRule, Rule
from walletwatch.domain.chats import Chat, ChatSettings, Subscription
from walletwatch.domain.filters import Filter
from walletwatch.domain.wallets import Progress
from walletwatch.domain.work import DigestDue

type FiringPlan = Callable[[Sequence[Attempt], Mapping[int, Rule], Held], Sequence[Outcome]]
"""Decides attempts that the ledger does not know yet.

It is told the rules as they are now, by id, and the open messages of these chats.
"""


class Preferences(Protocol):
    """What is not told, and what waits."""

    async def change_filter(self, chat_id: int, subscription_id: int, wanted: Filter) -> Subscription | None:
        """Store the filter of one wallet; None where there is none or it is another chat's."""

    async def change_timing(
        self, chat_id: int, settings: ChatSettings, due_at: datetime, *, urgent_at: datetime
    ) -> tuple[Chat, Sequence[DigestDue]]:
        """Store the settings of a known chat, and let everything that is held for it be due then.

        Args:
            chat_id: Of the chat.
            settings: As they are wanted.
            due_at: When everything is due.
            urgent_at: When urgent alerts are.

        Returns:
            The chat, and the digests that were due at another time.

        Raises:
            UnknownChat: It was never greeted.
        """


class AlertRules(Protocol):
    """What chats ask to be told of."""

    async def add(self, chat_id: int, rule: NewRule, *, limit: int) -> Rule | None:
        """Store a rule under the chat's next number.

        One with the same kind, wallet and terms, that has not ended, is given back instead: a button that was
        tapped twice makes one.

        Returns:
            None where whoever answers for the chat has `limit` that have not ended, in all of their chats, or
                the chat does not watch the wallet.
        """

    async def of_chat(self, chat_id: int) -> Sequence[Rule]:
        """All rules of a chat, by number."""

    async def find(self, chat_id: int, number: int) -> Rule | None:
        """The rule that this chat calls by this number."""

    async def change(self, chat_id: int, rule: Rule, *, again: bool = False) -> Rule | None:
        """Store what a person may change of a rule.

        With other terms or another wallet it begins afresh, as if it was made now: it is armed, rests no
        more, and says nothing of what happened before. Only its count goes on: it names its occasions.

        Args:
            chat_id: Whose it is.
            rule: What is wanted of it; what it has done so far is not taken from it.
            again: It waits anew, on whatever terms: it is armed, and over no more.

        Returns:
            None where it is gone, or the chat does not watch its wallet.
        """

    async def delete(self, chat_id: int, number: int) -> Rule | None:
        """Delete a rule; None where there is none."""

    async def of_wallet(self, wallet_id: int, chat_ids: Collection[int]) -> Sequence[Rule]:
        """The rules of these chats that are about this wallet, or about all, and are neither paused nor over.

        Only those that an activity may make fire; what fires once and did so lately is among them.
        """

    async def due(
        self, now: datetime, *, after: tuple[datetime, int] | None, limit: int
    ) -> Sequence[DueRule]:
        """The next rules whose time has come, by `check_at` and id; those of silent chats are left out.

        Args:
            now: Rules are due up to then.
            after: `check_at` and id of the last one of the page before.
            limit: How many at most.
        """

    async def postpone(
        self, moments: Mapping[int, datetime], armed: Collection[int], *, judged_at: datetime
    ) -> None:
        """When these rules are looked at again, by id; those in `armed` may fire again.

        One that has begun afresh after `judged_at` stays as it is: it was judged by other terms.
        """

    async def priced_assets(self, limit: int) -> Sequence[str]:
        """Assets whose price some rule waits for."""


class AlertLedger(Protocol):
    """What rules made of what happened: in the same ledger as everything else that is told."""

    async def fire(self, attempts: Sequence[Attempt], plan: FiringPlan) -> Sequence[PendingAlert]:
        """Write what these attempts come to, and the rules as they are then, in one database transaction.

        Calls for one rule are serialised. `plan` gets the attempts that have no entry yet and whose rule is
        still there. It may be called again where the transaction had to be repeated.

        Returns:
            The messages of these attempts that are pending, written by this call or by an earlier one.
        """

    async def close_due(self, now: datetime, limit: int) -> Sequence[PendingAlert]:
        """Close what was held until now, so that nothing is added to it any more; the messages of that."""

    async def stuck(self, older_than: timedelta, limit: int) -> Sequence[PendingAlert]:
        """Messages that have been pending for longer than this, oldest first; none that are held."""


class Samples(Protocol):
    """What assets were worth."""

    async def keep(self, prices: Mapping[str, Decimal], at: datetime) -> None:
        """Store prices of one moment; there is one an asset and moment, and the first stays."""

    async def since(
        self, assets: Collection[str], moment: datetime
    ) -> Mapping[str, Sequence[tuple[datetime, Decimal]]]:
        """The samples from that moment on, by asset, oldest first."""

    async def price_at(self, assets: Collection[str], moment: datetime) -> Mapping[str, Decimal]:
        """The prices nearest to a moment, at most `domain.prices.NEAR` off, where there are any."""

    async def forget(self, before: datetime) -> int:
        """Delete older samples; how many there were."""


class Past(Protocol):
    """What has happened to wallets, as far as it is stored."""

    async def labels(self, chat_id: int, addresses: Collection[str]) -> Mapping[str, str]:
        """What the chat calls these wallets, by address; one without a label is absent."""

    async def progress(self) -> Progress | None:
        """How far the wallets have been looked at; None before the first look."""

    async def last_moved(self, wallet_ids: Collection[int]) -> Mapping[int, LastActivity]:
        """The newest activity of each wallet that has one."""

    async def seen_assets(self, wallet_id: int, assets: Collection[str], before: Activity) -> frozenset[str]:
        """Which of these assets the wallet has had a movement of before this activity."""

    async def of_chat(self, chat_id: int, since: datetime, until: datetime, limit: int) -> Sequence[Activity]:
        """What happened to the wallets of a chat in this time, oldest first.

        Args:
            chat_id: Of the chat.
            since: By the time of the block.
            until: By the time of the block.
            limit: The newest so many of each wallet.
        """

    async def of_wallets(
        self, wallet_ids: Collection[int], since: datetime, limit: int
    ) -> Mapping[int, Sequence[Activity]]:
        """What happened to wallets since then, oldest first: the newest `limit` of each that has any."""
