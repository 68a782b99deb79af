"""What is left of activities that were deleted."""

from datetime import UTC, timedelta
from decimal import Decimal

from tests.contract.conftest import Stores
from tests.contract.things import OTHER_WALLET, WALLET, address, contact
from tests.lives import DAY, MINT, T0, XNT, received, sent
from walletwatch.domain.carrying import CarriedFlow, Nature
from walletwatch.domain.money import NATIVE
from walletwatch.domain.periods import day_of

PEER = address("peer")


async def _watch(stores: Stores, wallet: str, chat: int = 1) -> int:
    await stores.subscriptions.remember(contact(chat))
    return (await stores.subscriptions.subscribe(chat, wallet, None, slot=1, limit=9)).subscription.wallet_id


async def _carried(stores: Stores, chat: int = 1) -> list[CarriedFlow]:
    _, flows = await stores.chronicle.gather_with_carried(chat, limit=9)
    return sorted(flows, key=lambda flow: flow.key)


async def test_what_is_deleted_is_summed_by_day_in_the_same_step(stores: Stores) -> None:
    mine, other = await _watch(stores, WALLET), await _watch(stores, OTHER_WALLET)
    utc = day_of(T0, UTC)
    await stores.ledger.keep(
        mine,
        [
            received(3 * XNT, whom=PEER, usd={NATIVE: "0.1"}, at=T0),
            received(10**30, NATIVE, whom=PEER, at=T0 + 5),
            sent(XNT, whom=OTHER_WALLET, usd={NATIVE: "0.1"}, at=T0 + 9, fee=5000),
        ],
    )
    await stores.ledger.keep(other, [received(7, MINT, whom=PEER, wallet=OTHER_WALLET, at=None)])
    now = stores.clock.now()
    await stores.retention.delete_before(now)
    assert await _carried(stores) == []
    await stores.clock.sleep(DAY)
    await stores.retention.delete_before(now + timedelta(hours=1))
    found, _ = await stores.chronicle.gather_with_carried(1, limit=9)
    assert not found.records
    some = Decimal("0.1")
    wanted = [
        CarriedFlow(mine, WALLET, utc, NATIVE, "", Nature.FEE, 9, sent=5000),
        CarriedFlow(mine, WALLET, utc, NATIVE, "", Nature.MARKET, 9, 3 * XNT + 10**30, 3 * XNT, 3 * some),
        CarriedFlow(
            mine,
            WALLET,
            utc,
            NATIVE,
            OTHER_WALLET,
            Nature.MARKET,
            9,
            sent=XNT,
            sent_priced=XNT,
            sent_usd=some,
        ),
        CarriedFlow(other, OTHER_WALLET, now.date(), MINT, "", Nature.MARKET, 6, received=7),
    ]
    assert await _carried(stores) == sorted(wanted, key=lambda flow: flow.key)
    assert await _carried(stores, chat=2) == []


async def test_a_later_deletion_is_added(stores: Stores) -> None:
    mine = await _watch(stores, WALLET)
    for _ in range(2):
        await stores.ledger.keep(mine, [received(XNT, usd={NATIVE: "2"}, at=T0)])
        await stores.clock.sleep(DAY)
        await stores.retention.delete_before(stores.clock.now())
    (flow,) = await _carried(stores)
    assert (flow.received, flow.received_priced, flow.received_usd) == (2 * XNT, 2 * XNT, Decimal(4))
