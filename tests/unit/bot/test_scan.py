"""The buttons of a scan's result."""

import pytest

from tests.unit.bot.conftest import OTHER, WALLET, Chat
from walletwatch.bot.texts import texts
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.work import SubjectKind

SAY = texts("en")


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
