"""The administrators' commands, and that to everybody else they do not exist."""

from datetime import timedelta

import pytest

from tests.unit.bot.conftest import ADMIN, ALERT_GROUP, ANNA, GROUP, WALLET, Chat
from walletwatch.bot.commands.table import ADMIN_COMMANDS, COMMANDS
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.domain.alerts import AlertLevel, Condition, Finding
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery
from walletwatch.domain.telemetry import EndpointUse, Instance, RpcUse, Tally
from walletwatch.domain.work import Notification, RenderedMessage
from walletwatch.queueing.notification import encode_notification

NAMES = [command.name for command in ADMIN_COMMANDS]
LOST = Finding(Condition.REDIS_LOST, "", AlertLevel.CRITICAL, {"error": "StoreUnavailable"})


async def _admin(chat: Chat, text: str) -> str:
    await chat.send(text, user=ADMIN)
    return chat.last


class TestToOthers:
    @pytest.mark.parametrize("name", NAMES)
    async def test_the_commands_do_not_exist(self, chat: Chat, name: str) -> None:
        await chat.send(f"/{name} on")
        assert chat.last.startswith("I don't know that command.")
        # As for any word, what is called nearly so may be offered; none of it is an administrator's.
        assert not {CallbackData(Action.RUN, each).encode() for each in NAMES} & set(chat.buttons)
        assert chat.administration.audited == []
        assert chat.stores.tables.maintenance is None

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("user", [ANNA, ADMIN])
    async def test_in_a_group_nobody_answers(self, chat: Chat, name: str, user: int) -> None:
        await chat.send(f"/{name}", user=user, chat=GROUP)
        assert [name for name, _ in chat.request.calls if name == "sendMessage"] == []

    @pytest.mark.parametrize(
        "data", ["1:aa:", "1:ak:1", "1:ad:queues", "1:ar:scan", "1:ap:scan", "1:ax:scan"]
    )
    async def test_the_buttons_are_outdated(self, chat: Chat, data: str) -> None:
        chat.system.queues.dead["scan"] = ["x"]
        await chat.press(data)
        assert chat.request.calls[-1][0] == "answerCallbackQuery"
        assert "outdated" in str(chat.request.calls[-1][1]["text"])
        assert chat.system.queues.dead["scan"] == ["x"]
        assert chat.administration.audited == []

    async def test_help_does_not_name_them(self, chat: Chat) -> None:
        await chat.send("/help")
        assert not any(f"/{name} " in chat.last for name in NAMES)
        assert not {command.name for command in COMMANDS} & set(NAMES)


async def test_in_the_chat_of_the_alerts_they_work_for_administrators_only(chat: Chat) -> None:
    await chat.send("/sysalerts", user=ANNA, chat=ALERT_GROUP)
    assert [name for name, _ in chat.request.calls if name == "sendMessage"] == []
    await chat.send("/sysalerts", user=ADMIN, chat=ALERT_GROUP)
    assert "Nothing is wrong" in chat.last


async def test_the_panel_says_how_everything_is_and_leads_on(chat: Chat) -> None:
    chat.system.queues.dead["scan"] = ["x"]
    text = await _admin(chat, "/admin")
    assert "The system is degraded" in text
    assert "🟡 Queues" in text
    assert "🟢 PostgreSQL" in text
    for data in chat.buttons:
        await chat.press(data, user=ADMIN)
        assert "{" not in chat.last
    assert "error.bug" not in chat.metrics.counts
    assert chat.metrics.counts["HandlerErrors"] == 0


async def test_the_panel_says_how_old_the_lists_are(chat: Chat) -> None:
    now = chat.system.clock.now()
    await chat.system.pools.accept("<API>", 1204, now - timedelta(hours=2))
    assert "Pools by &lt;API&gt;: 1204, 2 h ago" in await _admin(chat, "/admin")
    await chat.system.pools.refuse("<API>", "<7> pools", now)
    await chat.system.pools.refuse("chain", "no list", now)
    chat.system.clock.advance(61)
    text = await _admin(chat, "/admin")
    assert "What came since was not taken: &lt;7&gt; pools" in text
    assert "Pools by chain: no good answer yet (no list)" in text


