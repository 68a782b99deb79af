"""How administrators are shown people. What these call their wallets is theirs, and not shown."""

from datetime import datetime, timedelta
from html import unescape
from typing import Final

from walletwatch.bot.formatting import lasting, short, when, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.people_marks import write_query
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.domain.people import (
    Feedback,
    PeopleOrder,
    PeoplePage,
    PeopleQuery,
    Person,
    PersonCard,
)
from walletwatch.domain.plans import Limits, Plan, Quota
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.people_desk import FeedbackPage, WatchedPage

MAX_QUOTED: Final = 300
NEVER_ENDS: Final = 9000
"""A plan that lasts into this year has no end."""

type Rows = tuple[tuple[Button, ...], ...]


def page(page: PeoplePage, now: datetime, say: Texts) -> RenderedMessage:
    """People, with a button for each."""
    query = page.query
    if query.prefix:
        lines = [say("people.found", prefix=query.prefix)]
    else:
        lines = [say(f"people.title.{query.order.name.lower()}")]
    lines += [_line(person, now, say) for person in page.people]
    if not page.people:
        lines.append(say("people.nobody"))
    buttons = [button(_name(person), Action.PERSON, person.user_id) for person in page.people]
    other = PeopleOrder.ACTIVE if query.order is PeopleOrder.NEWEST else PeopleOrder.NEWEST
    rows = (
        *_by(3, buttons),
        _turns(page, say),
        (
            button(
                say(f"button.people_{other.name.lower()}"),
                Action.PEOPLE,
                write_query(PeopleQuery(other, query.prefix)),
            ),
            _to_panel(say),
        ),
    )
    return RenderedMessage(join_lines(lines), tuple(row for row in rows if row))


def card(card: PersonCard, now: datetime, say: Texts, zone: str, *, is_admin: bool) -> RenderedMessage:
    """Somebody, and what can be done about them."""
    person = card.person
    lines = [say("people.card", who=_who(person.username, person.user_id, say)), Html("")]
    if is_admin:
        lines.append(say("people.is_admin"))
    if person.banned_at is not None:
        reason = escape(person.ban_reason) if person.ban_reason else say("people.no_reason")
        lines.append(say("people.is_banned", since=when(person.banned_at, say, zone), reason=reason))
    reach = {True: "yes", False: "no", None: "none"}[card.reachable]
    lines += [
        say("people.since", at=when(person.created_at, say, zone)),
        say("people.seen", ago=lasting(max(timedelta(), now - person.seen_at), say)),
        say("people.language", language=person.language),
        say(f"people.reachable.{reach}"),
        _plan(person, now, say, zone),
    ]
    if person.quotas:
        lines.append(
            say(
                "people.quotas",
                quotas=", ".join(_set_quota(name, value, say) for name, value in person.quotas.items()),
            )
        )
    lines += [
        say("people.wallets", count=card.wallets),
        say("people.alerts", count=card.alerts),
        say("people.groups", count=card.groups),
        say("people.told", **{status.value: whole(count, say) for status, count in card.deliveries.items()}),
    ]
    if card.payments:
        lines.append(say("people.payments", count=card.payments))
    return RenderedMessage(join_lines(lines), _deeds(card, now, say, is_admin=is_admin))


def wallets(page: WatchedPage, profile: ChainProfile, say: Texts) -> RenderedMessage:
    """What somebody's chats watch."""
    lines = [say("people.wallets_title", id=page.user_id)]
    rows: list[tuple[Button, ...]] = []
    for each in page.wallets:
        key = "people.wallet_paused" if each.paused else "people.wallet"
        lines.append(say(key, address=each.address, chat=each.chat_id))
        url = profile.address_url(each.address)
        explorer = (Button(f"🔎 {short(each.address)}", url=url),) if url else ()
        rows.append((*explorer, Button(f"📋 {short(each.address)}", copy_text=each.address)))
    if not page.wallets:
        lines.append(say("people.no_wallets"))
    if page.behind is not None:
        behind = f"{page.user_id}.{page.behind}"
        rows.append((button(say("button.next"), Action.PERSON_WALLETS, behind),))
    rows.append((button(say("button.person"), Action.PERSON, page.user_id),))
    return RenderedMessage(join_lines(lines), tuple(rows))


