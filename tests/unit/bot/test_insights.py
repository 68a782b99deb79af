"""/stats and /anomalies through the bot."""

import pytest

from tests.contract.things import address, candidates_of, digest_all, entry, record, tell_all
from tests.lives import DAY, XNT, did, received, sent
from tests.unit.bot.conftest import BORIS, OTHER, WALLET, Chat
from tests.unit.bot.test_figures import keep
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.delivery import DeliveryStatus

PEER, NEW = address("peer"), address("new")


async def _lives(chat: Chat) -> int:
    await chat.send(f"/watch {OTHER} Pocket")
    await chat.send(f"/watch {PEER} Savings")
    now = int(chat.clock.now().timestamp())
    habit = [
        sent(XNT, whom=PEER, wallet=OTHER, at=now - n * DAY, slot=1000 - n, programs=())
        for n in range(60, 0, -1)
    ]
    large = sent(70 * XNT, whom=NEW, wallet=OTHER, at=now - 60, slot=1001, programs=())
    await keep(chat, OTHER, *habit, large)
    return now


async def test_stats_count_what_happened_and_what_was_told(chat: Chat) -> None:
    now = await _lives(chat)
    mine, _ = await chat.stores.subscriptions.subscriptions(1)
    done = [
        did(ActivityKind.FAILED, wallet=OTHER, at=now - 50, slot=2000 + n, success=False) for n in range(4)
    ]
    muted = lambda new: [entry(each, DeliveryStatus.SUPPRESSED, reason="muted") for each in new]  # noqa: E731
    odd = lambda new: [entry(each, DeliveryStatus.SUPPRESSED, reason="a new rule") for each in new]  # noqa: E731
    for activity, plan in zip(done, (tell_all, digest_all, muted, odd), strict=True):
        await record(chat.stores.ledger, mine.wallet_id, [activity], candidates_of([activity], mine), plan)
    await chat.send("/stats")
    assert "your 2 wallets" in chat.last
    assert "<b>35 activities</b>" in chat.last
    assert "📥 Transfers: 31" in chat.last
    assert "❌ Failed: 4" in chat.last
    assert "4 of them are transactions that failed" in chat.last
    assert "<b>Pocket</b> · <code>B69c…m9Tq</code>: 35 activities, the last on 1 Nov 2026" in chat.last
    assert "<b>Savings</b>" in chat.last
    assert "One told together with others" in chat.last
    assert "2 not told, as you wished" in chat.last
    assert "· 1 while this chat was muted" in chat.last
    assert "· 1 for other reasons" in chat.last
    assert "since 1 Jan 2026" in chat.last
    await chat.press(next(data for data in chat.buttons if "..." in data))
    assert "<b>65 activities</b>" in chat.last
    await chat.send("/stats savings")
    assert "<b>0 activities</b>" in chat.last


async def test_anomalies_say_why(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/anomalies")
    assert "🔭 <b>Unusual</b>: your 2 wallets" in chat.last
    assert "📏 About 70 times as much as usual; the middle one is 1 XNT." in chat.last
    assert "🆕 With <code>" in chat.last
    assert "60 dealings before" in chat.last
    assert "<b>Savings</b>" in chat.last
    assert "I know of 0 activities only" in chat.last
    await chat.send("/anomalies pocket 2026-10")
    assert "1 Oct 2026 to 31 Oct 2026" in chat.last
    assert "✅ Nothing. I looked at 31 activities." in chat.last
    await chat.send("/anomalies savings")
    assert "too little to say what is usual" in chat.last
    assert "✅" not in chat.last


async def test_nothing_unusual(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER} Pocket")
    now = int(chat.clock.now().timestamp())
    habit = [received(XNT, wallet=OTHER, at=now - n * DAY, slot=99 - n) for n in range(40, 0, -1)]
    await keep(chat, OTHER, *habit)
    await chat.send("/anomalies pocket")
    assert "✅ Nothing. I looked at 7 activities." in chat.last


@pytest.mark.parametrize("command", ["stats", "anomalies"])
async def test_nothing_nobody_and_other_people(chat: Chat, command: str) -> None:
    await chat.send(f"/{command}")
    assert "no wallet" in chat.last
    await chat.send(f"/watch {WALLET}")
    await chat.send(f"/watch {OTHER}")
    await chat.send(f"/{command} nobody")
    assert "no wallet called “nobody”" in chat.last
    await chat.send(f"/{command} {WALLET}")
    action = "hs" if command == "stats" else "hn"
    mine = [data for data in chat.buttons if data.startswith(f"1:{action}:")]
    await chat.send(f"/watch {PEER}", user=BORIS)
    for data in [*mine, f"1:{action}:", f"1:{action}:x"]:
        await chat.press(data, user=BORIS)
        assert "outdated" in chat.last
