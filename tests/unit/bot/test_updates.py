"""Updates of every kind, and those that say what became of a chat."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.bot.bench import ADA, GROUP, WALLET, Bench, chat, person
from walletwatch.bot.texts import texts
from walletwatch.domain.errors import StoreUnavailable

HERE = Path(__file__)
SHIPPED = HERE.parents[2] / "fixtures/telegram"
CORPUS = HERE.parents[4] / "shared/corpus/telegram/updates"
FILES = sorted({path.name: path for folder in (SHIPPED, CORPUS) for path in folder.glob("*.json")}.values())
NEW_GROUP = -1001


def member(before: str, after: str, chat_id: int = ADA) -> dict[str, Any]:
    bot = {"id": 111, "is_bot": True, "first_name": "watcher"}

    def status(name: str) -> dict[str, Any]:
        return {"user": bot, "status": name, **({"until_date": 0} if name == "kicked" else {})}

    change = {
        "chat": chat(chat_id),
        "from": person(),
        "date": 1,
        "old_chat_member": status(before),
        "new_chat_member": status(after),
    }
    return {"update_id": 900, "my_chat_member": change}


def _update(path: Path) -> dict[str, Any]:
    update: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return update


def test_the_fixtures_are_there() -> None:
    assert len(list(SHIPPED.glob("*.json"))) == 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_no_kind_of_update_fails(bench: Bench, path: Path) -> None:
    await bench.handle(_update(path))
    assert bench.metrics.counts["HandlerErrors"] == 0
    assert bench.metrics.counts["AnswersRefused"] == 0


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": 1},
        {"update_id": 1, "message": 7},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": {"message_id": 1, "date": "x", "chat": 5}},
        {
            "update_id": 1,
            "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "planet"}, "text": "x"},
        },
        {"update_id": 1, "callback_query": {"id": "1", "from": person(), "chat_instance": "1"}},
        pytest.param(
            {"update_id": 1, "my_chat_member": {"chat": {"id": 1, "type": "private"}}},
            marks=pytest.mark.xfail(strict=True, reason="a change without its two states counts as a bug"),
        ),
        {"update_id": 1, "kind_of_tomorrow": {"x": 1}},
    ],
)
async def test_what_is_no_update_is_acknowledged_quietly(bench: Bench, update: dict[str, Any]) -> None:
    assert await bench.handle(update) == []
    assert bench.metrics.counts["HandlerErrors"] == 0


async def test_an_edited_command_is_not_run_again(bench: Bench) -> None:
    update = bench.message(text=f"/watch {WALLET}")
    update["edited_message"] = update.pop("message") | {"edit_date": 2}
    assert await bench.handle(update) == []
    assert bench.queues.checks == []


@pytest.mark.parametrize("status", ["kicked", "left"])
async def test_a_chat_that_is_gone_falls_silent_until_it_is_back(bench: Bench, status: str) -> None:
    await bench.say("/start")
    assert await bench.handle(member("member", status)) == []
    gone = await bench.stores.subscriptions.chat(ADA)
    assert gone is not None
    assert not gone.active
    await bench.handle(member(status, "member"))
    back = await bench.stores.subscriptions.chat(ADA)
    assert back is not None
    assert back.active


async def test_a_group_is_welcomed_when_the_bot_joins_and_only_then(bench: Bench) -> None:
    (call,) = await bench.handle(member("left", "member", GROUP))
    assert (call.method, call.text) == ("sendMessage", texts("en")("group.welcome"))
    assert await bench.handle(member("member", "administrator", GROUP)) == []


async def test_a_group_moves_with_its_wallets_whichever_message_comes(bench: Bench) -> None:
    bench.request.member_status = "creator"
    await bench.say(f"/watch {WALLET}", GROUP)
    moved_to = bench.message(GROUP, migrate_to_chat_id=NEW_GROUP)
    moved_from = bench.message(NEW_GROUP, migrate_from_chat_id=GROUP)
    for update in (moved_from, moved_to):
        assert await bench.handle(update) == []
        found = await bench.stores.subscriptions.subscriptions(NEW_GROUP)
        assert [item.address for item in found] == [WALLET]


async def test_a_store_that_is_away_asks_for_a_redelivery(bench: Bench) -> None:
    for update in (
        member("member", "kicked"),
        member("kicked", "member"),
        bench.message(GROUP, migrate_to_chat_id=NEW_GROUP),
        bench.message(text="/list"),
    ):
        bench.stores.outage.down = True
        with pytest.raises(StoreUnavailable):
            await bench.handle(update)
        assert bench.request.calls == []
        bench.stores.outage.down = False
        await bench.bot.handle(update)
        bench.request.calls.clear()