class TestQueues:
    async def test_their_depths_are_shown_with_a_way_to_mend_them(self, chat: Chat) -> None:
        chat.system.queues.waiting["balance"] = ["x"] * 4
        chat.system.queues.dead["scan"] = ["x", "y"]
        text = await _admin(chat, "/queues")
        assert "🟢 <b>balance</b>: 4 waiting" in text
        assert "failed for good: 2" in text
        assert chat.buttons == ["1:ar:scan", "1:ap:scan", "1:ad:queues", "1:ad:panel"]

    async def test_all_that_failed_is_put_back(self, chat: Chat) -> None:
        chat.system.queues.dead |= {"scan": ["a", "b"], "balance": ["c"]}
        text = await _admin(chat, "/retryfailed all")
        assert "3 messages are back" in text
        waiting = {name: messages for name, messages in chat.system.queues.waiting.items() if messages}
        assert waiting == {"balance": ["c"], "scan": ["a", "b"]}
        (entry,) = chat.administration.audited
        assert (entry.user_id, entry.action) == (ADMIN, "retryfailed")
        assert entry.details == {"balance": 1, "scan": 2, "draw": 0, "export": 0, "notification": 0}

    async def test_what_has_a_text_is_put_back(self, chat: Chat) -> None:
        chat.system.queues.dead["balance"] = [f'{{"wallet": "{WALLET}"}}', '{"wallet": "other"}']
        text = await _admin(chat, f"/retryfailed balance {WALLET}")
        assert "balance: 1 put back, 1 passed over, 1 still there" in text
        assert chat.system.queues.dead["balance"] == ['{"wallet": "other"}']
        assert chat.administration.audited[0].details["containing"] == WALLET

    async def test_by_the_button(self, chat: Chat) -> None:
        chat.system.queues.dead["scan"] = ["a"]
        await chat.press("1:ar:scan", user=ADMIN)
        assert "One message is back" in chat.last

    async def test_purging_asks_first(self, chat: Chat) -> None:
        chat.system.queues.dead["scan"] = ["a", "b"]
        assert "Delete the 2 failed messages" in await _admin(chat, "/purge scan")
        assert chat.system.queues.dead["scan"] == ["a", "b"]
        await chat.press("1:ax:scan", user=ADMIN)
        assert "2 messages of scan are deleted" in chat.last
        assert chat.system.queues.dead["scan"] == []
        assert chat.administration.audited[0].details == {"queue": "scan", "deleted": 2}

    async def test_a_purge_that_failed_is_audited_and_can_be_tried_again(self, chat: Chat) -> None:
        chat.system.queues.dead["scan"] = ["a"]
        message = chat.message("a menu", user=ADMIN)["message"]
        for number, down, answer in ((901, True, "do not answer"), (902, False, "is deleted")):
            chat.system.queues.down = down
            query = {"id": str(number), "from": message["from"], "message": message, "chat_instance": "1"}
            await chat.bot.handle({"update_id": 1, "callback_query": query | {"data": "1:ax:scan"}})
            assert answer in chat.last
        assert [entry.details["deleted"] for entry in chat.administration.audited] == ["?", 1]

    async def test_a_message_that_is_purged_is_failed_in_the_ledger(self, chat: Chat) -> None:
        key = "0" * 32
        await chat.stores.ledger.add(NewDelivery(key, DeliveryKind.SCAN, ANNA, None, None))
        notification = Notification(key, ANNA, RenderedMessage("x"), chat.system.clock.now())
        chat.system.queues.dead["notification"] = [encode_notification(notification), "garbage"]
        await chat.press("1:ax:notification", user=ADMIN)
        assert await chat.stores.ledger.statuses([key]) == {key: DeliveryStatus.FAILED}

    @pytest.mark.parametrize("command", ["retryfailed", "purge"])
    async def test_a_queue_has_to_be_named_that_there_is(self, chat: Chat, command: str) -> None:
        assert "Which queue?" in await _admin(chat, f"/{command}")
        assert "balance, scan, draw, export, notification" in await _admin(chat, f"/{command} nothing")

    @pytest.mark.parametrize("command", ["retryfailed scan", "purge scan"])
    async def test_queues_that_do_not_answer(self, chat: Chat, command: str) -> None:
        chat.system.queues.down = True
        assert "do not answer right now" in await _admin(chat, f"/{command}")
        assert "cannot be read now (QueueUnavailable)" in await _admin(chat, "/queues")


