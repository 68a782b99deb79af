"""Alerts in the database, and in memory while that is away, are the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.conftest import Stores
from tests.contract.things import contact
from walletwatch.domain.administration import AuditEntry, AuditQuery, Maintenance
from walletwatch.domain.alerts import AlertLevel, Condition, Finding

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
DEAD = Finding(Condition.DEAD_LETTERS, "scan", AlertLevel.WARNING, {"count": 3, "share": 0.5, "name": "é"})
LOST = Finding(Condition.REDIS_LOST, "", AlertLevel.CRITICAL, {"error": "StoreUnavailable"})
SETTLE = timedelta(minutes=1)
ANNA, BORIS = 1, 2


async def test_an_alert_is_one_for_as_long_as_its_condition_holds(stores: Stores) -> None:
    first = await stores.alerts.raised(DEAD, NOW)
    again = await stores.alerts.raised(replace(DEAD, facts={"count": 4}), LATER)
    assert (again.id, again.occurrences, again.raised_at, again.seen_at) == (first.id, 2, NOW, LATER)
    assert (first.facts, again.facts) == (DEAD.facts, {"count": 4})
    other = await stores.alerts.raised(replace(DEAD, subject="balance"), NOW)
    assert other.id != first.id
    assert len(await stores.alerts.open()) == 2


async def test_the_worst_and_oldest_come_first(stores: Stores) -> None:
    await stores.alerts.raised(DEAD, NOW)
    await stores.alerts.raised(LOST, LATER)
    await stores.alerts.raised(replace(DEAD, subject="balance"), LATER)
    assert [(alert.condition, alert.subject) for alert in await stores.alerts.open()] == [
        (Condition.REDIS_LOST, ""),
        (Condition.DEAD_LETTERS, "scan"),
        (Condition.DEAD_LETTERS, "balance"),
    ]
    assert [alert.subject for alert in await stores.alerts.recent(2)] == ["balance", ""]


async def test_it_is_over_when_it_was_clear_for_long_enough(stores: Stores) -> None:
    alert = await stores.alerts.raised(DEAD, NOW)
    assert await stores.alerts.cleared(alert.id, NOW, settle=SETTLE) is None
    assert await stores.alerts.cleared(alert.id, NOW + SETTLE / 2, settle=SETTLE) is None
    over = await stores.alerts.cleared(alert.id, NOW + SETTLE, settle=SETTLE)
    assert over is not None
    assert over.resolved_at == NOW + SETTLE
    assert await stores.alerts.open() == []
    assert await stores.alerts.cleared(alert.id, NOW + SETTLE, settle=SETTLE) is None
    assert (await stores.alerts.raised(DEAD, NOW)).id != alert.id


async def test_what_flaps_is_not_over(stores: Stores) -> None:
    alert = await stores.alerts.raised(DEAD, NOW)
    await stores.alerts.cleared(alert.id, NOW, settle=SETTLE)
    assert (await stores.alerts.raised(DEAD, NOW + SETTLE / 2)).clear_since is None
    assert await stores.alerts.cleared(alert.id, NOW + SETTLE, settle=SETTLE) is None


async def test_each_chat_is_told_of_the_beginning_and_of_the_end(stores: Stores) -> None:
    alerts, chats = stores.alerts, [ANNA, BORIS]
    alert = await alerts.raised(DEAD, NOW)
    assert [each.id for each in await alerts.unheard(chats)] == [alert.id]
    await alerts.told(alert.id, ANNA, NOW, end=False)
    await alerts.told(alert.id, ANNA, NOW, end=False)
    (unheard,) = await alerts.unheard(chats)
    assert (unheard.told, unheard.told_at) == ((ANNA,), NOW)
    assert await alerts.unheard([ANNA]) == []
    await alerts.cleared(alert.id, LATER, settle=timedelta())
    (ended,) = await alerts.unheard(chats)
    assert ended.resolved_at == LATER
    await alerts.told(alert.id, ANNA, LATER, end=True)
    assert await alerts.unheard(chats) == [], "Boris was never told that it began"


async def test_what_gets_worse_is_told_and_acknowledged_anew(stores: Stores) -> None:
    alerts = stores.alerts
    alert = await alerts.raised(DEAD, NOW)
    await alerts.told(alert.id, ANNA, NOW, end=False)
    acknowledged = await alerts.acknowledge(alert.id, 7, NOW)
    assert acknowledged is not None
    assert (acknowledged.acknowledged_by, acknowledged.acknowledged_at) == (7, NOW)
    second = await alerts.acknowledge(alert.id, 8, LATER)
    assert second is not None
    assert second.acknowledged_by == 7
    worse = await alerts.raised(replace(DEAD, level=AlertLevel.CRITICAL), LATER)
    assert (worse.id, worse.told, worse.acknowledged_by, worse.acknowledged_at) == (alert.id, (), None, None)


async def test_only_open_alerts_are_acknowledged(stores: Stores) -> None:
    alert = await stores.alerts.raised(DEAD, NOW)
    await stores.alerts.cleared(alert.id, NOW, settle=timedelta())
    assert await stores.alerts.acknowledge(alert.id, 7, NOW) is None
    assert await stores.alerts.acknowledge(alert.id + 1000, 7, NOW) is None


async def test_who_does_not_acknowledge_is_reminded(stores: Stores) -> None:
    alerts, levels = stores.alerts, [AlertLevel.CRITICAL]
    for finding in (DEAD, LOST):
        alert = await alerts.raised(finding, NOW)
        await alerts.told(alert.id, ANNA, NOW, end=False)
    assert await alerts.remind(levels, NOW) == 0
    assert await alerts.remind(levels, LATER) == 1
    (reminded,) = await alerts.unheard([ANNA])
    assert reminded.condition is Condition.REDIS_LOST
    await alerts.told(reminded.id, ANNA, NOW, end=False)
    await alerts.acknowledge(reminded.id, 7, NOW)
    assert await alerts.remind(levels, LATER) == 0


async def test_alerts_that_were_over_long_ago_are_forgotten(stores: Stores) -> None:
    old, young = await stores.alerts.raised(DEAD, NOW), await stores.alerts.raised(LOST, NOW)
    await stores.alerts.cleared(old.id, NOW, settle=timedelta())
    assert await stores.alerts.forget(NOW) == 0
    assert await stores.alerts.forget(LATER) == 1
    assert [alert.id for alert in await stores.alerts.recent(5)] == [young.id]


@pytest.mark.parametrize("note", ["", "back at noon <b>", "x" * 500])
async def test_maintenance_begins_and_ends(stores: Stores, note: str) -> None:
    store = stores.administration
    assert await store.maintenance() is None
    await store.set_maintenance(Maintenance(NOW, 7, note))
    assert await store.maintenance() == Maintenance(NOW, 7, note)
    greeting = await stores.greet(contact(1))
    assert (greeting.chat.chat_id, greeting.maintenance) == (1, Maintenance(NOW, 7, note))
    await store.set_maintenance(None)
    await store.set_maintenance(None)
    assert (await stores.greet(contact(1))).maintenance is None
    assert await store.maintenance() is None


async def test_what_administrators_did_is_kept(stores: Stores) -> None:
    entries = [AuditEntry(NOW, 7, "purge", {"queue": "scan", "deleted": number}) for number in range(3)]
    for entry in entries:
        await stores.administration.audit(entry)
    found = await stores.administration.entries(AuditQuery(), limit=2)
    assert [replace(entry, id=None) for entry in found] == [entries[2], entries[1]]


async def test_the_audit_is_paged_and_filtered(stores: Stores) -> None:
    store = stores.administration
    for user_id, action in ((7, "purge"), (8, "ban"), (7, "ban"), (7, "ack")):
        await store.audit(AuditEntry(NOW, user_id, action, {}))

    async def actions(query: AuditQuery) -> list[tuple[int, str]]:
        return [(entry.user_id, entry.action) for entry in await store.entries(query, limit=9)]

    assert await actions(AuditQuery(user_id=7)) == [(7, "ack"), (7, "ban"), (7, "purge")]
    assert await actions(AuditQuery(action="ban")) == [(7, "ban"), (8, "ban")]
    assert await actions(AuditQuery(8, "ack")) == []
    newest, older, *_ = await store.entries(AuditQuery(), limit=9)
    assert newest.id is not None
    assert await actions(AuditQuery(before=newest.id)) == [(7, "ban"), (8, "ban"), (7, "purge")]
    assert await actions(AuditQuery(7, before=older.id)) == [(7, "purge")]
