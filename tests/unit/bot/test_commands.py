"""Every command, from the update to what the bot says."""

import pytest

from tests.fakes.telegram_request import Call
from tests.unit.bot.bench import ADA, GROUP, OTHER_WALLET, USERNAME, WALLET, WALLETS_PER_CHAT, Bench, only
from walletwatch.bot.texts import texts
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chats import MAX_LABEL_LENGTH
from walletwatch.domain.wallets import Progress
from walletwatch.domain.work import CheckReason

SIGNATURE = "5" * 87
say = texts("en")


def said(calls: list[Call]) -> str:
    return only(calls, "sendMessage").text


async def watched(bench: Bench, chat_id: int = ADA) -> list[tuple[str, str | None]]:
    found = await bench.stores.subscriptions.subscriptions(chat_id)
    return [(item.address, item.label) for item in found]


async def test_starting_sends_nothing(bench: Bench) -> None:
    await bench.bot.start()
    assert bench.request.calls == []


async def test_start_greets_with_a_menu(bench: Bench) -> None:
    call = only(await bench.say("/start"), "sendMessage")
    assert call.text == say("start.text")
    assert say("button.list") in call.buttons
    assert await bench.stores.subscriptions.chat(ADA) is not None


async def test_a_deep_link_offers_its_wallet(bench: Bench) -> None:
    call = only(await bench.say(f"/start w_{WALLET}"), "sendMessage")
    assert WALLET in call.text
    assert {button["callback_data"] for button in call.buttons.values()} == {
        f"1:wa:{WALLET}",
        f"1:ba:{WALLET}",
        f"1:sa:{WALLET}",
    }


async def test_a_deep_link_to_nonsense_says_so(bench: Bench) -> None:
    assert said(await bench.say("/start w_nonsense0")) == say("error.not_base58")


async def test_help_lists_every_command(bench: Bench) -> None:
    from walletwatch.bot.commands.table import COMMANDS  # noqa: PLC0415 - kept beside what it is compared to

    text = said(await bench.say("/help"))
    assert [line.split()[0] for line in text.splitlines() if line.startswith("/")] == [
        f"/{command.name}" for command in COMMANDS
    ]


async def test_watch_stores_the_wallet_and_asks_for_a_look(bench: Bench) -> None:
    bench.chain.lamports[WALLET] = 1_500_000_000
    call = only(await bench.say(f"/watch {WALLET} My main wallet"), "sendMessage")
    assert "My main wallet" in call.text
    assert "1.5 XNT" in call.text
    assert await watched(bench) == [(WALLET, "My main wallet")]
    assert [(check.wallet, check.reason) for check in bench.queues.checks] == [
        (WALLET, CheckReason.WATCH_STARTED)
    ]


async def test_watching_twice_takes_the_new_label(bench: Bench) -> None:
    await bench.say(f"/watch {WALLET} first")
    text = said(await bench.say(f"/watch {WALLET} second"))
    assert text.startswith("👁 Already watching")
    assert await watched(bench) == [(WALLET, "second")]


async def test_watch_says_that_the_chain_is_away_and_no_balance(bench: Bench) -> None:
    bench.chain.down = True
    text = said(await bench.say(f"/watch {WALLET}"))
    assert say("watch.chain") in text
    assert "XNT" not in text
    assert await watched(bench) == [(WALLET, None)]


async def test_watch_without_an_address_asks_for_one(bench: Bench) -> None:
    assert "Which address?" in said(await bench.say("/watch"))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0OIl" * 10, "not_base58"),
        ("<b>x</b>", "not_base58"),
        (WALLET[:-8], "length"),
        (WALLET + "z", "length"),
        (SIGNATURE, "signature"),
        ("0x" + "a" * 40, "ethereum"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "bitcoin"),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bitcoin"),
    ],
)
@pytest.mark.parametrize("command", ["watch", "balance", "scan", "unwatch"])
async def test_a_wrong_address_is_told_what_is_wrong(bench: Bench, command: str, text: str, key: str) -> None:
    assert said(await bench.say(f"/{command} {text}")) == say(f"error.{key}")
    assert await watched(bench) == []


async def test_a_label_is_escaped_and_rid_of_what_nobody_sees(bench: Bench) -> None:
    calls = await bench.say(f"/watch {WALLET} <b>a\u202e\u200bb</b> \x07 & co")
    assert await watched(bench) == [(WALLET, "<b>ab</b> & co")]
    assert "&lt;b&gt;ab&lt;/b&gt; &amp; co" in said(calls)


async def test_a_label_has_a_limit(bench: Bench) -> None:
    await bench.say(f"/watch {WALLET} {'x' * MAX_LABEL_LENGTH}")
    text = said(await bench.say(f"/watch {OTHER_WALLET} {'x' * (MAX_LABEL_LENGTH + 1)}"))
    assert text == say("error.label_too_long", limit=MAX_LABEL_LENGTH)
    assert await watched(bench) == [(WALLET, "x" * MAX_LABEL_LENGTH)]


