"""The administrators' commands; to everybody else they do not exist."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from walletwatch.bot.commands import analytics, broadcasts, lists, people
from walletwatch.bot.commands.command import Area, Command, Handler, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.keyboards import Action, CallbackData, StaleData
from walletwatch.bot.talk import Talk
from walletwatch.bot.views import admin as admin_view
from walletwatch.bot.views import upkeep
from walletwatch.bot.views.system_alerts import alert_list
from walletwatch.domain.administration import AuditQuery
from walletwatch.domain.errors import QueueUnavailable, StoreUnavailable
from walletwatch.domain.vitals import Lost
from walletwatch.services.administering import QUEUES
from walletwatch.services.clearing import CLEARABLE, NotClearable, pattern_of

ALL: Final = "all"
COUNTED_MINUTES: Final = 5
MAX_NUMBER: Final = 2**63 - 1
MAX_PREFIX_BYTES: Final = 56
"""So that it fits into a button's data."""
COLON: Final = "|"
"""Stands for a colon in a button's data, which takes it for its own."""
MAX_ACTION: Final = 32
CONFIRMED_WITHIN: Final = timedelta(hours=1)


async def panel(talk: Talk, dialogue: Dialogue) -> None:
    """/admin: how everything is, and the ways on."""
    vitals = await dialogue.admin.vitals()
    report = dialogue.admin.health(vitals)
    current = await dialogue.admin.maintenance()
    await talk.show(admin_view.panel(report, vitals, current, talk.say))


async def queues(talk: Talk, dialogue: Dialogue) -> None:
    """/queues: depth, age and failures."""
    await talk.show(admin_view.queues(await dialogue.admin.vitals(), talk.say))


async def retry_failed(talk: Talk, dialogue: Dialogue) -> None:
    """/retryfailed QUEUE|all [TEXT]: what failed goes back into its queue, or only what has this text."""
    if not talk.arguments:
        raise Complaint("admin.retried.usage")
    queue, *rest = talk.arguments
    await _retry(talk, dialogue, queue, " ".join(rest) or None)


async def retry_queue(talk: Talk, dialogue: Dialogue, queue: str) -> None:
    """The button of a queue."""
    await _retry(talk, dialogue, queue, None)


async def purge(talk: Talk, dialogue: Dialogue) -> None:
    """/purge QUEUE: asks whether what failed is to be deleted for good."""
    if not talk.arguments:
        raise Complaint("admin.purge.usage")
    await ask_purge(talk, dialogue, talk.arguments[0])


async def ask_purge(talk: Talk, dialogue: Dialogue, queue: str) -> None:
    """Ask first."""
    _known(queue)
    vitals = await dialogue.admin.vitals()
    if isinstance(vitals.queues, Lost):
        raise Complaint("admin.queues.lost")
    count = next(each.dead for each in vitals.queues if each.name == queue)
    await talk.show(admin_view.ask_purge(queue, count, talk.say))


async def purge_confirmed(talk: Talk, dialogue: Dialogue, queue: str) -> None:
    """Delete."""
    _known(queue)
    again = await _once(talk, dialogue, "purge")
    try:
        deleted = await dialogue.admin.purge(queue, user_id=_user(talk))
    except QueueUnavailable as error:
        await again()
        raise Complaint("admin.queues.lost") from error
    await talk.show(admin_view.purged(queue, deleted, talk.say))


async def statistics(talk: Talk, dialogue: Dialogue) -> None:
    """/stats_all: whom the system serves, and what it did."""
    await talk.show(admin_view.statistics(await dialogue.admin.figures(), talk.say))


async def rpc(talk: Talk, dialogue: Dialogue) -> None:
    """/rpc: the endpoints, and what was asked of them."""
    vitals = await dialogue.admin.vitals()
    tally = await dialogue.admin.recent(COUNTED_MINUTES)
    await talk.show(admin_view.rpc(vitals, tally, talk.say))


async def cache(talk: Talk, dialogue: Dialogue) -> None:
    """/cache: how Redis answers, and how much of what is asked of it is there."""
    await talk.show(admin_view.cache(await dialogue.admin.vitals(), talk.say))


