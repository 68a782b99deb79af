"""Any sequence of operations keeps what the product stands on: each activity once for each who watches."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.contract.conftest import REAL, empty
from tests.contract.things import (
    accounts_of,
    activity,
    address,
    candidates_of,
    contact,
    digest_all,
    record,
    tell_all,
)
from tests.fakes.clock import FakeClock
from tests.fakes.stores import FakeStores
from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import (
    Candidate,
    DeliveryKind,
    DeliveryStatus,
    NewDelivery,
    PendingDelivery,
    activity_key,
)
from walletwatch.domain.rules import concerns
from walletwatch.domain.wallets import AccountState, Cursor, Wallet, WatchedAccount
from walletwatch.ports.telling import Ledger
from walletwatch.ports.watching import SubscriptionStore, WatchStore
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.watch import PostgresWatchStore

CHATS = (1, 2, -3)
WALLETS = (address("w1"), address("w2"))
CHECKS_AT_ONCE = 2
FINAL = (DeliveryStatus.SENT, DeliveryStatus.FAILED)

chats = st.sampled_from(CHATS)
wallets = st.sampled_from(WALLETS)
slots = st.integers(0, 60)
batches = st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True)


def _concerned(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    return [each for each in candidates if concerns(each.activity, each.subscription)]


class Machine(RuleBasedStateMachine):
    """The stores of one kind, and a loop to use them in."""

    url: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = FakeClock()
        self.database: Database | None = None
        self.subscriptions: SubscriptionStore
        self.watch: WatchStore
        self.ledger: Ledger
        if self.url is None:
            fake = FakeStores(self.clock)
            self.subscriptions, self.watch, self.ledger = fake.subscriptions, fake.watch, fake.ledger
        else:
            empty(self.url)
            self.database = Database(self.url)
            self.subscriptions = PostgresSubscriptionStore(self.database)
            self.watch = PostgresWatchStore(self.database)
            self.ledger = PostgresLedger(self.database, self.clock)

    def do[T](self, operation: Awaitable[T]) -> T:
        async def run() -> T:
            return await operation

        return self.runner.run(run())

    def teardown(self) -> None:
        if self.database is not None:
            self.do(self.database.close())
        self.runner.close()

    @initialize()
    def greet(self) -> None:
        for chat_id in CHATS:
            self.do(self.subscriptions.remember(contact(chat_id)))


class EntriesOverTime(Machine):
    """Commands of people, checks that may be stale, repeated or run at once, and deliveries."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, list[Subscription]] = {wallet: [] for wallet in WALLETS}
        self.chat_of_key: dict[str, int] = {}
        self.final: dict[str, DeliveryStatus] = {}
        self.digests: dict[str, int] = {}
        self.looks: dict[int, tuple[int, int]] = {}

    @rule(chat_id=chats, wallet=wallets, slot=st.none() | slots)
    def subscribe(self, chat_id: int, wallet: str, slot: int | None) -> None:
        done = self.do(self.subscriptions.subscribe(chat_id, wallet, None, slot=slot, limit=5))
        self.known[wallet].append(done.subscription)

    @rule(chat_id=chats, wallet=wallets)
    def unsubscribe(self, chat_id: int, wallet: str) -> None:
        self.do(self.subscriptions.unsubscribe(chat_id, wallet))

    @rule(chat_id=chats)
    def deactivate(self, chat_id: int) -> None:
        self.do(self.subscriptions.deactivate(chat_id, "blocked"))

    @rule(chat_id=chats)
    def hear_again(self, chat_id: int) -> None:
        self.do(self.subscriptions.remember(contact(chat_id)))

    @rule(wallet=wallets, slot=slots)
    def start(self, wallet: str, slot: int) -> None:
        found = self.do(self.watch.wallet(wallet))
        if found is not None:
            self.do(self.watch.start(found.id, slot))

    @precondition(lambda self: any(self.known.values()))
    @rule(wallet=wallets, batch=batches, copies=st.integers(1, 3), stale=st.booleans(), digest=st.booleans())
    def check(self, wallet: str, batch: Sequence[int], copies: int, stale: bool, digest: bool) -> None:
        found = self.do(self.watch.wallet(wallet))
        if found is None:
            return
        present = self.do(self.subscriptions.watchers(found.id))
        seen = self.known[wallet] if stale else present
        done = [activity(f"s{number}", number, wallet) for number in sorted(batch)]
        candidates = [
            each for each in candidates_of(done, *seen) if concerns(each.activity, each.subscription)
        ]

        def plan(new: Sequence[Candidate]) -> Sequence[NewDelivery]:
            by_chat: dict[int, list[Candidate]] = {}
            for candidate in new:
                by_chat.setdefault(candidate.subscription.chat.chat_id, []).append(candidate)
            make = digest_all if digest else tell_all
            return [entry for group in by_chat.values() for entry in make(group)]

        async def at_once() -> Sequence[Sequence[PendingDelivery]]:
            return await asyncio.gather(
                *(record(self.ledger, found.id, done, candidates, plan) for _ in range(copies))
            )

        answers = self.do(at_once())
        assert all(answer == answers[0] for answer in answers)
        watching = {subscription.id for subscription in present}
        for candidate in candidates:
            if candidate.subscription.id in watching:
                self.chat_of_key[candidate.key] = candidate.subscription.chat.chat_id
        for pending in answers[0]:
            assert pending.key not in self.final
            if pending.kind is DeliveryKind.DIGEST:
                self.digests[pending.key] = pending.subscription.chat.chat_id
            assert list(pending.activities) == sorted(pending.activities, key=lambda each: each.slot)

    @precondition(lambda self: bool(self.chat_of_key))
    @rule(data=st.data(), status=st.sampled_from(FINAL))
    def settle(self, data: st.DataObject, status: DeliveryStatus) -> None:
        key = data.draw(st.sampled_from(sorted({**self.chat_of_key, **self.digests})))
        before = self.do(self.ledger.statuses([key]))[key]
        self.do(self.ledger.settle(key, status))
        after = self.do(self.ledger.statuses([key]))[key]
        assert after is (status if before is DeliveryStatus.PENDING else before)
        self.final[key] = after

    @rule(slot=slots, data=st.data())
    def look(self, slot: int, data: st.DataObject) -> None:
        accounts = self.do(accounts_of(self.watch))
        if accounts:
            account = data.draw(st.sampled_from(accounts))
            self.do(self.watch.move_cursors({account.id: Cursor(slot, f"s{slot}")}))
            self.do(self.watch.record_states({account.id: AccountState(b"%d" % slot, slot)}))

    @invariant()
    def every_candidate_has_exactly_one_entry(self) -> None:
        statuses = self.do(self.ledger.statuses(list(self.chat_of_key)))
        assert set(statuses) == set(self.chat_of_key)
        since = self.clock.now() - timedelta(hours=1)
        for chat_id in CHATS:
            counts = self.do(self.subscriptions.service(chat_id, since)).deliveries
            owners = [*self.chat_of_key.values(), *self.digests.values()]
            assert sum(counts.values()) == owners.count(chat_id)

    @invariant()
    def what_is_final_stays(self) -> None:
        assert self.do(self.ledger.statuses(list(self.final))) == self.final

    @invariant()
    def cursors_and_states_never_go_back(self) -> None:
        for account in self.do(accounts_of(self.watch)):
            cursor, state = self.looks.get(account.id, (-1, -1))
            seen = account.cursor.slot, account.state.slot if account.state else -1
            assert seen[0] >= cursor
            assert seen[1] >= state
            self.looks[account.id] = seen


