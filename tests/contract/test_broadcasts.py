"""Messages to many: who is meant, that each is told once, and that a stop stops."""

from datetime import timedelta

from tests.contract.conftest import Stores
from tests.contract.things import contact
from walletwatch.domain.broadcasts import (
    Audience,
    Broadcast,
    BroadcastState,
    Link,
    NewBroadcast,
    Outcome,
    Page,
    Segment,
    broadcast_key,
)
from walletwatch.domain.chats import ChatKind, ChatSettings
from walletwatch.domain.delivery import DeliveryStatus

ADMIN = 99
ALL = Audience(Segment.ALL)
STEP = timedelta(seconds=5)


async def crowd(stores: Stores, *people: int) -> None:
    for person in people:
        await stores.subscriptions.remember(contact(person))


async def begun(stores: Stores, audience: Audience = ALL, per_second: int = 5) -> Broadcast:
    new = NewBroadcast(ADMIN, audience, "<b>Hello</b>", 3, per_second)
    draft = await stores.broadcasts.draft(new, stores.clock.now())
    started = await stores.broadcasts.start(draft.id, (ADMIN, 7), stores.clock.now())
    assert started is not None
    return started


async def entered(stores: Stores, broadcast: Broadcast) -> Page:
    page = await stores.broadcasts.enter(broadcast, stores.clock.now())
    assert page is not None
    return page


async def advanced(stores: Stores, broadcast: Broadcast, page: Page) -> bool:
    now = stores.clock.now()
    return await stores.broadcasts.advance(broadcast, page, next_at=now + STEP, at=now)


async def told(stores: Stores, broadcast: Broadcast) -> list[int]:
    """Everybody whom all steps are for, in their order."""
    chats: list[int] = []
    while True:
        page = await entered(stores, broadcast)
        chats += [each.chat_id for each in page.recipients]
        assert await advanced(stores, broadcast, page)
        if page.last is None:
            return chats
        found = await stores.broadcasts.find(broadcast.id)
        assert found is not None
        broadcast = found


async def test_a_draft_is_changed_discarded_or_begun_once(stores: Stores) -> None:
    now = stores.clock.now()
    store = stores.broadcasts
    draft = await store.draft(NewBroadcast(ADMIN, Audience(Segment.ADMINS, people=(1, 2)), "x", 2), now)
    assert (draft.state, draft.per_second, draft.link) == (BroadcastState.DRAFT, 10, None)
    assert draft.audience == Audience(Segment.ADMINS, people=(1, 2))
    assert await store.newest(5) == []
    changed = await store.change(draft.id, link=Link("Read", "https://example.org"))
    changed = await store.change(draft.id, per_second=20)
    assert changed is not None
    assert (changed.link, changed.per_second) == (Link("Read", "https://example.org"), 20)
    assert await store.enter(changed, now) is None
    started = await store.start(draft.id, (ADMIN, 7), now)
    assert started is not None
    assert (started.state, started.progress, started.started_at) == (BroadcastState.RUNNING, (ADMIN, 7), now)
    assert await store.start(draft.id, (ADMIN, 8), now) is None
    assert await store.change(draft.id, per_second=5) is None
    assert not await store.discard(draft.id)
    assert await store.newest(5) == [started]
    other = await store.draft(NewBroadcast(ADMIN, ALL, "y", 0), now)
    assert await store.discard(other.id)
    assert not await store.discard(other.id)
    assert await store.find(other.id) is None