async def alerts(talk: Talk, dialogue: Dialogue) -> None:
    """/sysalerts: what is wrong."""
    await talk.show(alert_list(await dialogue.admin.open_alerts(), talk.say))


async def acknowledge(talk: Talk, dialogue: Dialogue) -> None:
    """/ack NUMBER: somebody sees to it; no more reminders."""
    number = talk.arguments[0].removeprefix("#") if talk.arguments else ""
    if not (number.isascii() and number.isdecimal()) or int(number) > MAX_NUMBER:
        raise Complaint("admin.ack.usage")
    await acknowledge_one(talk, dialogue, int(number))


async def acknowledge_one(talk: Talk, dialogue: Dialogue, alert_id: int) -> None:
    """The command or the button."""
    alert = await dialogue.admin.acknowledge(alert_id, user_id=_user(talk))
    if alert is None:
        raise Complaint("admin.ack.unknown", id=alert_id)
    done = talk.say("admin.ack.done", id=alert_id)
    await talk.toast(done)
    await talk.reply(done)


async def maintenance(talk: Talk, dialogue: Dialogue) -> None:
    """/maintenance [on [NOTE] | off]: people are asked to come back later; the watching goes on."""
    word = talk.arguments[0].lower() if talk.arguments else ""
    if word == "on":
        current = await dialogue.admin.begin_maintenance(" ".join(talk.arguments[1:]), user_id=_user(talk))
    elif word == "off":
        await dialogue.admin.end_maintenance(user_id=_user(talk))
        current = None
    elif not word:
        current = await dialogue.admin.maintenance()
    else:
        raise Complaint("admin.maintenance.usage")
    await talk.show(admin_view.maintenance(current, talk.say))


async def switch_maintenance(talk: Talk, dialogue: Dialogue, word: str) -> None:
    """The button."""
    talk.arguments = (word,) if word else ()
    await maintenance(talk, dialogue)


async def audit(talk: Talk, dialogue: Dialogue) -> None:
    """/audit [USER|ACTION]: what administrators did, newest first."""
    word = talk.arguments[0].lower() if talk.arguments else ""
    if word.isascii() and word.isdecimal() and int(word) <= MAX_NUMBER:
        query = AuditQuery(user_id=int(word))
    elif not word or (len(word) <= MAX_ACTION and word.isascii() and word.replace(".", "").isalpha()):
        query = AuditQuery(action=word or None)
    else:
        raise Complaint("admin.audit.usage")
    await talk.show(upkeep.audit(await dialogue.admin.audit(query), talk.say))