async def test_a_full_chat_is_told_its_limit(bench: Bench) -> None:
    for number in range(WALLETS_PER_CHAT):
        await bench.say(f"/watch {encode_address(bytes([number + 1]) * 32)}")
    assert said(await bench.say(f"/watch {WALLET}")) == say("error.quota", limit=WALLETS_PER_CHAT)


@pytest.mark.parametrize("name", [WALLET, "main", "MAIN"])
async def test_unwatch_takes_an_address_or_a_label(bench: Bench, name: str) -> None:
    await bench.say(f"/watch {WALLET} Main")
    assert said(await bench.say(f"/unwatch {name}")).startswith("Stopped watching")
    assert await watched(bench) == []


async def test_unwatch_alone_asks_which(bench: Bench) -> None:
    await bench.say(f"/watch {WALLET} Main")
    call = only(await bench.say("/unwatch"), "sendMessage")
    (found,) = await bench.stores.subscriptions.subscriptions(ADA)
    assert call.buttons["Main"]["callback_data"] == f"1:u:{found.id}"


async def test_unwatching_what_is_not_watched_says_so(bench: Bench) -> None:
    assert said(await bench.say(f"/unwatch {WALLET}")) == say("error.not_watched")
    assert said(await bench.say("/unwatch")) == say("list.empty")


async def test_list_shows_the_wallets_in_pages(bench: Bench) -> None:
    assert said(await bench.say("/list")) == say("list.empty")
    for number in range(9):
        await bench.say(f"/watch {encode_address(bytes([number + 1]) * 32)} wallet {number}")
    call = only(await bench.say("/list"), "sendMessage")
    assert call.text.startswith("👛 <b>9 wallets</b>")
    assert "wallet 7" in call.text
    assert "wallet 8" not in call.text
    assert call.buttons[say("button.next")]["callback_data"] == "1:l:1"


@pytest.mark.parametrize("name", [WALLET, "Main"])
async def test_balance_takes_an_address_or_a_label(bench: Bench, name: str) -> None:
    bench.chain.lamports[WALLET] = 12_345_678_901_234
    await bench.say(f"/watch {WALLET} Main")
    assert "12,345.67 XNT" in said(await bench.say(f"/balance {name}"))


async def test_balance_never_shows_an_absent_chain_as_zero(bench: Bench) -> None:
    bench.chain.down = True
    assert said(await bench.say(f"/balance {WALLET}")) == say("error.chain")


async def test_scan_queues_one_request(bench: Bench) -> None:
    update = bench.message(text=f"/scan {WALLET}")
    await bench.handle(update)
    (scan,) = bench.queues.scans
    assert (scan.subject, scan.chat_id, scan.reply_to) == (WALLET, ADA, update["message"]["message_id"])
    await bench.handle(update)
    assert len({scan.request_id for scan in bench.queues.scans}) == 1


async def test_settings_show_the_switches(bench: Bench) -> None:
    call = only(await bench.say("/settings"), "sendMessage")
    assert [button["callback_data"] for button in call.buttons.values()] == [
        "1:t:muted",
        "1:t:failed",
        "1:t:dust",
    ]


async def test_status_says_how_far_the_look_has_come(bench: Bench) -> None:
    await bench.say(f"/watch {WALLET} Main")
    text = said(await bench.say("/status"))
    assert say("status.never_swept") in text
    await bench.stores.watch.record_progress(Progress(100, bench.stores.clock.now()))
    assert "0 s ago, at slot 100" in said(await bench.say("/status"))
    bench.chain.down = True
    assert say("status.no_chain") in said(await bench.say("/status"))


async def test_a_bare_address_is_offered_what_can_be_done(bench: Bench) -> None:
    call = only(await bench.say(WALLET), "sendMessage")
    assert set(call.buttons) == {say("button.watch"), say("button.balance"), say("button.scan")}


@pytest.mark.parametrize("text", ["hello", "/nonsense", "/watchh x"])
async def test_what_is_no_command_is_pointed_to_help(bench: Bench, text: str) -> None:
    assert said(await bench.say(text)) == say("error.unknown_command")


@pytest.mark.parametrize("status", ["member", "administrator", "creator"])
async def test_in_a_group_only_administrators_change_what_is_watched(bench: Bench, status: str) -> None:
    bench.request.member_status = status
    calls = await bench.say(f"/watch {WALLET}", GROUP)
    allowed = status != "member"
    assert bool(await watched(bench, GROUP)) == allowed
    assert (say("error.admins_only") in said(calls)) != allowed
    assert only(calls, "sendMessage").parameters["reply_parameters"]["allow_sending_without_reply"]


async def test_in_a_group_everybody_may_look(bench: Bench) -> None:
    assert said(await bench.say("/list", GROUP)) == say("list.empty")


async def test_in_a_group_others_are_left_alone(bench: Bench) -> None:
    assert await bench.say("/list@another_bot", GROUP) == []
    assert await bench.say("/nonsense", GROUP) == []
    assert await bench.say(WALLET, GROUP) == []
    assert len(await bench.say(f"/list@{USERNAME}", GROUP)) == 1
