"""What the services need of the world outside. Each has a real adapter and a fake (tests/fakes).

Every method may raise the `TransientError` of its side: `ChainUnavailable`, `StoreUnavailable`,
`QueueUnavailable`, `DeliveryUnavailable`, `PriceUnavailable`. A failure is never an empty answer.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol

from walletwatch.domain.activities import Activity
from walletwatch.domain.administration import AuditEntry, Maintenance, Redriven
from walletwatch.domain.alerts import Alert, AlertLevel, Finding
from walletwatch.domain.caching import CacheStats, Looked
from walletwatch.domain.chain import (
    AccountData,
    AnnouncedSlot,
    Block,
    Observation,
    Position,
    SignatureInfo,
    Simulation,
    SimulationResult,
    StakingReward,
    WalletBalance,
)
from walletwatch.domain.chats import Chat, ChatSettings, Contact, Subscribed, Subscription
from walletwatch.domain.delivery import Candidate, DeliveryStatus, NewDelivery, PendingDelivery
from walletwatch.domain.digests import Burst, Outgoing
from walletwatch.domain.fetching import FetchOutcome, Wanted
from walletwatch.domain.inspection.creator import MadeToken
from walletwatch.domain.lists import Dealer, ListEntry, ListKind, Report, Review
from walletwatch.domain.pools import KnownPool, ListedPool, PoolPull, PoolSeen, SourceState, Suspect
from walletwatch.domain.prices import Price
from walletwatch.domain.risk import Unknown, Verdict
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.scans import Inspection, ScanReport
from walletwatch.domain.sessions import Session
from walletwatch.domain.suspicion import Counterparty
from walletwatch.domain.sweep import Belongings, Shard, SweptWallet
from walletwatch.domain.telemetry import Instance, Tally
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.domain.vitals import Expiry, LastLook, Population, QueueDepth, TelegramVitals
from walletwatch.domain.wallets import (
    AccountKind,
    AccountState,
    Cursor,
    NewAccount,
    Progress,
    Wallet,
    WatchedAccount,
    WatchedWallets,
)
from walletwatch.domain.work import (
    Backfill,
    BalanceCheck,
    DigestDue,
    Notification,
    RenderedMessage,
    RiskCheck,
    SecurityScan,
    SubjectKind,
)

type Decode = Callable[[Mapping[str, Any], str], Activity | None]
"""Tells what a `getTransaction` result did to a wallet; None if it does not concern it.

Raises `MalformedTransaction` for an answer that has not the shape of a transaction.
"""

type FindAccounts = Callable[[Mapping[str, Any], str], Sequence[NewAccount]]
"""Tells which accounts a `getTransaction` result shows to be a wallet's.

Raises `MalformedTransaction` for an answer that has not the shape of a transaction.
"""

type Concerned = Callable[[Mapping[str, Any]], frozenset[str]]
"""Tells whom a transaction may concern: all accounts it names, and the owners of the token accounts in it.

Raises `MalformedTransaction` for an answer that has not the shape of a transaction.
"""

type DeliveryPlan = Callable[[Sequence[Candidate], Mapping[int, Burst]], Sequence[NewDelivery]]
"""Turns the candidates that the ledger does not know yet into its new entries.

