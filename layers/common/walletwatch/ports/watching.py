"""Who watches what, and how far the chain was looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from walletwatch.domain.chain import Position
from walletwatch.domain.chats import Chat, ChatSettings, Contact, Subscribed, Subscription
from walletwatch.domain.service import Service
from walletwatch.domain.sweep import Belongings, Shard, SweptWallet
from walletwatch.domain.wallets import (
    AccountState,
    Cursor,
    NewAccount,
    Progress,
    Wallet,
    WatchedAccount,
    WatchedWallets,
)


class SubscriptionStore(Protocol):
    """Who watches what. The truth is in PostgreSQL."""

    async def remember(self, contact: Contact) -> Chat:
        """Insert or refresh the user and the chat (active again), and return the chat with its settings.

        A private chat speaks its user's language; another keeps the language it was first heard in. A group
        that has a new id stays inactive under the old one.
        """

    async def chat(self, chat_id: int) -> Chat | None:
        """The chat, if it is known."""

    async def change_settings(self, chat_id: int, settings: ChatSettings) -> Chat:
        """Store the settings of a known chat.

        Raises:
            UnknownChat: It was never greeted.
        """

    async def deactivate(self, chat_id: int, reason: str) -> Chat | None:
        """Send nothing to this chat any more, until it is heard of again.

        Returns the chat as it is now; None where nothing was sent to it before, or it is not known.
        """

    async def leave_topic(self, chat_id: int, topic: int) -> Chat | None:
        """Alerts go to the general topic from now on, if they went to this one.

        Returns the chat as it is now; None where that has not changed anything.
        """

    async def migrate(self, chat_id: int, new_chat_id: int) -> None:
        """The group has a new id: its owner, subscriptions, settings and ledger go with it. Safe to repeat.

        Where both watch the same wallet, the earlier start counts, and the new chat's label if it has one.
        """

    async def subscribe(
        self, chat_id: int, address: str, label: str | None, *, slot: int | None, limit: int
    ) -> Subscribed:
        """Watch the wallet from `slot` on; a known subscription keeps its start and takes a new label.

        A wallet that no active chat watches any more starts anew: its accounts' cursors move to `slot`. The
        cursors of one that is watched move back to `slot`, if they are ahead of it. In both cases its
        accounts get new ids, so that a check that began before, and knows nothing of this watcher, moves
        none of them. So a check has to read the accounts before the watchers.

        Args:
            chat_id: A chat that was greeted.
            address: Of the wallet.
            label: At most `MAX_LABEL_LENGTH` characters.
            slot: None where the chain could not be asked: the watch starts at the last look at the wallet,
                and at `WatchStore.start` where there was none. With a slot, all who wait for a start get it.
            limit: How many wallets whoever answers for the chat may watch in all of their chats; one that
                several of them watch is one.

        Raises:
            QuotaExceeded: They watch `limit` other wallets already.
            UnknownChat: It was never greeted.
        """

    async def subscribe_many(
        self, chat_id: int, wanted: Mapping[str, str | None], *, slot: int | None, limit: int
    ) -> Mapping[str, Subscribed]:
        """As `subscribe` for each wallet in turn, by address with its label, in one round trip.

        Those that are new and above the limit are left out; they are the last ones.

        Raises:
            UnknownChat: It was never greeted.
        """

    async def unsubscribe(self, chat_id: int, address: str) -> Subscription | None:
        """Stop watching; None where the chat did not watch it. Others' subscriptions are untouched.

        What was pending for the chat about this wallet is suppressed as `Suppression.UNWATCHED`.
        """

    async def subscriptions(self, chat_id: int) -> Sequence[Subscription]:
        """What the chat watches, in the order it was added."""

    async def subscription(self, chat_id: int, subscription_id: int) -> Subscription | None:
        """One subscription of this chat; None where there is none or it is another chat's."""

    async def watchers(self, wallet_id: int) -> Sequence[Subscription]:
        """Everybody who watches this wallet."""

    async def service(self, chat_id: int, since: datetime) -> Service:
        """How a chat is served: what it watches, how far that was looked at, and what became of its messages.

        Args:
            chat_id: Of the chat.
            since: From when on its ledger entries are counted.
        """


