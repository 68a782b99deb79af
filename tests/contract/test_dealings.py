"""Which watched wallets dealt with an address."""

from datetime import date, timedelta

from tests.contract.conftest import Stores
from tests.contract.things import OTHER_WALLET, WALLET, activity, address, contact
from walletwatch.domain.activities import Leg
from walletwatch.domain.lists import Dealer

DAY = 86_400
THIEF, PROGRAM, THIRD = address("thief"), address("program"), address("third wallet")
LONG_AGO = date(2000, 1, 1)


async def watched(stores: Stores, wallet: str, chat: int = 1) -> int:
    await stores.subscriptions.remember(contact(chat))
    subscribed = await stores.subscriptions.subscribe(chat, wallet, None, slot=1, limit=9)
    return subscribed.subscription.wallet_id


async def dealers(stores: Stores, met: str, **options: object) -> list[str]:
    values: dict[str, object] = {"since": LONG_AGO, "after": None, "limit": 10} | options
    return [each.wallet for each in await stores.dealings.dealers(met, **values)]  # type: ignore[arg-type]


def at(stores: Stores, days_ago: int) -> int:
    return int(stores.clock.now().timestamp()) - days_ago * DAY


async def test_counterparties_and_programs_are_found_with_their_last_day(stores: Stores) -> None:
    wallet_id = await watched(stores, WALLET)
    legs = (Leg("native", 5, 9, THIEF), Leg("native", -1, 9, THIEF), Leg("native", 2, 9, None))
    await stores.ledger.keep(
        wallet_id,
        [
            activity("a", 2, legs=legs, block_time=at(stores, 40), programs=(PROGRAM,)),
            activity("b", 3, legs=legs, block_time=at(stores, 50), programs=("no address", "")),
        ],
    )
    day = (stores.clock.now() - timedelta(days=40)).date()
    for met in (THIEF, PROGRAM):
        found = await stores.dealings.dealers(met, since=LONG_AGO, after=None, limit=10)
        assert found == [Dealer(wallet_id, WALLET, day)]
    # What comes later moves the day on, what is told again or came before does not move it back.
    await stores.ledger.keep(wallet_id, [activity("c", 4, legs=legs, block_time=at(stores, 3))])
    await stores.ledger.keep(wallet_id, [activity("a", 2, legs=legs, block_time=at(stores, 0))])
    await stores.ledger.keep(wallet_id, [activity("d", 1, legs=legs, block_time=at(stores, 80))])
    assert await dealers(stores, THIEF, since=(stores.clock.now() - timedelta(days=3)).date()) == [WALLET]
    assert await dealers(stores, THIEF, since=(stores.clock.now() - timedelta(days=2)).date()) == []
    assert await dealers(stores, "no address") == []


async def test_a_time_that_is_unknown_or_ahead_is_now(stores: Stores) -> None:
    today = stores.clock.now().date()
    for number, block_time in enumerate((None, 4_000_000_000)):
        wallet_id = await watched(stores, address(number))
        legs = (Leg("native", 1, 9, THIEF),)
        await stores.ledger.keep(wallet_id, [activity("a", 2, legs=legs, block_time=block_time)])
    found = await stores.dealings.dealers(THIEF, since=LONG_AGO, after=None, limit=10)
    assert [each.dealt_on for each in found] == [today, today]


async def test_pages_begin_with_those_of_the_newest_day(stores: Stores) -> None:
    ids = []
    for number, days_ago in enumerate((5, 1, 5, 3)):
        ids.append(await watched(stores, address(number)))
        done = activity(
            "a", 2, legs=(Leg("native", 1, 9, THIEF),), block_time=at(stores, days_ago), programs=()
        )
        await stores.ledger.keep(ids[-1], [done])
    seen: list[Dealer] = []
    while page := await stores.dealings.dealers(
        THIEF, since=LONG_AGO, after=seen[-1] if seen else None, limit=2
    ):
        seen += page
    assert [each.wallet_id for each in seen] == [ids[1], ids[3], ids[0], ids[2]]


async def test_only_those_that_somebody_watches(stores: Stores) -> None:
    legs = (Leg("native", 1, 9, THIEF),)
    for chat, wallet in ((1, WALLET), (2, OTHER_WALLET), (3, THIRD)):
        wallet_id = await watched(stores, wallet, chat)
        await stores.ledger.keep(wallet_id, [activity("a", 2, legs=legs)])
    await stores.subscriptions.unsubscribe(1, WALLET)
    await stores.subscriptions.deactivate(2, "blocked")
    assert await dealers(stores, THIEF) == [THIRD]


async def test_what_is_too_old_is_forgotten(stores: Stores) -> None:
    wallet_id = await watched(stores, WALLET)
    for name, days_ago in (("old", 100), ("new", 10)):
        done = activity(
            name,
            2,
            legs=(Leg("native", 1, 9, address(name)),),
            block_time=at(stores, days_ago),
            programs=(),
        )
        await stores.ledger.keep(wallet_id, [done])
    before = (stores.clock.now() - timedelta(days=90)).date()
    assert await stores.dealings.forget(before) == 1
    assert await stores.dealings.forget(before) == 0
    assert (await dealers(stores, address("old")), await dealers(stores, address("new"))) == ([], [WALLET])
