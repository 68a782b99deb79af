"""The buttons of a scan's result."""

from dataclasses import replace

import pytest

from tests.contract.things import address
from tests.unit.bot.conftest import ANNA, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.texts import texts
from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.risk import Level
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.wallets import AccountKind
from walletwatch.domain.work import SubjectKind

SAY = texts("en")
HELD = TokenHolding("a", AccountKind.TOKEN, OTHER, 5_000_000, 6, 1)
SPENDER = "7nYabs9dUhvxYwdTnrWVBL9MYviKSfrEbdWCUbcZwkKA"


async def test_details_and_back(chat: Chat) -> None:
    chat.inspector.tokens[OTHER] = TokenIdentity(OTHER, 6, "<TOLL>", None, None, IdentitySource.METAPLEX)
    chat.judge.score, chat.judge.rules_found = 27, ("mint_authority_kept",)
    await chat.scans.report(OTHER, SubjectKind.AUTO)
    await chat.press(f"1:sd:{OTHER}.0")
    assert "Token &lt;TOLL&gt;" in chat.last
    assert "· field: value (slot 7)" in chat.last
    assert chat.buttons == [f"1:sv:{OTHER}"]
    await chat.press(f"1:sv:{OTHER}")
    assert "risk 27 of 100" in chat.last
    assert "👉" in chat.last
    assert chat.buttons == [f"1:sd:{OTHER}.0", f"1:sa:{OTHER}"]


@pytest.mark.parametrize("argument", ["", WALLET, f"{WALLET}.", f"{WALLET}.x", f"{WALLET}.-1", f"{WALLET}.²"])
async def test_data_of_no_scan_are_stale(chat: Chat, argument: str) -> None:
    await chat.press(f"1:sd:{argument}")
    assert chat.last == SAY("error.outdated")
    assert chat.inspector.asked == []


async def test_an_address_that_is_none_is_a_clear_error(chat: Chat) -> None:
    await chat.press("1:sd:0x00.1")
    assert "address" in chat.last
    assert chat.inspector.asked == []


@pytest.mark.parametrize("data", [f"1:sv:{WALLET}", f"1:sd:{WALLET}.0"])
async def test_what_is_no_longer_known_is_scanned_anew(chat: Chat, data: str) -> None:
    await chat.scans.report(WALLET, SubjectKind.AUTO)
    chat.clock.advance(24 * 3600 + 1)
    await chat.press(data)
    assert [scan.subject for scan in chat.queues.scans] == [WALLET]
    assert chat.last == SAY("scan.started", address=WALLET)


async def test_a_scan_that_is_fresh_is_answered_at_once(chat: Chat) -> None:
    await chat.scans.report(WALLET, SubjectKind.AUTO)
    chat.clock.advance(4 * 60)
    await chat.send(f"/scan {WALLET}")
    assert "Read 4 minutes ago" in chat.last
    assert chat.queues.scans == []
    chat.clock.advance(60)
    await chat.send(f"/scan {WALLET}")
    assert [scan.subject for scan in chat.queues.scans] == [WALLET]


async def test_a_scan_that_is_fresh_is_counted_for_nobody_and_refused_to_nobody(chat: Chat) -> None:
    await chat.send("/start")
    chat.plans.let(ANNA, scans=1)
    await chat.scans.report(WALLET, SubjectKind.AUTO)
    for _ in range(2):
        await chat.send(f"/scan {WALLET}")
        assert "Read " in chat.last
    await chat.send(f"/scan {OTHER}")
    assert [scan.subject for scan in chat.queues.scans] == [OTHER]
    # Now there is none left; what is known is told all the same.
    await chat.send(f"/scan {SPENDER}")
    assert "1 scans a day" in chat.last
    await chat.send(f"/scan {WALLET}")
    assert "Read " in chat.last


async def test_the_message_that_says_so_becomes_the_result(chat: Chat) -> None:
    await chat.send(f"/scan {WALLET}")
    (scan,) = chat.queues.scans
    assert (scan.progress, scan.subject_kind) == (1, SubjectKind.AUTO)
    await chat.send(f"/scantoken {OTHER}")
    assert chat.queues.scans[-1].subject_kind is SubjectKind.TOKEN
    await chat.send("/scantoken")
    await chat.send(OTHER)
    assert len(chat.queues.scans) == 3