def ask_ban(person: Person, say: Texts) -> RenderedMessage:
    """A question before somebody is kept out."""
    rows = (
        (button(say("button.confirm_ban"), Action.BAN_CONFIRMED, person.user_id),),
        (button(say("button.leave"), Action.PERSON, person.user_id),),
    )
    return RenderedMessage(
        say("people.ask_ban", who=_who(person.username, person.user_id, say), id=person.user_id), rows
    )


def ask_revoke(person: Person, say: Texts, zone: str) -> RenderedMessage:
    """A question before somebody's premium ends."""
    rows = (
        (button(say("button.confirm_end"), Action.REVOKE_CONFIRMED, person.user_id),),
        (button(say("button.leave"), Action.PERSON, person.user_id),),
    )
    who = _who(person.username, person.user_id, say)
    return RenderedMessage(say("people.ask_revoke", who=who, until=_until(person, say, zone)), rows)


def granted(person: Person, say: Texts, zone: str) -> Html:
    """That somebody has the premium plan, and for how long."""
    return say("people.granted", id=person.user_id, until=_until(person, say, zone))


def limits(person: Person, allowed: Limits, now: datetime, say: Texts, zone: str) -> RenderedMessage:
    """What somebody may have."""
    lines = [
        say("people.limits_title", who=_who(person.username, person.user_id, say)),
        _plan(person, now, say, zone),
    ]
    plan = Plan.PREMIUM if person.is_premium(now) else Plan.FREE
    lines += [_limit(quota, person, allowed[quota][plan], say) for quota in Quota]
    buttons = [
        button(
            say("button.set_quota", quota=say(f"people.quota.{name.value}")),
            Action.LIMIT,
            f"{person.user_id}.{name.value}",
        )
        for name in Quota
    ]
    rows = (*_by(2, buttons), (button(say("button.person"), Action.PERSON, person.user_id),))
    return RenderedMessage(join_lines(lines), rows)


def plans(allowed: Limits, say: Texts) -> RenderedMessage:
    """What the plans allow, who has no limits of their own."""
    lines = [say("people.plans")]
    lines += [
        say(
            "people.plan_limit",
            quota=say(f"people.quota.{quota.value}"),
            free=whole(each[Plan.FREE], say),
            premium=whole(each[Plan.PREMIUM], say),
        )
        for quota, each in allowed.items()
    ]
    lines += [Html(""), say("people.usage.limits")]
    return RenderedMessage(join_lines(lines), ((_to_panel(say),),))


def feedbacks(page: FeedbackPage, say: Texts, zone: str) -> RenderedMessage:
    """What people said, newest first."""
    lines = [say("people.feedback_title")]
    for each in page.feedback:
        lines += [Html(""), _said_by(each, say, zone)]
    if not page.feedback:
        lines.append(say("people.no_feedback"))
    open_ones = {
        each.user_id: _name_of(each.username, each.user_id) for each in page.feedback if not each.answered_at
    }
    buttons = [
        button(say("button.reply_to", name=name), Action.MESSAGE_PERSON, user_id)
        for user_id, name in open_ones.items()
    ]
    rows = [*_by(2, buttons)]
    if page.behind is not None:
        rows.append((button(say("button.older"), Action.FEEDBACKS, page.behind),))
    rows.append((_to_panel(say),))
    return RenderedMessage(join_lines(lines), tuple(rows))


def letter(text: str, say: Texts) -> RenderedMessage:
    """What somebody is written by those who run the bot."""
    return RenderedMessage(say("news.letter", text=text))


def plain(html: str) -> str:
    """A rendered text without markup, for where Telegram knows none."""
    return unescape(html.replace("<b>", "").replace("</b>", "").replace("<code>", "").replace("</code>", ""))


def _line(person: Person, now: datetime, say: Texts) -> Html:
    marks = ("⛔ " if person.banned_at else "") + ("⭐ " if person.is_premium(now) else "")
    return say(
        "people.line",
        marks=marks,
        who=_who(person.username, person.user_id, say),
        came=lasting(max(timedelta(), now - person.created_at), say),
        seen=lasting(max(timedelta(), now - person.seen_at), say),
    )