class TestAlerts:
    async def test_they_are_listed_and_acknowledged(self, chat: Chat) -> None:
        alert = await chat.alerts.raised(LOST, chat.system.clock.now())
        assert "Redis does not answer" in await _admin(chat, "/sysalerts")
        assert "is yours" in await _admin(chat, f"/ack {alert.id}")
        (open_alert,) = await chat.alerts.open()
        assert open_alert.acknowledged_by == ADMIN
        assert "Somebody sees to it" in await _admin(chat, "/sysalerts")
        assert chat.administration.audited[0].action == "ack"

    async def test_by_the_button_of_its_message(self, chat: Chat) -> None:
        alert = await chat.alerts.raised(LOST, chat.system.clock.now())
        await chat.press(f"1:ak:{alert.id}", user=ADMIN)
        assert "is yours" in chat.last

    @pytest.mark.parametrize("number", ["", "x", "-1", "1" * 30, "²"])
    async def test_a_number_is_needed(self, chat: Chat, number: str) -> None:
        assert "Which alert?" in await _admin(chat, f"/ack {number}")

    async def test_one_that_is_over_cannot_be_acknowledged(self, chat: Chat) -> None:
        assert "no open alert #77" in await _admin(chat, "/ack #77")
        assert chat.administration.audited == []


class TestMaintenance:
    async def test_people_are_asked_to_come_back_and_administrators_are_not(self, chat: Chat) -> None:
        assert "Maintenance since" in await _admin(chat, "/maintenance on Back at <noon>")
        await chat.send("/list")
        assert "I am being looked after" in chat.last
        assert "Back at &lt;noon&gt;" in chat.last
        await chat.press("1:l:0")
        assert "I am being looked after" in str(chat.request.calls[-1][1])
        assert "no wallet for this chat" in await _admin(chat, "/list")
        assert "No maintenance" in await _admin(chat, "/maintenance off")
        await chat.send("/list")
        assert "looked after" not in chat.last
        assert [entry.details["on"] for entry in chat.administration.audited] == [1, 0]

    async def test_another_instance_hears_of_it_at_once(self, chat: Chat) -> None:
        other = await chat.another_instance()
        await other.handle(chat.message("/list"))
        await _admin(chat, "/maintenance on")
        await other.handle(chat.message("/list"))
        assert "looked after" in chat.last
        await _admin(chat, "/maintenance off")
        await other.handle(chat.message("/list"))
        assert "looked after" not in chat.last

    async def test_what_it_takes(self, chat: Chat) -> None:
        assert "/maintenance on" in await _admin(chat, "/maintenance perhaps")
        assert "No maintenance" in await _admin(chat, "/maintenance")


async def test_figures(chat: Chat) -> None:
    now = chat.system.clock.now()
    tally = Tally()
    tally.count("balance", "RpcCalls", 1234)
    tally.count("balance", "CacheHits", 3)
    tally.count("balance", "CacheMisses", 1)
    endpoints = (
        EndpointUse("0 <host>", True, False, 10.0, 5),
        EndpointUse("1 behind", True, True, 20.0, 5),
        EndpointUse("2 dead", False, False, None, None),
    )
    use = RpcUse(0.5, 32, 2, endpoints)
    started = now - timedelta(hours=2)
    await chat.system.board.post(Instance("a", "balance", started, now, 5, 1, None, use), tally)
    rpc = await _admin(chat, "/rpc")
    assert "50 % of 32 connections" in rpc
    assert "🟢 0 &lt;host&gt;: 10 ms" in rpc
    assert "🟡 1 behind" in rpc
    assert "🔴 2 dead" in rpc
    assert "1234 calls" in rpc
    assert "75.0 % found" in await _admin(chat, "/cache")
    statistics = await _admin(chat, "/stats_all")
    assert "One instance:" in statistics
    assert "balance: 1, the oldest for 2 h" in statistics


async def test_what_cannot_be_read_is_said(chat: Chat) -> None:
    chat.chain.down = True
    chat.system.redis.outage.down = chat.system.board.outage.down = True
    assert "🟡 RPC" in await _admin(chat, "/admin")
    assert "cannot be read now (ChainUnavailable)" in await _admin(chat, "/rpc")
    assert "what it counts is not known" in chat.last
    assert "Redis does not answer (StoreUnavailable)" in await _admin(chat, "/cache")
    assert "what it counts is not known" in await _admin(chat, "/stats_all")


async def test_the_audit_is_shown_newest_first(chat: Chat) -> None:
    assert "No administrator did anything of this yet" in await _admin(chat, "/audit")
    await _admin(chat, "/maintenance on <b>note")
    await _admin(chat, "/maintenance off")
    lines = (await _admin(chat, "/audit")).splitlines()
    assert "on: 0" in lines[1]
    assert "note: &lt;b&gt;note" in lines[2]
