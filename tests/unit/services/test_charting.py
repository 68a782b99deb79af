"""The values behind charts, of the wallets of a chat."""

from datetime import UTC
from decimal import Decimal

import pytest

from tests.contract.things import OTHER_WALLET, WALLET, contact
from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.chronicle import FakeChronicle
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.prices import FakePrices
from tests.fakes.stores import FakeStores
from tests.lives import DAY, XNT, received, sent
from walletwatch.domain.browsing import WalletChoice
from walletwatch.domain.errors import ChainUnavailable, UnknownWallet
from walletwatch.domain.money import NATIVE
from walletwatch.domain.periods import ALL_TIME, Period
from walletwatch.services.balances import Balances
from walletwatch.services.charting import Charting

ALL, WEEK = WalletChoice(), Period(days=7)


class World:
    def __init__(self) -> None:
        self.clock, self.chain = FakeClock(), FakeChain()
        self.stores, self.prices = FakeStores(self.clock), FakePrices(self.clock)
        balances = Balances(self.chain, FakeCache(self.clock), FakeMetrics())
        self.charts = Charting(FakeChronicle(self.stores.tables), balances, self.prices, self.clock)

    async def live(self) -> None:
        await self.stores.subscriptions.remember(contact(1))
        ids = {}
        for wallet, label in ((WALLET, "Savings"), (OTHER_WALLET, None)):
            new = await self.stores.subscriptions.subscribe(1, wallet, label, slot=1, limit=9)
            ids[wallet] = new.subscription.wallet_id
        now = int(self.clock.now().timestamp())
        await self.stores.ledger.keep(
            ids[WALLET],
            [
                received(9 * XNT, usd={NATIVE: "1"}, at=now - 20 * DAY),
                sent(2 * XNT, usd={NATIVE: "3"}, at=now - DAY),
                sent(3 * XNT, usd={NATIVE: "3"}, whom=OTHER_WALLET, at=now - 60),
            ],
        )
        self.chain.lamports = {WALLET: 4 * XNT, OTHER_WALLET: 3 * XNT}


async def test_balances_flows_gains_and_the_allocation() -> None:
    world = World()
    await world.live()
    balance = await world.charts.balance(1, WalletChoice(name="savings"), NATIVE, WEEK, UTC)
    assert [point.value for point in balance.values] == [9, 9, 9, 9, 9, 9, 7, 4]
    both = await world.charts.balance(1, ALL, NATIVE, ALL_TIME, UTC)
    assert len(both.values) == 21
    flows = await world.charts.flows(1, ALL, WEEK, UTC)
    assert [point.value for point in flows.values.sent] == [0, 0, 0, 0, 0, 0, 6, 0]
    gains = await world.charts.gains(1, ALL, WEEK, UTC)
    assert [point.value for point in gains.values.total] == [0, 0, 0, 0, 0, 0, 4, 4]
    world.prices.usd[NATIVE] = Decimal("0.5")
    spread = await world.charts.allocation(1, WalletChoice(name="savings"))
    assert [(share.asset, share.usd) for share in spread.values.shares] == [(NATIVE, Decimal(2))]


async def test_nobody_and_no_chain() -> None:
    world = World()
    await world.live()
    nobody = WalletChoice(name="nobody")
    for asked in (
        world.charts.balance(1, nobody, NATIVE, WEEK, UTC),
        world.charts.flows(1, nobody, WEEK, UTC),
        world.charts.gains(1, nobody, WEEK, UTC),
        world.charts.allocation(1, nobody),
    ):
        with pytest.raises(UnknownWallet):
            await asked
    world.chain.down = True
    with pytest.raises(ChainUnavailable):
        await world.charts.allocation(1, ALL)