It is told what each subscription, by its id, has heard lately.
"""


class Clock(Protocol):
    """The time, so that tests can set it."""

    def now(self) -> datetime:
        """The present moment in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class Chain(Protocol):
    """An SVM chain, read at commitment `confirmed` (Solana RPC)."""

    async def slot(self) -> int:
        """The newest confirmed slot."""

    async def epoch(self) -> int:
        """The present epoch."""

    async def wallet_balance(self, address: str) -> WalletBalance:
        """Lamports and the token accounts of both token programs."""

    async def token_accounts(
        self, owner: str, *, min_context_slot: int | None = None
    ) -> Sequence[NewAccount]:
        """The token accounts of both token programs that `owner` owns.

        Args:
            owner: Any wallet.
            min_context_slot: The node must have seen this slot, else `ChainUnavailable`.
        """

    async def stake_accounts(self, owner: str) -> Sequence[NewAccount]:
        """The stake accounts that `owner` may manage or withdraw from.

        Raises:
            ChainRefused: The node does not answer such a question.
        """

    async def observe(self, accounts: Sequence[tuple[str, AccountKind]]) -> Sequence[Observation]:
        """Look at any number of accounts, 100 a call, in their order; one observation for each call made."""

    async def past(self, address: str, *, not_before: int, limit: int) -> Sequence[SignatureInfo]:
        """The newest transactions that mention `address`, newest first.

        Args:
            address: Any account.
            not_before: Unix seconds; older ones are left out.
            limit: At most so many.
        """

    async def signatures(
        self, address: str, *, after: Cursor, min_context_slot: int | None
    ) -> Sequence[SignatureInfo]:
        """All transactions that mention `address` after the cursor, newest first, paged to the end.

        Args:
            address: Any account.
            after: Neither its signature nor anything at or below its slot before it is returned.
            min_context_slot: The node must have seen this slot, else `ChainUnavailable`.
        """

    async def transactions(self, signatures: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The `getTransaction` results of all these signatures.

        Raises:
            ChainUnavailable: Any of them is not known to the node yet.
        """

    async def staking_rewards(self, addresses: Sequence[str]) -> Sequence[StakingReward]:
        """What these stake accounts were given for the last epoch; one that was given nothing is absent."""

    async def block_time(self, slot: int) -> int | None:
        """Unix seconds of a block, as the validators estimated them; None where the node does not know."""

    async def rent_exempt_minimum(self, size: int) -> int:
        """Lamports that an account of `size` bytes must hold."""

    async def accounts(
        self, addresses: Sequence[str], *, head: int | None = None
    ) -> Mapping[str, AccountData | None]:
        """Any number of accounts, 100 a call; None for one that does not exist.

        Those of one call, in the order of the addresses, are of one slot.

        Args:
            addresses: Of the accounts.
            head: How many bytes of each are wanted; a program's code has millions.
        """

    async def program_accounts(
        self, program: str, *, size: int, memcmp: Mapping[int, str], slice_: tuple[int, int]
    ) -> Sequence[AccountData]:
        """The accounts that a program owns.

        Args:
            program: Their owner.
            size: Of their data, in bytes.
            memcmp: What their data have at some offsets, in base58.
            slice_: Offset and length of the bytes wanted of each.

        Raises:
            ChainRefused: Many providers do not answer this method.
        """

    async def largest_token_accounts(self, mint: str) -> Sequence[str]:
        """The token accounts that hold the most of a mint, at most twenty, the largest first.

        Raises:
            ChainRefused: Most public nodes do not answer this for a token program of many accounts.
        """

    async def token_accounts_of(self, mint: str, program: str) -> Sequence[AccountData]:
        """All token accounts of a mint, each with its bytes from the owner to the state (32 to 109).

        Args:
            mint: Any.
            program: The token program that owns it.

        Raises:
            ChainRefused: Many providers do not answer this method.
        """

    async def simulate(self, simulations: Sequence[Simulation]) -> Sequence[SimulationResult]:
        """What the transactions would do now, each by itself, in their order; nothing is signed or kept."""


class Tokens(Protocol):
    """What mints are called, by the chain profile's list or by their makers."""

    async def identities(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity]:
        """What the mints are called; one that does not exist, or is no mint, is absent.

        Raises:
            ChainUnavailable: They could not be read.
        """


class Fetcher(Protocol):
    """Opens links that strangers wrote, wherever they lead."""

    async def fetch(self, link: str, wanted: Wanted) -> FetchOutcome:
        """What a link leads to, or why it was not, or in vain, followed; it raises nothing of a stranger's.

        Args:
            link: Anything.
            wanted: What it should lead to; nothing else is taken.
        """


class Prices(Protocol):
    """What assets are worth in US dollars."""

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """The prices that are known and fresh, by asset; one that is missing is unknown, not worthless.

        Args:
            assets: Mints, or `NATIVE`.

        Raises:
            PriceUnavailable: Nobody could be asked.
        """


class Inspector(Protocol):
    """Reads what a security scan looks at."""

    async def inspect(self, subject: str, kind: SubjectKind) -> Inspection:
        """What there is to know about an address, read now or remembered.

        What could not be read is `Unknown` among the facts.

        Args:
            subject: Any address.
            kind: What it is; AUTO lets the chain tell.

        Raises:
            ChainUnavailable: Not even what the address is could be read.
        """


class Judge(Protocol):
    """Says what facts come to."""

    def trusts(self, inspection: Inspection) -> bool:
        """Whether somebody who is trusted vouches for the subject."""

    def judge(self, inspection: Inspection) -> Verdict:
        """The verdict; the same facts give the same one."""


class Blocks(Protocol):
    """The chain block by block, at the commitment that the deployment follows."""

    async def newest(self) -> int:
        """The newest slot that has a block."""

    async def slots_after(self, slot: int, limit: int) -> Sequence[int]:
        """The next slots that have a block, ascending."""

    async def block(self, slot: int) -> Block:
        """The block of a slot.

        Raises:
            SlotSkipped: There is none, or the node does not keep it.
            BlockNotAvailable: There is none yet.
        """


class SlotFeed(Protocol):
    """News of slots, as a hint: they may be late, incomplete, or of a fork."""

    async def announced(self, patience: timedelta) -> Sequence[AnnouncedSlot]:
        """What was announced since the last call, waiting for it up to `patience`; nothing if in vain."""


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

    async def deactivate(self, chat_id: int, reason: str) -> None:
        """Send nothing to this chat any more, until it is heard of again."""

    async def migrate(self, chat_id: int, new_chat_id: int) -> None:
        """The group has a new id: its subscriptions, settings and ledger go with it. Safe to repeat.

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
            limit: How many wallets the chat may watch.

        Raises:
            QuotaExceeded: The chat watches `limit` wallets already.
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

    async def progress(self) -> Progress | None:
        """How far the sweep has come in all shards; None before the first round of each."""

    async def delivery_counts(self, chat_id: int, since: datetime) -> Mapping[DeliveryStatus, int]:
        """How many ledger entries of this chat, made since then, have which status; every status is there."""


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


class Ledger(Protocol):
    """Activities and what was told of them."""

    async def record(
        self,
        wallet_id: int,
        activities: Sequence[Activity],
        candidates: Sequence[Candidate],
        plan: DeliveryPlan,
        *,
        since: datetime,
    ) -> Outgoing:
        """Store the activities and the deliveries of the candidates, in one database transaction.

        Calls for one wallet are serialised. `plan` gets the candidates that have no entry yet, each with the
        subscription as it is now, and what was told one by one after `since`; one whose subscription is gone
        by now is left out. It may be called again where the transaction had to be repeated.

        Digests of this wallet that are overdue are closed first: what comes now is not merged into them.

        Returns:
            What is still to be queued for these candidates, whether written by this call or by an earlier one
            that did not finish: the pending messages, and the digests that one of them opened. The digests
            that were closed here are among the messages. Those that took in a candidate are not: who opened
            them sees to them.
        """

    async def keep(self, wallet_id: int, activities: Sequence[Activity]) -> None:
        """Store activities that nobody is told of; those that are known stay as they are."""

    async def close_digest(self, key: str) -> Outgoing:
        """Close a digest that is due, so that nothing is merged into it from now on. Safe to repeat.

        Returns:
            Its message, if it is still pending, whoever closed it; or the digest as open, if it is not due.
            Nothing, if it was sent or is not wanted any more.
        """

    async def overdue_digests(self, limit: int) -> Sequence[DigestDue]:
        """Open digests that are due by now, the oldest first."""

    async def add(self, delivery: NewDelivery) -> DeliveryStatus:
        """Write one entry if its key is new, and return the status it has now."""

    async def statuses(self, keys: Sequence[str]) -> Mapping[str, DeliveryStatus]:
        """The status of each known key."""

    async def settle(
        self, key: str, status: DeliveryStatus, *, message_id: int | None = None, reason: str | None = None
    ) -> None:
        """A pending entry gets its final status; one that is settled, or unknown, stays as it is."""

    async def stuck(self, older_than: timedelta, limit: int) -> Sequence[PendingDelivery]:
        """Activity and digest entries that have been pending for longer than this, oldest first.

        Open digests are not among them.
        """

    async def delete_scans_before(self, moment: datetime) -> int:
        """Delete settled entries of security scans older than this; how many there were."""

    async def delete_before(self, moment: datetime) -> int:
        """Delete settled entries older than this, and activities that no entry refers to any more.

        An entry that is merged into a pending digest stays. Returns how many entries went.
        """


class History(Protocol):
    """What is remembered of a wallet's activities."""

    async def counterparties(self, wallet_id: int, limit: int) -> Sequence[Counterparty]:
        """Whom the wallet dealt with in its newest activities, each once.

        Args:
            wallet_id: Of the wallet.
            limit: How many activities to look at.
        """


class Cache(Protocol):
    """Values that may be lost at any moment.

    Every look at a value is counted, as `CacheHits` or `CacheMisses`; one that the cache does not answer is a
    miss, beside the error that it raises.
    """

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""

    async def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep the value for a while, at least a millisecond."""

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The values of those keys that have one."""

    async def set_many(self, values: Mapping[str, bytes], ttl: timedelta) -> None:
        """Keep the values for a while, at least a millisecond."""

    async def delete(self, *keys: str) -> None:
        """Forget the values."""

    async def increment(self, key: str, amount: int = 1, *, ttl: timedelta) -> int:
        """Add to a number, which is 0 where there is none, and return it; at once for all instances.

        An increment whose answer was lost is made again, and so may count twice.

        Args:
            key: Of a number in decimal digits.
            amount: May be negative.
            ttl: Set by the first increment; the others leave the number its end.
        """

    async def pop(self, key: str) -> bytes | None:
        """The value, or None; it is forgotten, so that only one of all who ask gets it."""

    async def clear(self, pattern: str) -> int:
        """Forget all values whose key matches, in steps that hold up nobody else.

        Args:
            pattern: `*`, `?` and `[...]` as Redis has them, over whole keys (`balance:*`). What is put in
                from outside has to be `domain.caching.escaped`.

        Returns:
            How many there were.
        """

    def stats(self) -> CacheStats:
        """What was looked for through this object, in this process."""

    async def look(
        self, keys: Sequence[str], *, holder: str, lock_for: timedelta, stale_for: timedelta
    ) -> Mapping[str, Looked]:
        """Look at values that their reader will load where they are missing: one of all instances.

        Args:
            keys: All of them are answered.
            holder: Names who looks. Whoever gets `to_load` holds a lock on it until `fill` or `release`.
            lock_for: When the lock ends by itself, since its holder was killed.
            stale_for: A value is stale from so long before its end on.
        """

    async def fill(self, values: Mapping[str, tuple[bytes, timedelta]], *, holder: str) -> None:
        """Keep what was loaded, each for a while, and give up the locks.

        A value that is there stays, if somebody else has its lock by now: theirs is newer.
        """

    async def release(self, keys: Sequence[str], *, holder: str) -> None:
        """Give up the locks, with nothing loaded."""


class Sessions(Protocol):
    """What the bot waits for in a conversation, for all instances.

    It may be lost at any moment; the person then begins again.
    """

    async def find(self, chat_id: int, user_id: int) -> Session | None:
        """The session, with its full time (`SESSION_TTL`) again; None where there is none."""

    async def save(self, session: Session) -> Session | None:
        """Store it in place of the version it has, and return it with its new version.

        None, and nothing stored, where another instance has stored or ended it since; with no version, where
        there is one.
        """

    async def end(self, session: Session) -> bool:
        """Forget it; False if another one was stored since, which stays."""


class Claim(Enum):
    """What became of the wish to take an update."""

    TAKEN = "taken"
    IN_PROGRESS = "in progress"
    DONE = "done"


class UpdateClaims(Protocol):
    """Which updates of Telegram were taken, by `update_id`, for 24 hours."""

    async def claim(self, update_id: int) -> Claim:
        """Take the update for as long as an invocation can last.

        A claim that is neither done nor given back ends by itself: its holder was killed.
        """

    async def done(self, update_id: int) -> None:
        """The update was handled: it is not taken again for as long as Telegram may deliver it."""

    async def give_back(self, update_id: int) -> None:
        """The update was not handled after all: a redelivery is welcome."""


class ForgetfulClaims(UpdateClaims, Protocol):
    """Claims that do not end by themselves."""

    async def forget(self, ended_before: datetime) -> int:
        """Delete claims that ended before this; how many there were."""


class Lease(Protocol):
    """A lease that is held."""

    token: int
    """The fencing token: higher than that of every earlier holder."""

    async def renew(self) -> bool:
        """Hold it for its full time again; False if it was lost."""

    async def wanted(self) -> bool:
        """Whether somebody waits for it."""

    async def release(self) -> None:
        """Give it up, if it is still held."""


class Leases(Protocol):
    """Exclusive rights with an end, so that a killed holder blocks nobody for long."""

    async def acquire(self, name: str, ttl: timedelta, *, patience: timedelta) -> Lease | None:
        """Take the lease, waiting for it up to `patience` and letting its holder know; None if in vain."""

    async def adopt(self, name: str, ttl: timedelta) -> Lease | None:
        """Take the lease if nobody holds it or waits for it; else its holder is not told, and it is None."""


class SendLimits(Protocol):
    """Telegram's limits for all instances (Bot FAQ: 30/s, 1/s a chat with short bursts, 20/min a group)."""

    async def reserve(self, chat_id: int) -> float:
        """Take a place now (0), or the seconds to wait before asking again."""

    async def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram asked this chat's sender to wait. A shorter wait never replaces a longer one."""


class RateLimits(Protocol):
    """How often one user may ask for something, in windows that begin with the first request."""

    async def allow(self, user: int, action: str, *, limit: int, window: timedelta) -> bool:
        """Count this request; False if it is one too many."""


class SentMarks(Protocol):
    """A second place, beside the ledger, that remembers for a day what Telegram accepted.

    It closes the gap in which PostgreSQL could not be reached after a send.
    """

    async def mark(self, key: str, message_id: int) -> None:
        """Telegram accepted the message of this ledger key."""

    async def marked(self, keys: Sequence[str]) -> Mapping[str, int]:
        """The message ids of the keys that were accepted."""


class Queues(Protocol):
    """Work for the other functions (SQS)."""

    async def check(self, checks: Sequence[BalanceCheck]) -> None:
        """Ask for looks at wallets."""

    async def close_digests(self, digests: Sequence[DigestDue]) -> None:
        """Ask for digests to be closed when they are due; that may come early, late, and more than once."""

    async def backfill(self, backfill: Backfill) -> None:
        """Ask for a wallet's past."""

    async def scan(self, scan: SecurityScan) -> None:
        """Ask for a security scan."""

    async def check_risks(self, checks: Sequence[RiskCheck]) -> None:
        """Ask for looks at the risk of wallets, `LOOK_AFTER` from now."""

    async def notify(self, notifications: Sequence[Notification]) -> None:
        """Ask for messages to be sent, in order within a chat."""


class Messenger(Protocol):
    """Telegram, as the sender of notifications sees it."""

    async def send(self, chat_id: int, message: RenderedMessage, *, reply_to: int | None = None) -> int:
        """Send and return the message id.

        Raises:
            DeliveryUnavailable: Not now; `retry_after` may say when.
            ChatUnreachable: Never again in this chat.
            ChatMigrated: The chat has a new id.
            MessageRefused: This message is not acceptable.
        """


class Renderer(Protocol):
    """Turns what happened into messages in the reader's language."""

    def delivery(self, delivery: PendingDelivery) -> RenderedMessage:
        """The message of an activity or of a digest."""

    def scan(self, report: ScanReport, language: str) -> RenderedMessage:
        """The message of a security scan."""

    def risk_worse(self, report: ScanReport, before: KnownRisk, language: str) -> RenderedMessage:
        """That the risk of a watched wallet got worse."""

    def scan_delayed(self, subject: str, language: str) -> RenderedMessage:
        """That a scan could not be made yet, and is tried again."""


class TelemetryBoard(Protocol):
    """What all instances say of themselves. It may be lost at any moment, and then begins anew."""

    async def post(self, instance: Instance, tally: Tally) -> None:
        """Add the counts, and say that the instance lives and how it is."""

    async def total(self) -> Tally:
        """Everything that was ever counted, or since the board was lost."""

    async def recent(self, minutes: int) -> Tally:
        """What was counted in the last minutes, the present one included; at most fifteen."""

    async def instances(self, within: timedelta) -> Sequence[Instance]:
        """Those that said something within this time, by function and start."""

    async def forget(self, older_than: timedelta) -> int:
        """Forget those that have said nothing for so long; how many there were."""


class QueueDepths(Protocol):
    """How much work waits."""

    async def depths(self) -> Sequence[QueueDepth]:
        """Of every queue that this function was told of.

        Raises:
            QueueUnavailable: SQS did not say.
        """


class DeadLetters(Protocol):
    """What failed in every try, and where it came from."""

    async def redrive(
        self, queue: str, *, limit: int, wanted: Callable[[str], bool] | None = None
    ) -> Redriven:
        """Put messages of a dead-letter queue back into their queue, each only once that has it.

        Args:
            queue: Name of the queue, such as `balance`.
            limit: At most so many.
            wanted: Tells by its body whether a message is meant; None for all.

        Raises:
            QueueUnavailable: SQS failed; those that were moved before that are moved.
        """

    async def purge(self, queue: str, *, limit: int) -> Sequence[str]:
        """Delete messages of a dead-letter queue, and return their bodies.

        Raises:
            QueueUnavailable: SQS failed; those that were deleted before that are deleted.
        """


class Statistics(Protocol):
    """Figures of the whole system (PostgreSQL)."""

    async def population(self) -> Population:
        """Whom it serves."""

    async def looked(self) -> Sequence[LastLook]:
        """How far the sweep (all of its shards) and the stream have come."""

    async def deliveries(self, since: datetime) -> Mapping[DeliveryStatus, int]:
        """How many ledger entries made since then have which status; every status is there."""


class WebhookState(Protocol):
    """What Telegram knows of our webhook."""

    async def read(self) -> TelegramVitals:
        """Ask Telegram.

        Raises:
            DeliveryUnavailable: It was not reached.
        """


class Expiries(Protocol):
    """Certificates and secrets that stop being valid."""

    async def read(self) -> Sequence[Expiry]:
        """When they do; nothing is left out: what cannot be asked raises.

        Raises:
            TransientError: One could not be asked.
        """


class Alerts(Protocol):
    """What operators have to know, kept until its retention ends."""

    async def raised(self, finding: Finding, at: datetime) -> Alert:
        """It holds: a new alert, or the open one of its key, seen again.

        At another level than before it has to be told, and acknowledged, anew.
        """

    async def cleared(self, alert_id: int, at: datetime, *, settle: timedelta) -> Alert | None:
        """It does not hold; resolved once that was so for `settle`, and then returned."""

    async def open(self) -> Sequence[Alert]:
        """Those that are not over, the worst and oldest first."""

    async def unheard(self, chats: Collection[int]) -> Sequence[Alert]:
        """Those whose beginning or whose end one of these chats does not know, oldest first.

        Nobody has to know the end of what he was not told the beginning of.
        """

    async def told(self, alert_id: int, chat_id: int, at: datetime, *, end: bool) -> None:
        """The chat knows of its beginning, or of its end."""

    async def remind(self, levels: Collection[AlertLevel], told_before: datetime) -> int:
        """Let open alerts that nobody acknowledged be told again, if they were last told before this."""

    async def acknowledge(self, alert_id: int, user_id: int, at: datetime) -> Alert | None:
        """Somebody sees to it; None where there is no such open alert."""

    async def recent(self, limit: int) -> Sequence[Alert]:
        """The newest, over or not, newest first."""

    async def forget(self, resolved_before: datetime) -> int:
        """Delete alerts that were over before this; how many there were."""


class Administration(Protocol):
    """What administrators did, and the switches they set (PostgreSQL)."""

    async def audit(self, entry: AuditEntry) -> None:
        """Keep what was done."""

    async def entries(self, limit: int) -> Sequence[AuditEntry]:
        """What was done last, newest first."""

    async def maintenance(self) -> Maintenance | None:
        """Whether people are asked to come back later; None where not."""

    async def set_maintenance(self, maintenance: Maintenance | None) -> None:
        """Begin or end it."""


class Risks(Protocol):
    """What the last look at each watched wallet's risk came to (PostgreSQL)."""

    async def last(self, wallet_id: int) -> KnownRisk | None:
        """What the last look came to; None where there was none."""

    async def keep(self, wallet_id: int, risk: KnownRisk) -> None:
        """Remember a look; one that is older than what is remembered is not."""


class AddressLists(Protocol):
    """Addresses that people were warned of or that are vouched for, and what people report (PostgreSQL)."""

    async def entries(self, addresses: Collection[str]) -> Sequence[ListEntry]:
        """What is said of these addresses, dropped entries among it; one query."""

    async def hits(self, addresses: Collection[str]) -> Mapping[str, str]:
        """By address, the source that warns of it; what is on no list, or vouched for, is absent."""

    async def newest(self, kind: ListKind, *, limit: int, offset: int) -> Sequence[ListEntry]:
        """A page of a list, the newest first."""

    async def put(self, entry: ListEntry) -> None:
        """Enter what a source says of an address, in place of what it said before."""

    async def warn(self, entry: ListEntry) -> bool:
        """Enter what a source found by itself; whether anything was entered.

        What it said before stays, and so does what an administrator took off, or anybody vouches for.
        """

    async def drop(self, address: str) -> int:
        """Take an address off both lists for good; says how many entries that were."""

    async def report(self, report: Report, *, since: datetime, at_most: int) -> bool | None:
        """Keep what a person says of an address.

        Args:
            report: What.
            since: From when on that person's reports are counted.
            at_most: So many may be counted before this one.

        Returns:
            False where the person said it before, None where it would be one too many.
        """

    async def reviews(
        self, *, reports_needed: int, limit: int, address: str | None = None
    ) -> Sequence[Review]:
        """What waits for an administrator, the oldest first: any appeal, and warnings by enough people.

        Args:
            reports_needed: So many people have to warn.
            limit: At most so many.
            address: Only what is about this one.
        """

    async def close(self, address: str, *, appeal: bool, at: datetime) -> int:
        """An administrator has decided on these reports; says how many there were."""


class Dealings(Protocol):
    """Whom watched wallets dealt with, to the day (PostgreSQL); `Ledger` adds to it."""

    async def dealers(
        self, address: str, *, since: date, after: Dealer | None, limit: int
    ) -> Sequence[Dealer]:
        """Wallets watched by an active chat that dealt with an address, those of the newest day first.

        Args:
            address: A counterparty, or a program.
            since: The first day that counts.
            after: The last one of the page before.
            limit: At most so many.
        """

    async def forget(self, before: date) -> int:
        """Delete what was last so long ago; how much there was."""


class PoolList(Protocol):
    """Somebody's list of an exchange's pools."""

    source: str
    """Its name as people read it."""

    async def pools(self) -> Sequence[ListedPool]:
        """All pools that it names, each once.

        Raises:
            SourceRefused: It answered what is no list, or one that cannot be trusted.
            SourceUnavailable: It did not answer.
        """


class ExchangePools(Protocol):
    """An exchange's pools as the chain has them."""

    async def listed(self) -> Sequence[str]:
        """The addresses of all of them.

        Raises:
            ChainRefused: Many providers do not list a program's accounts.
        """

    async def read(self, addresses: Sequence[str]) -> Sequence[PoolSeen]:
        """Those of at most 100 addresses that are pools of the exchange; four calls."""

    async def deeds(
        self, creator: str, mints: Collection[str], lp_mints: Mapping[str, str]
    ) -> Sequence[MadeToken] | Unknown:
        """What somebody did with those of the tokens that he certainly made, at a known time.

        Args:
            creator: Who.
            mints: Of the tokens.
            lp_mints: Of the pools that the tokens are in, with the pools' addresses.
        """


class PoolCreators(Protocol):
    """What is remembered of pools and of those who list them (PostgreSQL)."""

    async def sources(self) -> Sequence[SourceState]:
        """How each list from outside is, by name."""

    async def accept(self, source: str, count: int, at: datetime) -> None:
        """Its answer was good."""

    async def refuse(self, source: str, reason: str, at: datetime) -> None:
        """Its answer was not taken; the last good one stays."""

    async def seen(self) -> Mapping[str, datetime]:
        """When each known pool was last read."""

    async def most(self, addresses: Collection[str]) -> Mapping[str, int]:
        """The most LP tokens that each of these was ever seen to have; unknown pools are absent."""

    async def keep(
        self,
        pools: Sequence[PoolSeen],
        drained: Collection[str],
        listed: Mapping[str, Decimal | None],
        at: datetime,
    ) -> None:
        """Remember pools as they were read. An older slot never replaces a newer one.

        Args:
            pools: As the chain has them.
            drained: Those whose liquidity is gone.
            listed: Those that the API lists, with the dollars that it says are in them.
            at: When they were read.
        """

    async def suspects(self, *, money: Collection[str], least: int, limit: int) -> Sequence[Suspect]:
        """Those with drained pools that were not examined since, the longest waiting first.

        Args:
            money: Mints that nobody is suspected for.
            least: So many tokens must be concerned.
            limit: At most so many.
        """

    async def pools_of(self, mints: Collection[str]) -> Mapping[str, str]:
        """The pools that trade any of these, whoever made them, with their LP mints; at most 50."""

    async def examined(self, creator: str, pulls: Sequence[PoolPull], at: datetime) -> None:
        """A creator was looked into; each pull is noted at the pools of its token."""

    async def postpone(self, creator: str, at: datetime) -> None:
        """A creator could not be looked into now: the others that wait go first."""

    async def made_by(self, creator: str) -> Sequence[KnownPool]:
        """The pools that somebody made, at most 100."""


class Metrics(Protocol):
    """Counts and durations; the names are in `walletwatch.domain.measures`."""

    def count(self, name: str, value: int = 1) -> None:
        """Add to a counter."""

    def milliseconds(self, name: str, value: float) -> None:
        """Record a duration."""