class WatchStore(Protocol):
    """Watched accounts, their cursors and last states."""

    async def wallet(self, address: str) -> Wallet | None:
        """The wallet, if it is known."""

    async def start(self, wallet_id: int, slot: int) -> None:
        """Set the start of a wallet that has none, of its accounts and of its subscriptions.

        Needed where the chain could not be asked before. What has a start keeps it.
        """

    async def unstarted(self, limit: int) -> Sequence[str]:
        """Wallets that are watched by an active chat and have no start, the oldest first."""

    async def wallet_accounts(self, wallet_id: int) -> Sequence[WatchedAccount]:
        """The accounts of one wallet; none where it has no start."""

    async def add_accounts(self, wallet_id: int, accounts: Sequence[NewAccount]) -> Sequence[WatchedAccount]:
        """Watch these too, from the wallet's start on; the known ones are returned unchanged.

        Nothing is returned for a wallet that has no start: its accounts begin where it begins.
        """

    async def swept_wallets(
        self, shard: Shard, *, after: SweptWallet | None, limit: int
    ) -> Sequence[SweptWallet]:
        """The next wallets of this shard that have a start and are watched by an active chat.

        Behind the last one there is none.

        Args:
            shard: Which part of all wallets.
            after: The last wallet of the page before.
            limit: How many wallets at most.
        """

    async def record_search(self, wallet_ids: Sequence[int], belongings: Belongings, at: datetime) -> None:
        """The chain was asked for these belongings of the wallets at that moment."""

    async def record_states(self, states: Mapping[int, AccountState]) -> None:
        """Store what was last seen, by account id. An older slot never replaces a newer one."""

    async def shards(self) -> Sequence[Progress | None]:
        """How far each shard of the sweep has come; as many as there are, at least one."""

    async def reshard(self, present: int, wanted: int) -> None:
        """Let there be another number of shards, each as far as the least of those it is made of.

        Args:
            present: Powers of two, both. Nothing is done where there is another number of shards by now.
            wanted: At most `BUCKETS`.
        """

    async def record_progress(self, shard: Shard, progress: Progress) -> None:
        """Store how far this shard has come. An older slot never replaces a newer one.

        Nothing is stored where there is another number of shards by now.
        """

    async def forget_unwatched(self, watched_before: datetime, limit: int) -> int:
        """Delete the accounts of wallets that nobody subscribes to, and had nobody added since then.

        The wallet goes too, where no activity and no ledger entry refers to it. One that somebody begins to
        watch meanwhile stays. Returns how many wallets had accounts, or went; no more than `limit`.
        """

    async def move_cursors(self, cursors: Mapping[int, Cursor]) -> None:
        """Store up to where was looked, by account id. A cursor never moves to an older slot.

        Within a slot the order is not known here, and the last call wins.
        """


class FollowStore(Protocol):
    """How far the blocks were followed, and for whom. Only the newest holder of the lease may write."""

    async def take(self, token: int) -> Position | None:
        """Keep out whoever has a lower fencing token; None where nothing was followed yet.

        Raises:
            FencedOff: Somebody has a higher one.
        """

    async def begin(self, slot: int, token: int, since: datetime | None) -> WatchedWallets:
        """Note that this block is being matched, and only then read who is watched.

        So either the answer has a wallet, or `reached` tells the first check of that wallet about this slot.

        Args:
            slot: Of the block.
            token: The fencing token.
            since: `as_of` of the last answer, for what was added since; None for all.

        Raises:
            FencedOff: Somebody has a higher token.
        """

    async def move(self, position: Position, token: int) -> None:
        """Everything up to this block is queued.

        Raises:
            FencedOff: Somebody has a higher token.
        """

    async def reached(self) -> int | None:
        """The newest slot that was begun; None where nothing is followed."""