async def audit_page(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """An older page: `<before>.<user>.<action>`.

    Raises:
        StaleData: That is no page.
    """
    parts = argument.split(".", 2)
    if len(parts) != 3 or not all(part == "" or part.isdecimal() for part in parts[:2]):
        raise StaleData
    before, user_id = (int(part) if part else None for part in parts[:2])
    if max(before or 0, user_id or 0) > MAX_NUMBER:
        raise StaleData
    query = AuditQuery(user_id, parts[2] or None, before)
    await talk.show(upkeep.audit(await dialogue.admin.audit(query), talk.say))


async def health(talk: Talk, dialogue: Dialogue) -> None:
    """/health: what GET /health tells operators."""
    vitals = await dialogue.admin.vitals()
    await talk.show(upkeep.health(dialogue.admin.health(vitals), vitals, talk.say))


async def metrics(talk: Talk, dialogue: Dialogue) -> None:
    """/metrics: the most important counts."""
    recent, total = await dialogue.admin.counts(COUNTED_MINUTES)
    await talk.show(upkeep.metrics(recent, total, talk.say))


async def clear_cache(talk: Talk, dialogue: Dialogue) -> None:
    """/clearcache [PREFIX]: ask whether what is cached is to be forgotten."""
    prefix = talk.arguments[0] if talk.arguments else ""
    if prefix:
        try:
            pattern_of(prefix)
        except NotClearable as error:
            raise Complaint("admin.clear.unknown", known=", ".join(CLEARABLE)) from error
    data = prefix.replace(":", COLON)
    if len(data.encode()) > MAX_PREFIX_BYTES or COLON in prefix:
        raise Complaint("admin.clear.too_long")
    del dialogue
    await talk.show(upkeep.ask_clear(prefix, data, talk.say))


async def clear_confirmed(talk: Talk, dialogue: Dialogue, data: str) -> None:
    """Forget it, once."""
    again = await _once(talk, dialogue, "clear")
    try:
        cleared = await dialogue.admin_desk.clearing.clear(data.replace(COLON, ":"), by=_user(talk))
    except NotClearable as error:
        raise StaleData from error
    except StoreUnavailable as error:
        await again()
        raise Complaint("admin.clear.lost") from error
    await talk.show(upkeep.cleared(cleared, talk.say))


async def _retry(talk: Talk, dialogue: Dialogue, queue: str, containing: str | None) -> None:
    wanted = QUEUES if queue == ALL else (_known(queue),)
    try:
        done = await dialogue.admin.retry_failed(wanted, containing=containing, user_id=_user(talk))
    except QueueUnavailable as error:
        raise Complaint("admin.queues.lost") from error
    await talk.send(admin_view.retried(done, talk.say))


async def _once(talk: Talk, dialogue: Dialogue, what: str) -> Callable[[], Awaitable[None]]:
    """A button that confirms something destructive works once; returns what lets it be pressed again.

    Raises:
        StaleData: It was pressed before.
    """
    once, user_id, tap = dialogue.admin_desk.once, _user(talk), talk.query_id
    if tap is None:
        raise StaleData
    name = f"{what}:{talk.chat_id}:{talk.message_id}"
    if not await once.may(user_id, name, within=CONFIRMED_WITHIN, tap=tap):
        raise StaleData
    return partial(once.again, user_id, name, tap=tap)


def _known(queue: str) -> str:
    if queue not in QUEUES:
        raise Complaint("admin.queues.unknown", queues=", ".join(QUEUES))
    return queue


def _user(talk: Talk) -> int:
    assert talk.contact.user_id is not None
    return talk.contact.user_id


_PANEL: Final[Mapping[str, Handler]] = {
    "panel": panel,
    "queues": queues,
    "sysalerts": alerts,
    "rpc": rpc,
    "cache": cache,
    "stats_all": statistics,
    "audit": audit,
    "health": health,
    "metrics": metrics,
    "clearcache": clear_cache,
    "maintenance": maintenance,
    "users": people.users,
    "feedbacks": people.feedbacks,
    "reviews": lists.reviews,
    "broadcast": broadcasts.overview,
    "analytics": analytics.analytics,
}
assert set(_PANEL) >= {name for names in admin_view.PANEL for name in names}


async def _from_panel(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    if data.argument not in _PANEL:
        raise StaleData
    await _PANEL[data.argument](talk, dialogue)


AREA: Final = Area(
    Topic.ADMIN,
    commands=(
        Command("admin", panel),
        Command("queues", queues),
        Command("retryfailed", retry_failed),
        Command("purge", purge),
        Command("stats_all", statistics),
        Command("rpc", rpc),
        Command("cache", cache),
        Command("sysalerts", alerts),
        Command("ack", acknowledge),
        Command("maintenance", maintenance),
        Command("audit", audit),
        Command("health", health),
        Command("metrics", metrics),
        Command("clearcache", clear_cache),
    ),
    buttons={
        Action.ADMIN: _from_panel,
        Action.ALERTS: lambda talk, dialogue, _data: alerts(talk, dialogue),
        Action.ACKNOWLEDGE: lambda talk, dialogue, data: acknowledge_one(talk, dialogue, data.number),
        Action.RETRY_FAILED: lambda talk, dialogue, data: retry_queue(talk, dialogue, data.argument),
        Action.PURGE: lambda talk, dialogue, data: ask_purge(talk, dialogue, data.argument),
        Action.AUDIT: lambda talk, dialogue, data: audit_page(talk, dialogue, data.argument),
        Action.CLEAR_CONFIRMED: lambda talk, dialogue, data: clear_confirmed(talk, dialogue, data.argument),
        Action.MAINTENANCE: lambda talk, dialogue, data: switch_maintenance(talk, dialogue, data.argument),
        Action.PURGE_CONFIRMED: lambda talk, dialogue, data: purge_confirmed(talk, dialogue, data.argument),
    },
)
