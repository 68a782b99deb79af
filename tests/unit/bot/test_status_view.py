"""What /status says to those who watch nothing yet, a few wallets, or many."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from walletwatch.bot.html_length import MAX_UNITS, units
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.texts import texts
from walletwatch.bot.views.basics import BEHIND, WALLETS_NAMED, BasicsView
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chats import Chat, ChatKind, Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.service import Service
from walletwatch.domain.wallets import Progress
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.watching import ChatStatus

SAY = texts("en")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
CHAT = Chat(1, ChatKind.PRIVATE)
NOTHING: Mapping[DeliveryStatus, int] = dict.fromkeys(DeliveryStatus, 0)


def watched(count: int) -> Sequence[Subscription]:
    return [
        Subscription(
            id=number,
            chat=CHAT,
            wallet_id=number,
            address=encode_address(number.to_bytes(32)),
            label=f"wallet {number}",
            from_slot=1,
            checked_slot=90,
        )
        for number in range(1, count + 1)
    ]


def shown(
    subscriptions: Sequence[Subscription],
    deliveries: Mapping[DeliveryStatus, int] = NOTHING,
    suppressed: Mapping[str, int] | None = None,
    *,
    slot: int | None = 100,
    ago: timedelta = timedelta(seconds=5),
) -> RenderedMessage:
    service = Service(subscriptions, Progress(90, NOW - ago), deliveries, suppressed or {})
    return BasicsView().status(ChatStatus(slot, NOW, service), "UTC", SAY)


def test_who_watches_nothing_is_shown_the_way_in_and_no_zeros() -> None:
    message = shown([])
    assert "no wallet for this chat yet" in message.html
    assert "24 hours" not in message.html
    assert "Last look" not in message.html
    assert CallbackData(Action.ADD).encode() in [
        each.callback_data for row in message.keyboard for each in row
    ]


def test_how_far_behind_the_chain_the_last_look_was() -> None:
    assert "5 seconds ago, at slot 90 (10 behind the chain)" in shown(watched(1)).html
    assert "behind the chain" not in shown(watched(1), slot=90).html
    unreached = shown(watched(1), slot=None).html
    assert "can't reach it" in unreached
    assert "at slot 90" in unreached


def test_what_did_not_happen_is_not_counted() -> None:
    assert "Last 24 hours: nothing to tell" in shown(watched(1)).html
    told = {**NOTHING, DeliveryStatus.SENT: 1200, DeliveryStatus.SUPPRESSED: 3}
    html = shown(watched(1), told, {"dust_off": 3}).html
    assert "Last 24 hours: 1,200 told, 3 not wanted\n" in html
    assert "3 that were dust" in html
    assert "failed" not in html


def test_what_was_told_is_told_to_who_watches_nothing_any_more() -> None:
    assert "Last 24 hours: 2 told" in shown([], {**NOTHING, DeliveryStatus.SENT: 2}).html


def test_of_many_wallets_those_are_named_of_which_something_is_to_be_said() -> None:
    many = list(watched(250))
    many[100] = replace(many[100], paused=True)
    many[200] = replace(many[200], checked_slot=None)
    html = shown(many, {**NOTHING, DeliveryStatus.SENT: 2}).html
    assert "wallet 101</b>" in html
    assert "wallet 201</b>" in html
    assert "wallet 7</b>" not in html
    assert "Up to date: 248" in html
    assert "Last 24 hours: 2 told" in html


def test_many_that_are_behind_leave_room_for_the_rest() -> None:
    html = shown(watched(250), {**NOTHING, DeliveryStatus.SENT: 2}, ago=BEHIND * 2).html
    assert f"… and {250 - WALLETS_NAMED} more" in html
    assert "Up to date" not in html
    assert "Last 24 hours: 2 told" in html
    assert units(html) < MAX_UNITS