@dataclass
class Check:
    """A check of a wallet that is under way, one step after the other."""

    wallet: Wallet
    accounts: Sequence[WatchedAccount]
    watchers: Sequence[Subscription] = ()
    history: Sequence[int] = ()
    step: int = 0


class ChecksOverTime(Machine):
    """Checks whose steps mix with each other, with new transactions and with people who come and go.

    The chain has one transaction of the wallet in each of some slots. Each check reads the accounts, then the
    watchers and the history, records, and moves the cursors; it may end anywhere.
    """

    def __init__(self) -> None:
        super().__init__()
        self.slot = 100
        self.history: list[int] = []
        self.checks: list[Check] = []

    @initialize()
    def watch_it(self) -> None:
        self.do(self.subscriptions.remember(contact(CHATS[0])))
        self.do(self.subscriptions.subscribe(CHATS[0], WALLETS[0], None, slot=self.slot, limit=5))

    @rule()
    def transact(self) -> None:
        self.slot += 1
        self.history.append(self.slot)

    @rule(chat_id=chats, lag=st.integers(0, 3))
    def subscribe(self, chat_id: int, lag: int) -> None:
        self.do(self.subscriptions.subscribe(chat_id, WALLETS[0], None, slot=self.slot - lag, limit=5))

    @rule(chat_id=chats)
    def subscribe_while_the_chain_is_away(self, chat_id: int) -> None:
        self.do(self.subscriptions.subscribe(chat_id, WALLETS[0], None, slot=None, limit=5))

    @rule(chat_id=chats)
    def unsubscribe(self, chat_id: int) -> None:
        self.do(self.subscriptions.unsubscribe(chat_id, WALLETS[0]))

    @precondition(lambda self: len(self.checks) < CHECKS_AT_ONCE)
    @rule()
    def begin(self) -> None:
        wallet = self.do(self.watch.wallet(WALLETS[0]))
        if wallet is not None:
            if wallet.watch_slot is None:
                self.do(self.watch.start(wallet.id, self.slot))
            self.checks.append(Check(wallet, self.do(self.watch.wallet_accounts(wallet.id))))

    @precondition(lambda self: bool(self.checks))
    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        check = data.draw(st.sampled_from(self.checks), "check")
        check.step += 1
        match check.step:
            case 1:
                check.watchers = self.do(self.subscriptions.watchers(check.wallet.id))
            case 2:
                check.history = [
                    slot for account in check.accounts for slot in self.history if slot > account.cursor.slot
                ]
            case 3:
                done = [activity(f"s{slot}", slot, WALLETS[0]) for slot in check.history]
                candidates = _concerned(candidates_of(done, *check.watchers))
                self.do(record(self.ledger, check.wallet.id, done, candidates, tell_all))
            case _:
                if check.history:
                    cursor = Cursor(check.history[-1], f"s{check.history[-1]}")
                    self.do(self.watch.move_cursors({each.id: cursor for each in check.accounts}))
                self.checks.remove(check)

    @invariant()
    def no_cursor_is_past_what_a_watcher_has_to_hear(self) -> None:
        for account in self.do(accounts_of(self.watch)):
            for watcher in self.do(self.subscriptions.watchers(account.wallet_id)):
                assert watcher.from_slot is not None
                covered = [slot for slot in self.history if watcher.from_slot < slot <= account.cursor.slot]
                keys = [activity_key(watcher.chat.chat_id, WALLETS[0], f"s{slot}") for slot in covered]
                assert set(self.do(self.ledger.statuses(keys))) == set(keys)


@pytest.fixture(params=["fake", REAL])
def machine_url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "fake":
        return None
    url: str = request.getfixturevalue("migrated_url")
    return url


@pytest.mark.parametrize("kind", [EntriesOverTime, ChecksOverTime])
def test_over_time(kind: type[Machine], machine_url: str | None) -> None:
    machine = type(kind.__name__, (kind,), {"url": machine_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=150 if machine_url is None else 25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
