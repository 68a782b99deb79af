"""Whom a wallet has dealt with."""

from tests.contract.conftest import Stores
from tests.contract.things import WALLET, activity, address, contact
from walletwatch.domain.activities import Leg
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.suspicion import Counterparty

ANNA, BORIS, MINT = address("anna"), address("boris"), address("mint")


async def _wallet(stores: Stores) -> int:
    await stores.subscriptions.remember(contact(1))
    subscribed = await stores.subscriptions.subscribe(1, WALLET, None, slot=1, limit=5)
    return subscribed.subscription.wallet_id


async def test_nobody_is_known_of_a_new_wallet(stores: Stores) -> None:
    assert await stores.history.counterparties(await _wallet(stores), 10) == []


async def test_each_counterparty_is_told_once_with_the_most_it_sent(stores: Stores) -> None:
    wallet_id = await _wallet(stores)
    activities = [
        activity("a", 2, legs=(Leg("native", 5, 9, ANNA), Leg(MINT, 10**30, 6, BORIS))),
        activity("b", 3, legs=(Leg("native", 2**64 - 1, 9, ANNA), Leg("native", 1, 9, None))),
        activity("c", 4, legs=(Leg("native", -7, 9, BORIS),)),
        activity("d", 5, legs=()),
    ]
    await stores.ledger.keep(wallet_id, activities)
    wanted = [Counterparty(ANNA, paid=False, received_lamports=2**64 - 1), Counterparty(BORIS, paid=True)]
    found = await stores.history.counterparties(wallet_id, 10)
    assert sorted(found, key=lambda each: each.address) == sorted(wanted, key=lambda each: each.address)
    assert await stores.history.counterparties(wallet_id, 2) == [Counterparty(BORIS, paid=True)]
    assert await stores.history.counterparties(wallet_id + 1, 10) == []


async def test_an_annotation_is_stored_with_its_activity(stores: Stores) -> None:
    wallet_id = await _wallet(stores)
    note = Annotation({MINT: AssetNote("A\x00B", "N", 6, listed=False)})
    await stores.ledger.keep(wallet_id, [activity("a", 2, annotation=note)])
    assert await stores.history.counterparties(wallet_id, 10) != []
