"""What the last look at a watched wallet's risk came to."""

from dataclasses import replace
from datetime import timedelta

from tests.contract.conftest import Stores
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.risk_watch import KnownRisk

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OTHER = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"


async def test_the_last_look_is_remembered(stores: Stores) -> None:
    await stores.subscriptions.remember(Contact(1, ChatKind.PRIVATE, 1, None, "en"))
    subscribed = await stores.subscriptions.subscribe(1, WALLET, label=None, slot=5, limit=9)
    wallet = subscribed.subscription.wallet_id
    assert await stores.risks.last(wallet) is None
    first = KnownRisk(20, 1, 3, stores.clock.now())
    await stores.risks.keep(wallet, first)
    assert await stores.risks.last(wallet) == first
    second = KnownRisk(70, 3, 4, first.at + timedelta(minutes=6))
    await stores.risks.keep(wallet, second)
    # A look that took longer than the one after it.
    await stores.risks.keep(wallet, replace(first, score=90))
    assert await stores.risks.last(wallet) == second


async def test_a_chats_wallets_and_nobody_elses(stores: Stores) -> None:
    for chat_id, label in ((1, "mine"), (2, "theirs")):
        await stores.subscriptions.remember(Contact(chat_id, ChatKind.PRIVATE, chat_id, None, "en"))
        await stores.subscriptions.subscribe(chat_id, WALLET, label=label, slot=5, limit=9)
    other = await stores.subscriptions.subscribe(1, OTHER, label=None, slot=5, limit=9)
    (mine, second) = await stores.risks.of_chat(1)
    assert (mine.address, mine.label, mine.risk) == (WALLET, "mine", None)
    assert second.subscription_id == other.subscription.id
    risk = KnownRisk(20, 1, 3, stores.clock.now())
    await stores.risks.keep(other.subscription.wallet_id, risk)
    assert [each.risk for each in await stores.risks.of_chat(1)] == [None, risk]
    assert [each.label for each in await stores.risks.of_chat(2)] == ["theirs"]
    assert await stores.risks.of_chat(3) == []
