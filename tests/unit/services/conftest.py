"""A watcher whose every part is in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.history import FakeHistory
from tests.fakes.metrics import FakeMetrics
from tests.fakes.prices import FakePrices
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.fakes.tokens import FakeTokens
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.alert_rules.firing import PendingAlert
from walletwatch.domain.chats import Chat, ChatKind, Contact
from walletwatch.domain.delivery import PendingDelivery
from walletwatch.domain.digests import DigestPolicy
from walletwatch.domain.errors import MalformedTransaction
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.wallets import AccountKind, NewAccount
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.alerting import Alerting
from walletwatch.services.annotating import Annotating
from walletwatch.services.checking import Checking
from walletwatch.services.digesting import Digesting
from walletwatch.services.rewarding import Rewarding
from walletwatch.services.transactions import Transactions

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OTHER = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
START = 100


class TextRenderer:
    """`ports.Renderer` whose messages name what they tell."""

    async def ready(self, chats: Iterable[Chat]) -> None:
        del chats

    def delivery(self, delivery: PendingDelivery) -> RenderedMessage:
        return RenderedMessage(" ".join(activity.signature for activity in delivery.activities))

    def scan(self, report: ScanReport, language: str) -> RenderedMessage:
        return RenderedMessage(f"{report.kind} {report.verdict.score} {language}")

    def risk_worse(self, report: ScanReport, before: KnownRisk, language: str) -> RenderedMessage:
        return RenderedMessage(f"worse {before.score} {report.verdict.score} {language}")

    def alert(self, alert: PendingAlert) -> RenderedMessage:
        return RenderedMessage(" ".join(f"alert:{firing.occasion}" for firing in alert.firings))

    def scan_begun(self, subject: str, language: str) -> RenderedMessage:
        return RenderedMessage(f"begun {subject} {language}")

    def scan_delayed(self, subject: str, language: str) -> RenderedMessage:
        return RenderedMessage(f"delayed {subject} {language}")


def decode(result: Mapping[str, Any], wallet: str) -> Activity | None:
    """A decoder of made-up results: `{"signature", "slot", "wallets"}`."""
    if result.get("garbage"):
        raise MalformedTransaction("no transaction")
    if wallet not in result["wallets"]:
        return None
    leg = Leg("native", 10**9, 9, None)
    return Activity(
        result["signature"], result["slot"], None, wallet, True, None, ActivityKind.TRANSFER_IN,
        (leg,), 0, 0, None, (),
    )  # fmt: skip


def find_accounts(result: Mapping[str, Any], wallet: str) -> Sequence[NewAccount]:
    """Of made-up results: `{"token_accounts": {wallet: [address]}}`."""
    if result.get("garbage"):
        raise MalformedTransaction("no transaction")
    addresses = result.get("token_accounts", {}).get(wallet, ())
    return [NewAccount(address, AccountKind.TOKEN) for address in addresses]


def contact(chat_id: int) -> Contact:
    return Contact(chat_id, ChatKind.PRIVATE, chat_id, None, "en")


@dataclass
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    chain: FakeChain = field(default_factory=lambda: FakeChain(current_slot=START))
    queues: FakeQueues = field(default_factory=FakeQueues)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    stores: FakeStores = field(init=False)
    cache: FakeCache = field(init=False)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    prices: FakePrices = field(init=False)

    def __post_init__(self) -> None:
        self.stores = FakeStores(self.clock)
        self.cache = FakeCache(self.clock)
        self.prices = FakePrices(self.clock)

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.chain, self.cache, self.metrics)

    @property
    def digesting(self) -> Digesting:
        return Digesting(
            ledger=self.stores.ledger,
            queues=self.queues,
            renderer=TextRenderer(),
            clock=self.clock,
            metrics=self.metrics,
            retention=timedelta(days=365),
            policy=DigestPolicy(),
        )

    @property
    def alerting(self) -> Alerting:
        return Alerting(
            rules=self.stores.rules,
            ledger=self.stores.alerts,
            past=self.stores.past,
            queues=self.queues,
            renderer=TextRenderer(),
            clock=self.clock,
            metrics=self.metrics,
            retention=timedelta(days=365),
        )

    @property
    def checking(self) -> Checking:
        return Checking(
            watch=self.stores.watch,
            subscriptions=self.stores.subscriptions,
            chain=self.chain,
            follow=self.stores.follow,
            transactions=self.transactions,
            decode=decode,
            find_accounts=find_accounts,
            rewarding=Rewarding(self.chain, self.metrics),
            annotating=Annotating(
                tokens=self.tokens,
                prices=self.prices,
                history=FakeHistory(self.stores.tables),
                profile=PROFILES["x1-mainnet"],
                clock=self.clock,
                metrics=self.metrics,
            ),
            digesting=self.digesting,
            alerting=self.alerting,
            queues=self.queues,
            metrics=self.metrics,
        )

    async def watch(self, chat_id: int, wallet: str = WALLET, *, slot: int | None = START) -> None:
        await self.stores.subscriptions.remember(contact(chat_id))
        await self.stores.subscriptions.subscribe(chat_id, wallet, None, slot=slot, limit=25)

    def pay(self, signature: str, *wallets: str, accounts: tuple[str, ...] = ()) -> None:
        """A transaction that concerns these wallets lands, mentioning their own accounts or these."""
        result = {"signature": signature, "slot": self.chain.current_slot + 1, "wallets": wallets}
        self.chain.land(signature, result, *(accounts or wallets))

    def told(self) -> list[tuple[int, str]]:
        return [(queued.chat_id, queued.message.html) for queued in self.queues.notifications]


@pytest.fixture
def world() -> World:
    return World()
