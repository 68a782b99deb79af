"""The whole of what administrators can do: each change is audited, and the panel leads everywhere."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from tests.unit.bot.conftest import ADMIN, ANNA, WALLET, Chat
from walletwatch.bot.commands.table import ADMIN_BUTTONS, ADMIN_COMMANDS
from walletwatch.bot.keyboards import Action
from walletwatch.bot.operators import Operators
from walletwatch.domain.alerts import AlertLevel, Condition, Finding
from walletwatch.domain.plans import Offer, Payment
from walletwatch.domain.telemetry import Instance, Tally
from walletwatch.services.clearing import CLEARABLE

PAID: Final = Payment("stx1", ANNA, Offer(0, 250), datetime(2026, 11, 1, tzinfo=UTC))
LOST = Finding(Condition.REDIS_LOST, "", AlertLevel.CRITICAL, {"error": "StoreUnavailable"})

CHANGING: Final[Mapping[str, tuple[str, str]]] = {
    "retryfailed": ("/retryfailed all", "retryfailed"),
    "ack": ("/ack 1", "ack"),
    "maintenance": ("/maintenance on", "maintenance"),
    "ban": (f"/ban {ANNA}", "ban"),
    "unban": (f"/unban {ANNA}", "unban"),
    "limits": (f"/limits {ANNA} wallets 5", "limits"),
    "refundpayment": (f"/refundpayment {ANNA} stx1", "refund"),
    "reply": (f"/reply {ANNA} hello", "reply"),
    "broadcast": ("/broadcast all hello", "broadcast"),
    "block": (f"/block {WALLET} steals", "list.block"),
    "allow": (f"/allow {WALLET} honest", "list.allow"),
    "unblock": (f"/unblock {WALLET}", "list.drop"),
}
"""What each command that changes something is sent with, and the action in the audit."""
READING: Final = {
    "admin", "queues", "stats_all", "rpc", "cache", "sysalerts", "audit", "health", "metrics", "users",
    "user", "feedbacks", "analytics", "reviews", "payments",
}  # fmt: skip
ASKING: Final = {"purge", "clearcache"}
"""These change nothing before a button is pressed."""

CHANGING_BUTTONS: Final[Mapping[Action, tuple[str, str]]] = {
    Action.ACKNOWLEDGE: ("1", "ack"),
    Action.RETRY_FAILED: ("scan", "retryfailed"),
    Action.PURGE_CONFIRMED: ("scan", "purge"),
    Action.CLEAR_CONFIRMED: ("balance", "clearcache"),
    Action.MAINTENANCE: ("on", "maintenance"),
    Action.BAN_CONFIRMED: (f"{ANNA}", "ban"),
    Action.UNBAN: (f"{ANNA}", "unban"),
    Action.GRANT: (f"{ANNA}", "grant"),
    Action.REVOKE_CONFIRMED: (f"{ANNA}", "revoke"),
    Action.REFUND_PAYMENT_CONFIRMED: (f"{ANNA}.{PAID.tag}", "refund"),
    Action.BROADCAST_PACE: ("1.5", "broadcast"),
    Action.BROADCAST_DISCARDED: ("1", "broadcast"),
    Action.BROADCAST_CONFIRMED: ("1", "broadcast"),
    Action.BROADCAST_STOPPED: ("2", "broadcast"),
    Action.REVIEW: (f"by.{WALLET}", "list.review"),
}
READING_BUTTONS: Final = {
    Action.ADMIN, Action.ALERTS, Action.PURGE, Action.PEOPLE, Action.PERSON, Action.PERSON_WALLETS,
    Action.BAN, Action.PERSON_LIMITS, Action.LIMIT, Action.MESSAGE_PERSON, Action.FEEDBACKS,
    Action.REVOKE, Action.PAYMENTS, Action.REFUND_PAYMENT, Action.BROADCASTS, Action.AUDIENCE,
    Action.BROADCAST_LINK, Action.BROADCAST, Action.ANALYTICS, Action.AUDIT,
}  # fmt: skip


@pytest.fixture
async def busy(chat: Chat) -> Chat:
    """Something for each of them to change."""
    for person in (ANNA, ADMIN):
        await chat.send("/menu", user=person)
    await chat.alerts.raised(LOST, chat.clock.now())
    chat.system.queues.dead["scan"] = ["x"]
    await chat.send("/broadcast all one", user=ADMIN)
    await chat.send("/broadcast all two", user=ADMIN)
    await chat.press("1:xy:2", user=ADMIN)
    await chat.send(f"/block {WALLET} steals", user=ADMIN)
    await chat.send(f"/unblock {WALLET}", user=ADMIN)
    for user in (11, 12, 13, 14, 15):
        await chat.send(f"/report_scam {WALLET} steals", user=user)
    await chat.plans.paid(replace(PAID, paid_at=chat.clock.now()), "")
    chat.administration.audited.clear()
    return chat


def test_each_command_and_each_button_is_known_to_change_something_or_not() -> None:
    assert {command.name for command in ADMIN_COMMANDS} == CHANGING.keys() | READING | ASKING
    assert ADMIN_BUTTONS.keys() == CHANGING_BUTTONS.keys() | READING_BUTTONS


@pytest.mark.parametrize("name", sorted(CHANGING))
async def test_a_command_that_changes_something_is_audited(busy: Chat, name: str) -> None:
    text, action = CHANGING[name]
    if name == "unblock":
        await busy.send(f"/block {WALLET} steals", user=ADMIN)
        busy.administration.audited.clear()
    await busy.send(text, user=ADMIN)
    assert [(entry.user_id, entry.action) for entry in busy.administration.audited] == [(ADMIN, action)]


@pytest.mark.parametrize("action", sorted(CHANGING_BUTTONS))
async def test_a_button_that_changes_something_is_audited(busy: Chat, action: Action) -> None:
    argument, name = CHANGING_BUTTONS[action]
    await busy.press(f"1:{action.value}:{argument}", user=ADMIN)
    assert [(entry.user_id, entry.action) for entry in busy.administration.audited] == [(ADMIN, name)]


@pytest.mark.parametrize("name", sorted(READING | ASKING))
async def test_a_command_that_only_looks_is_not(busy: Chat, name: str) -> None:
    await busy.send(f"/{name}", user=ADMIN)
    await busy.send(f"/{name} scan", user=ADMIN)
    assert busy.administration.audited == []
    assert busy.metrics.counts["HandlerErrors"] == 0


@pytest.mark.parametrize("action", sorted(ADMIN_BUTTONS))
async def test_to_others_the_buttons_are_outdated(busy: Chat, action: Action) -> None:
    argument = CHANGING_BUTTONS.get(action, ("1", ""))[0]
    before = str(busy.stores.tables), str(busy.people.known)
    await busy.press(f"1:{action.value}:{argument}")
    assert "outdated" in busy.last
    assert busy.administration.audited == []
    assert (str(busy.stores.tables), str(busy.people.known)) == before


HOSTILE: Final = (
    "<b>", "</i>&lt;", "\x00\ud83d", "🦊" * 40, "٣", "²", "-1", "1e9", "1:2:3", "%s {0} {name}", "a" * 4000,
    f"{2**63}", f"{2**64} x", "@", "' OR 1=1 --", "all", "link 1 x https://a.b", "1 wallets 5", "* ?[a]",
    ".", "..",
)  # fmt: skip


@pytest.mark.parametrize("command", [command.name for command in ADMIN_COMMANDS])
async def test_hostile_arguments_are_answered(busy: Chat, command: str) -> None:
    """Every answer is one that Telegram takes, and no handler fails."""
    for text in HOSTILE:
        calls = len(busy.request.calls)
        await busy.send(f"/{command} {text}", user=ADMIN)
        assert len(busy.request.calls) > calls
        await busy.send(text, user=ADMIN)
    assert busy.metrics.counts["HandlerErrors"] == 0
    if command == "broadcast":
        # Only Telegram knows whether it takes a text: it is asked, and its answer told.
        busy.request.refused.clear()


@pytest.mark.parametrize("action", sorted(ADMIN_BUTTONS))
async def test_hostile_data_are_answered(busy: Chat, action: Action) -> None:
    for text in HOSTILE:
        if len(text.encode(errors="replace")) <= 50:
            await busy.press(f"1:{action.value}:{text}", user=ADMIN)
            assert busy.request.calls[-1][0] == "answerCallbackQuery"
    assert busy.metrics.counts["HandlerErrors"] == 0


async def test_an_administrators_question_is_no_ones_else(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked of an administrator goes on only for one."""
    await chat.send("/broadcast all", user=ADMIN)
    monkeypatch.setattr(Operators, "may", lambda *_: False)
    await chat.send("Hello everybody", user=ADMIN)
    assert "didn't get that" in chat.last
    assert chat.broadcasts.kept == {}