async def test_who_is_meant(stores: Stores) -> None:
    now = stores.clock.now()
    await crowd(stores, 1, 2, 3, 4, 5)
    await stores.subscriptions.remember(contact(-7, kind=ChatKind.SUPERGROUP))
    await stores.subscriptions.remember(contact(6, "es"))
    await stores.people.ban(1, None, now)
    await stores.subscriptions.deactivate(2, "blocked")
    await stores.subscriptions.change_settings(3, ChatSettings(news=False))
    await stores.subscriptions.change_settings(4, ChatSettings(language="es"))
    await stores.people.grant(5, timedelta(days=30), now)

    async def meant(audience: Audience) -> list[int]:
        counted = await stores.broadcasts.count(audience, now)
        chats = await told(stores, await begun(stores, audience))
        assert counted == len(chats)
        return chats

    assert await meant(ALL) == [4, 5, 6]
    assert await meant(Audience(Segment.PREMIUM)) == [5]
    assert await meant(Audience(Segment.FREE)) == [4, 6]
    assert await meant(Audience(Segment.LANGUAGE, "es")) == [4, 6]
    assert await meant(Audience(Segment.ADMINS, people=(1, 5, 77))) == [5]


async def test_a_page_is_the_same_until_it_is_advanced(stores: Stores) -> None:
    await crowd(stores, *range(1, 31))
    broadcast = await begun(stores)
    page = await entered(stores, broadcast)
    assert page.count == 25
    # Killed before it moved on: two were sent meanwhile, and are not told again.
    for chat_id in (1, 2):
        await stores.ledger.settle(broadcast_key(broadcast.id, chat_id), DeliveryStatus.SENT)
    again = await entered(stores, broadcast)
    assert [each.chat_id for each in again.recipients] == list(range(3, 26))
    assert again.count == 25
    assert await advanced(stores, broadcast, page)
    # A second step of the same page comes too late.
    assert not await advanced(stores, broadcast, again)
    assert await stores.broadcasts.enter(broadcast, stores.clock.now()) is None
    moved = await stores.broadcasts.find(broadcast.id)
    assert moved is not None
    assert (moved.queued, moved.reached) == (25, 25)
    assert await told(stores, moved) == list(range(26, 31))
    done = await stores.broadcasts.find(broadcast.id)
    assert done is not None
    assert (done.state, done.queued) == (BroadcastState.DONE, 30)
    assert done.ended_at is not None


async def test_a_stop_suppresses_what_waits(stores: Stores) -> None:
    await crowd(stores, *range(1, 31))
    broadcast = await begun(stores)
    page = await entered(stores, broadcast)
    await stores.ledger.settle(broadcast_key(broadcast.id, 1), DeliveryStatus.SENT)
    await stores.ledger.settle(broadcast_key(broadcast.id, 2), DeliveryStatus.FAILED, reason="refused")
    await stores.ledger.settle(broadcast_key(broadcast.id, 3), DeliveryStatus.FAILED, reason="blocked")
    await stores.subscriptions.deactivate(3, "blocked")
    assert await stores.broadcasts.outcome(broadcast.id) == Outcome(1, 22, 1, 1, 0)
    stopped = await stores.broadcasts.stop(broadcast.id, stores.clock.now())
    assert stopped is not None
    assert stopped.state is BroadcastState.STOPPED
    assert await stores.broadcasts.stop(broadcast.id, stores.clock.now()) is None
    assert not await advanced(stores, broadcast, page)
    assert await stores.broadcasts.enter(broadcast, stores.clock.now()) is None
    outcome = Outcome(1, 0, 1, 1, 22)
    assert await stores.broadcasts.outcome(broadcast.id) == outcome
    assert await stores.broadcasts.untold() == [stopped]
    await stores.broadcasts.close(broadcast.id, outcome)
    assert await stores.broadcasts.untold() == []
    closed = await stores.broadcasts.find(broadcast.id)
    assert closed is not None
    assert closed.outcome == outcome


async def test_what_is_queued_can_still_be_stopped(stores: Stores) -> None:
    await crowd(stores, 1, 2)
    broadcast = await begun(stores)
    assert await told(stores, broadcast) == [1, 2]
    assert await stores.broadcasts.stop(broadcast.id, stores.clock.now()) is not None
    assert await stores.broadcasts.outcome(broadcast.id) == Outcome(suppressed=2)