def _plan(person: Person, now: datetime, say: Texts, zone: str) -> Html:
    if not person.is_premium(now):
        return say("people.plan_free")
    assert person.premium_until is not None
    if person.premium_until.year >= NEVER_ENDS:
        return say("people.plan_always")
    return say("people.plan_premium", until=when(person.premium_until, say, zone))


def _until(person: Person, say: Texts, zone: str) -> str:
    until = person.premium_until
    endless = until is not None and until.year >= NEVER_ENDS
    return say("people.without_end") if endless else when(until, say, zone)


def _limit(quota: Quota, person: Person, of_plan: int, say: Texts) -> Html:
    label = say(f"people.quota.{quota.value}")
    if quota.value in person.quotas:
        return say("people.quota_set", quota=label, value=whole(person.quotas[quota.value], say))
    return say("people.quota_of_plan", quota=label, value=whole(of_plan, say))


def _set_quota(name: str, value: int, say: Texts) -> str:
    known = {quota.value for quota in Quota}
    label = say(f"people.quota.{name}") if name in known else escape(name)
    return say("people.quota_is", quota=label, value=whole(value, say))


def _deeds(card: PersonCard, now: datetime, say: Texts, *, is_admin: bool) -> Rows:
    user_id = card.person.user_id
    rows: list[tuple[Button, ...]] = []
    shown = []
    if card.wallets:
        shown.append(button(say("button.persons_wallets"), Action.PERSON_WALLETS, user_id))
    if card.payments:
        shown.append(button(say("button.payments"), Action.PAYMENTS, user_id))
    rows.append(tuple(shown))
    rows.append(
        (
            button(say("button.limits"), Action.PERSON_LIMITS, user_id),
            button(say("button.grant"), Action.GRANT, user_id),
        )
    )
    if card.person.is_premium(now):
        rows.append((button(say("button.end_premium"), Action.REVOKE, user_id),))
    deeds = [button(say("button.message"), Action.MESSAGE_PERSON, user_id)] if card.reachable else []
    if card.person.banned_at is not None:
        deeds.append(button(say("button.unban"), Action.UNBAN, user_id))
    elif not is_admin:
        deeds.append(button(say("button.ban"), Action.BAN, user_id))
    first = write_query(PeopleQuery())
    rows += [tuple(deeds), (button(say("button.people"), Action.PEOPLE, first), _to_panel(say))]
    return tuple(row for row in rows if row)


def _turns(page: PeoplePage, say: Texts) -> tuple[Button, ...]:
    if not page.people:
        return ()
    query, turns = page.query, []
    if page.more_before:
        before = PeopleQuery(query.order, query.prefix, page.mark(page.people[0]), backwards=True)
        turns.append(button(say("button.previous"), Action.PEOPLE, write_query(before)))
    if page.more_behind:
        behind = PeopleQuery(query.order, query.prefix, page.mark(page.people[-1]))
        turns.append(button(say("button.next"), Action.PEOPLE, write_query(behind)))
    return tuple(turns)


def _said_by(each: Feedback, say: Texts, zone: str) -> Html:
    text = each.text if len(each.text) <= MAX_QUOTED else f"{each.text[:MAX_QUOTED]}…"
    key = "people.feedback_answered" if each.answered_at else "people.feedback_open"
    return say(
        key,
        number=each.id,
        who=_who(each.username, each.user_id, say),
        at=when(each.at, say, zone),
        text=text,
    )


def _who(username: str | None, user_id: int, say: Texts) -> Html:
    if username:
        return say("people.named", name=username, id=user_id)
    return say("people.nameless", id=user_id)


def _name(person: Person) -> str:
    return _name_of(person.username, person.user_id)


def _name_of(username: str | None, user_id: int) -> str:
    return f"@{username}" if username else str(user_id)


def _to_panel(say: Texts) -> Button:
    return button(say("button.panel"), Action.ADMIN, "panel")


def _by(size: int, buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[start : start + size]) for start in range(0, len(buttons), size))