async def test_the_panel_leads_everywhere(busy: Chat) -> None:
    """From the panel on, every button that only looks is pressed once."""
    await busy.send("/admin", user=ADMIN)
    seen: set[str] = set()
    waiting = list(busy.buttons)
    while waiting:
        data = waiting.pop()
        action = Action(data.split(":")[1])
        if data in seen or action not in READING_BUTTONS:
            continue
        seen.add(data)
        await busy.press(data, user=ADMIN)
        assert "outdated" not in busy.last
        assert "{" not in busy.last
        waiting += busy.buttons
    assert busy.metrics.counts["HandlerErrors"] == 0
    assert {Action(data.split(":")[1]) for data in seen} >= {
        Action.ADMIN, Action.ALERTS, Action.PURGE, Action.PEOPLE, Action.PERSON, Action.BAN, Action.AUDIENCE,
        Action.PERSON_LIMITS, Action.LIMIT, Action.MESSAGE_PERSON, Action.BROADCASTS, Action.BROADCAST,
        Action.ANALYTICS,
    }  # fmt: skip
    assert busy.administration.audited == []


class TestAudit:
    async def test_it_is_paged_and_filtered(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        for number in range(20):
            await chat.send(f"/limits {ANNA} wallets {number}", user=ADMIN)
        await chat.send("/maintenance off", user=ADMIN)
        await chat.send("/audit", user=ADMIN)
        assert "<b>maintenance</b>" in chat.last
        assert "value: 5" not in chat.last
        (older,) = [data for data in chat.buttons if data.startswith("1:xi:")]
        await chat.press(older, user=ADMIN)
        assert "value: 5" in chat.last
        (newest,) = [data for data in chat.buttons if data.startswith("1:xi:")]
        await chat.press(newest, user=ADMIN)
        assert "<b>maintenance</b>" in chat.last
        await chat.send("/audit limits", user=ADMIN)
        assert "administrators did: limits" in chat.last
        assert "maintenance" not in chat.last
        await chat.send("/audit list.block", user=ADMIN)
        assert "administrators did: list.block" in chat.last
        for word in ("x" * 40, "a:b", "<b>"):
            await chat.send(f"/audit {word}", user=ADMIN)
            assert "For example" in chat.last
        await chat.send("/audit 77", user=ADMIN)
        assert "No administrator did anything of this yet" in chat.last
        await chat.send(f"/audit {ADMIN}", user=ADMIN)
        assert "maintenance" in chat.last

    async def test_what_is_too_long_for_a_message_is_on_the_next_page(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        for number in range(15):
            await chat.send(f"/ban {ANNA} {number:02}\n{'🦊' * 200}", user=ADMIN)
        seen = []
        await chat.send("/audit", user=ADMIN)
        for _ in range(3):
            seen += re.findall(r"reason: (\d\d) ", chat.last)
            older = [
                data for data in chat.buttons if data.startswith("1:xi:") and not data.startswith("1:xi:.")
            ]
            if not older:
                break
            await chat.press(older[0], user=ADMIN)
        assert seen == [f"{number:02}" for number in reversed(range(15))]

    async def test_what_is_not_there_is_not_told(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        await chat.send(f"/ban {ANNA}", user=ADMIN)
        await chat.send("/audit", user=ADMIN)
        assert chat.last.endswith(f"<b>ban</b> user: {ANNA}")

    @pytest.mark.parametrize("data", ["", "1", "x..", ".x.", "1.1", f"{2**70}.."])
    async def test_garbage_is_outdated(self, chat: Chat, data: str) -> None:
        await chat.press(f"1:xi:{data}", user=ADMIN)
        assert "outdated" in chat.last


class TestClearing:
    async def test_it_asks_and_clears_once_and_nothing_else(self, chat: Chat) -> None:
        for key in ("balance:1:A", "balance:1:B", "price:1:x", "alert:redis_lost::1:begin", "balancer"):
            await chat.cache.set(key, b"x", timedelta(hours=1))
        await chat.send("/clearcache balance", user=ADMIN)
        assert "begins with <code>balance</code>" in chat.last
        data = chat.buttons[0]
        await chat.press(data, user=ADMIN)
        assert "2 values are forgotten" in chat.last
        assert set(await chat.cache.get_many(["price:1:x", "balancer"])) == {"price:1:x", "balancer"}
        await chat.send("/clearcache", user=ADMIN)
        await chat.press(chat.buttons[0], user=ADMIN)
        assert "One value is forgotten" in chat.last
        assert await chat.cache.get("alert:redis_lost::1:begin") == b"x"
        assert [entry.details for entry in chat.administration.audited] == [
            {"prefix": "balance", "cleared": 2},
            {"prefix": "*", "cleared": 1},
        ]

    async def test_a_second_tap_does_nothing(self, chat: Chat) -> None:
        message = chat.message("a menu", user=ADMIN)["message"]
        person = {"id": ADMIN, "is_bot": False, "first_name": "x"}
        for number in (901, 902):
            query = {
                "id": str(number),
                "from": person,
                "message": message,
                "chat_instance": "1",
                "data": "1:xv:",
            }
            await chat.bot.handle({"update_id": number, "callback_query": query})
        assert "outdated" in chat.last
        assert len(chat.administration.audited) == 1

    async def test_a_part_of_a_key_and_no_pattern(self, chat: Chat) -> None:
        for key in ("balance:1:A*", "balance:1:AB", "balance:1:B"):
            await chat.cache.set(key, b"x", timedelta(hours=1))
        await chat.send("/clearcache balance:1:A*", user=ADMIN)
        await chat.press(chat.buttons[0], user=ADMIN)
        assert "One value" in chat.last
        assert await chat.cache.get("balance:1:AB") == b"x"

    @pytest.mark.parametrize("prefix", ["session", "alert", "*", "bal", "lock:balance"])
    async def test_what_cannot_be_cleared(self, chat: Chat, prefix: str) -> None:
        await chat.send(f"/clearcache {prefix}", user=ADMIN)
        assert f"I know: {', '.join(CLEARABLE)}" in chat.last
        await chat.press(f"1:xv:{prefix.replace(':', '|')}", user=ADMIN)
        assert "outdated" in chat.last
        assert chat.administration.audited == []

    async def test_what_does_not_fit_into_a_button(self, chat: Chat) -> None:
        await chat.send(f"/clearcache balance:{'x' * 60}", user=ADMIN)
        assert "shorter beginning" in chat.last


async def test_health_and_counts(chat: Chat) -> None:
    now = chat.clock.now()
    tally = Tally()
    tally.count("webhook", "UpdatesHandled", 1234)
    tally.duration("notification", "DeliveryLatency", 1500)
    await chat.system.board.post(Instance("a", "webhook", now, now, 5, 2**28, 2**29), tally)
    await chat.send("/health", user=ADMIN)
    assert "The system is" in chat.last
    assert "webhook: 1 running, 256 of 512 MB" in chat.last
    assert "balance: 0 waiting, 0 failed for good" in chat.last
    await chat.send("/metrics", user=ADMIN)
    assert "UpdatesHandled: 1,234 / 1,234" in chat.last
    assert "DeliveryLatency: 1.50 s / 1.95 s" in chat.last
    assert "RpcLatency: ? / ?" in chat.last
    chat.system.board.outage.down = True
    await chat.send("/metrics", user=ADMIN)
    assert "not known now" in chat.last
    chat.chain.down = True
    chat.clock.advance(61)
    await chat.send("/health", user=ADMIN)
    assert "That cannot be read now (ChainUnavailable)" in chat.last
