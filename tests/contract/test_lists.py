"""The lists of addresses, and what people report."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from tests.contract.conftest import Stores
from walletwatch.domain.lists import (
    ADMINISTRATORS,
    REPORT_WINDOW,
    REPORTS_A_DAY,
    ListEntry,
    ListKind,
    Report,
    Review,
)

MAKER = "Hh4i3HMLjJpNy37CdQSab4j3vvsqGpPpocAAP71YdGNx"
TOKEN = "iM3Cos531jwKsPLXQqtMPhtFyN2NFcH92nY3XPEXvJP"
OTHER = "DyM3LyzCH9SfZ5U2sKV5aV1JAL6LczfuaNGHqVRAg8GP"


def entry(stores: Stores, address: str, kind: ListKind, source: str, days: int = 0) -> ListEntry:
    at = stores.clock.now() - timedelta(days=days)
    return ListEntry(address, kind, source, f"{source} says so", at, 7 if source == ADMINISTRATORS else None)


async def reported(stores: Stores, address: str, user_id: int, *, appeal: bool = False) -> bool | None:
    now = stores.clock.now()
    report = Report(address, user_id, appeal, f"{user_id} says so", now)
    return await stores.lists.report(report, since=now - REPORT_WINDOW, at_most=REPORTS_A_DAY)


async def test_every_hit_names_its_source(stores: Stores) -> None:
    old = entry(stores, MAKER, ListKind.BLOCK, "a public list", days=9)
    for each in (old, entry(stores, TOKEN, ListKind.BLOCK, "a public list")):
        await stores.lists.put(each)
    assert await stores.lists.hits([MAKER, OTHER]) == {MAKER: "a public list"}
    await stores.lists.put(entry(stores, MAKER, ListKind.BLOCK, "another list"))
    assert await stores.lists.hits([MAKER]) == {MAKER: "a public list"}
    await stores.lists.put(entry(stores, MAKER, ListKind.BLOCK, ADMINISTRATORS))
    assert await stores.lists.hits([MAKER, TOKEN]) == {MAKER: ADMINISTRATORS, TOKEN: "a public list"}
    assert old in await stores.lists.entries([MAKER])
    assert await stores.lists.hits([]) == {}


async def test_the_allowlist_wins(stores: Stores) -> None:
    await stores.lists.put(entry(stores, MAKER, ListKind.BLOCK, "a public list"))
    await stores.lists.put(entry(stores, MAKER, ListKind.ALLOW, ADMINISTRATORS))
    assert await stores.lists.hits([MAKER]) == {}


async def test_what_was_taken_off_stays_off(stores: Stores) -> None:
    await stores.lists.put(entry(stores, MAKER, ListKind.BLOCK, "a public list"))
    await stores.lists.put(entry(stores, MAKER, ListKind.ALLOW, ADMINISTRATORS))
    assert await stores.lists.drop(MAKER) == 2
    assert await stores.lists.drop(MAKER) == 0
    assert await stores.lists.hits([MAKER]) == {}
    assert {each.kind for each in await stores.lists.entries([MAKER])} == {ListKind.DROPPED}


async def test_pages(stores: Stores) -> None:
    for days, address in enumerate((MAKER, TOKEN, OTHER)):
        await stores.lists.put(entry(stores, address, ListKind.BLOCK, "a public list", days))
    await stores.lists.put(entry(stores, OTHER, ListKind.ALLOW, ADMINISTRATORS))
    first = await stores.lists.newest(ListKind.BLOCK, limit=2, offset=0)
    second = await stores.lists.newest(ListKind.BLOCK, limit=2, offset=2)
    assert [each.address for each in (*first, *second)] == [MAKER, TOKEN, OTHER]


async def test_one_person_reports_once_and_not_without_end(stores: Stores) -> None:
    assert await reported(stores, MAKER, 1) is True
    assert await reported(stores, MAKER, 1) is False
    addresses = [f"{letter}{TOKEN[1:]}" for letter in "bcdefg"]
    taken = [await reported(stores, address, 1) for address in addresses[:REPORTS_A_DAY]]
    assert taken == [True] * (REPORTS_A_DAY - 1) + [None]
    assert await reported(stores, OTHER, 2) is True
    stores.clock.advance(REPORT_WINDOW.total_seconds() + 1)
    assert await reported(stores, OTHER, 1) is True


async def test_reviews_wait_for_enough_people_and_appeals_for_one(stores: Stores) -> None:
    since = stores.clock.now()
    for user in (1, 2):
        assert await reported(stores, MAKER, user)
        stores.clock.advance(1)
    assert await stores.lists.reviews(reports_needed=3, limit=5) == []
    assert await reported(stores, MAKER, 3)
    stores.clock.advance(1)
    later = stores.clock.now()
    assert await reported(stores, TOKEN, 4, appeal=True)
    assert await stores.lists.reviews(reports_needed=3, limit=5) == [
        Review(MAKER, False, 3, ("3 says so", "2 says so", "1 says so"), since),
        Review(TOKEN, True, 1, ("4 says so",), later),
    ]
    assert len(await stores.lists.reviews(reports_needed=3, limit=1)) == 1
    (about,) = await stores.lists.reviews(reports_needed=3, limit=1, address=TOKEN)
    assert (about.address, about.appeal) == (TOKEN, True)
    assert await stores.lists.reviews(reports_needed=3, limit=5, address=OTHER) == []
    assert await stores.lists.close(MAKER, appeal=False, at=later) == 3
    assert await stores.lists.close(MAKER, appeal=False, at=later) == 0
    assert [each.address for each in await stores.lists.reviews(reports_needed=3, limit=5)] == [TOKEN]
    # Whoever was heard is not heard again.
    assert await reported(stores, MAKER, 1) is False


async def test_a_source_never_overrules_a_decision(stores: Stores) -> None:
    found = entry(stores, MAKER, ListKind.BLOCK, "a source")
    found = replace(found, added_by=None)
    assert await stores.lists.warn(found)
    assert not await stores.lists.warn(replace(found, reason="says it again"))
    assert await stores.lists.entries([MAKER]) == [found]
    await stores.lists.drop(MAKER)
    assert not await stores.lists.warn(found)
    assert not await stores.lists.warn(replace(found, source="another source"))
    await stores.lists.put(entry(stores, OTHER, ListKind.ALLOW, ADMINISTRATORS))
    assert not await stores.lists.warn(replace(found, address=OTHER))
    assert await stores.lists.hits([MAKER, OTHER]) == {}


async def test_reports_that_one_person_sends_at_once_are_not_more_than_allowed(stores: Stores) -> None:
    addresses = [f"{OTHER[:-1]}{letter}" for letter in "ABCDEFGHJKLMNPQRSTUV"]
    kept = await asyncio.gather(*(reported(stores, address, 7) for address in addresses))
    assert kept.count(True) == REPORTS_A_DAY
    again = await asyncio.gather(*(reported(stores, TOKEN, 8) for _ in range(5)))
    assert sorted(map(bool, again)) == [False] * 4 + [True]