async def test_a_scan_is_answered_in_the_topic_where_it_was_asked(chat: Chat) -> None:
    await chat.send(f"/scan {WALLET}", chat=GROUP, message_thread_id=7, is_topic_message=True)
    (scan,) = chat.queues.scans
    assert scan.topic == 7
    assert chat.request.of("sendMessage")[-1]["message_thread_id"] == 7
    await chat.send(f"/scan {OTHER}", chat=GROUP)
    assert chat.queues.scans[-1].topic is None


async def test_a_wallets_scan_is_no_answer_to_who_asks_for_a_tokens(chat: Chat) -> None:
    await chat.scans.report(WALLET, SubjectKind.AUTO)
    await chat.send(f"/scantoken {WALLET}")
    assert [scan.subject for scan in chat.queues.scans] == [WALLET]


async def test_a_scan_that_could_not_be_queued_is_said(chat: Chat) -> None:
    chat.queues.down = True
    await chat.send(f"/scan {WALLET}")
    assert "could not take this scan in" in chat.last
    assert f"1:sa:{WALLET}" in chat.buttons
    chat.queues.down = False
    await chat.press(f"1:sa:{WALLET}")
    assert [scan.subject for scan in chat.queues.scans] == [WALLET]


async def test_a_second_tap_scans_nothing(chat: Chat) -> None:
    message = chat.message("a menu")["message"]
    for number in (901, 902):
        query = {"id": str(number), "from": message["from"], "message": message, "chat_instance": "1"}
        await chat.bot.handle({"update_id": 1, "callback_query": query | {"data": f"1:sa:{WALLET}"}})
    assert len(chat.queues.scans) == 1
    assert len(chat.request.of("sendMessage")) == 1
    await chat.send("/plan")
    assert "1 of 20" in chat.last
    chat.clock.advance(6)
    query = {"id": "903", "from": message["from"], "message": message, "chat_instance": "1"}
    await chat.bot.handle({"update_id": 1, "callback_query": query | {"data": f"1:sa:{WALLET}"}})
    assert len(chat.queues.scans) == 2


async def test_approvals_of_a_wallet(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET} Mine")
    chat.chain.lamports[WALLET] = 1
    await chat.send("/approvals mine")
    assert "Nobody but the owner may spend" in chat.last
    chat.chain.holdings[WALLET] = [
        replace(HELD, delegate=SPENDER, delegated_amount=2_000_000),
        replace(HELD, delegate=SPENDER, delegated_amount=2**64 - 1),
        replace(HELD, close_authority=SPENDER),
        replace(HELD, delegate=SPENDER),
    ]
    chat.clock.advance(60)
    await chat.send(f"/approvals {WALLET}")
    assert chat.last.count("may spend") == 2
    assert "may spend 2 USDC.x" in chat.last
    assert "may close an account" in chat.last
    assert "revoke" in chat.last


async def test_approvals_that_could_not_be_read_are_not_none(chat: Chat) -> None:
    chat.chain.down = True
    await chat.send(f"/approvals {WALLET}")
    assert "can't reach the chain" in chat.last


async def test_the_risk_of_ones_wallets(chat: Chat) -> None:
    await chat.send("/risk")
    assert "No wallet is watched" in chat.last
    await chat.send(f"/watch {WALLET} <Mine>")
    await chat.send(f"/watch {OTHER} Other")
    (first, second) = await chat.stores.subscriptions.subscriptions(ANNA)
    await chat.risks.keep(second.wallet_id, KnownRisk(70, Level.DANGER, 2, chat.clock.now()))
    chat.clock.advance(7200)
    await chat.send("/risk")
    assert "🔴 <b>Other</b>" in chat.last
    assert "70 of 100, looked at 2 hours ago" in chat.last
    assert "⚪ <b>&lt;Mine&gt;</b>" in chat.last
    assert chat.buttons[:2] == [f"1:s:{second.id}", f"1:s:{first.id}"]


async def test_many_risks_are_told_by_pages(chat: Chat) -> None:
    await chat.send("/start")
    chat.plans.let(ANNA, wallets=25)
    for number in range(23):
        await chat.send(f"/watch {address(f'wallet {number}')}")
    await chat.send("/risk")
    seen: list[str] = []
    while True:
        shown = [button for button in chat.buttons if button.startswith("1:s:")]
        assert len(shown) <= 10
        assert "Tap a wallet" in chat.last
        seen += shown
        following = f"1:sr:{-(-len(seen) // 10)}"
        if following not in chat.buttons:
            break
        await chat.press(following)
    assert len(set(seen)) == len(seen) == 23
    await chat.press("1:sr:99")
    assert [button for button in chat.buttons if button.startswith("1:s:")] == shown
