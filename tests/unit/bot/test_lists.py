"""The lists of addresses, in a chat."""

import pytest

from tests.unit.bot.conftest import ADMIN, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.texts import texts
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.lists import ADMINISTRATORS, REPORTS, ListKind
from walletwatch.services.listing import REVIEWS

SAY = texts("en")
PEOPLE = (11, 12, 13)


def address(number: int) -> str:
    return encode_address(bytes([number + 1] * 32))


async def test_an_administrator_blocks_and_takes_it_back(chat: Chat) -> None:
    await chat.send(f"/block {WALLET} took the <liquidity> out", user=ADMIN)
    assert chat.last == SAY("lists.block.done", address=WALLET)
    assert await chat.lists.hits([WALLET]) == {WALLET: ADMINISTRATORS}
    await chat.send("/blocklist")
    assert "took the &lt;liquidity&gt; out (administrators, " in chat.last
    await chat.send(f"/unblock {WALLET}", user=ADMIN)
    assert chat.last == SAY("lists.unblock.done", address=WALLET)
    assert await chat.lists.hits([WALLET]) == {}
    await chat.send(f"/unblock {WALLET}", user=ADMIN)
    assert chat.last == SAY("lists.unblock.not_listed", address=WALLET)
    await chat.send("/blocklist")
    assert SAY("lists.empty") in chat.last
    done = [(each.action, each.user_id) for each in chat.administration.audited]
    assert done == [("list.block", ADMIN), ("list.drop", ADMIN), ("list.drop", ADMIN)]


async def test_what_is_vouched_for_is_not_warned_of(chat: Chat) -> None:
    await chat.send(f"/block {WALLET} seen in a theft", user=ADMIN)
    await chat.send(f"/allow {WALLET} it was somebody else", user=ADMIN)
    assert chat.last == SAY("lists.allow.done", address=WALLET)
    assert await chat.lists.hits([WALLET]) == {}


@pytest.mark.parametrize("command", ["block", "allow", "unblock", "reviews"])
async def test_to_others_the_commands_of_administrators_do_not_exist(chat: Chat, command: str) -> None:
    await chat.send(f"/{command} {WALLET} why not")
    assert chat.lists.listed == {}
    assert chat.administration.audited == []
    assert "is on the blocklist" not in chat.last


@pytest.mark.parametrize(
    ("command", "word"),
    [("block", "block"), ("allow", "allow"), ("unblock", "unblock"), ("report_scam", "report"),
     ("appeal", "appeal")],
)  # fmt: skip
async def test_what_is_missing_is_said(chat: Chat, command: str, word: str) -> None:
    asks = command in {"report_scam", "appeal"}
    await chat.send(f"/{command}", user=ADMIN)
    assert chat.last == SAY(f"lists.{word}.ask_address" if asks else f"lists.{word}.usage")
    if asks:
        await chat.send(f"/{command}", user=ADMIN, chat=GROUP)
        assert chat.last == SAY(f"lists.{word}.usage")
    await chat.send(f"/{command} 0x00 because", user=ADMIN)
    assert chat.last == SAY("error.not_base58")
    assert chat.lists.listed == {}


async def test_several_reports_are_reviewed_and_one_is_not(chat: Chat) -> None:
    for user in PEOPLE[:2]:
        await chat.send(f"/report_scam {WALLET} sold me air", user=user)
        assert chat.last == SAY("lists.report.done", address=WALLET)
    await chat.send(f"/report_scam {WALLET} sold me air", user=PEOPLE[0])
    assert chat.last == SAY("lists.report.said_before", address=WALLET)
    await chat.send("/reviews", user=ADMIN)
    assert chat.last == SAY("lists.review.none")
    await chat.send(f"/report_scam {WALLET} <me> too", user=PEOPLE[2])
    await chat.send("/reviews", user=ADMIN)
    assert "3 people report" in chat.last
    assert "&lt;me&gt; too" in chat.last
    agree, refuse = chat.buttons
    assert await chat.lists.hits([WALLET]) == {}

    await chat.press(agree)
    assert await chat.lists.hits([WALLET]) == {}, "pressed by no administrator"
    await chat.press(agree, user=ADMIN)
    assert chat.last == SAY("lists.review.agreed", address=WALLET)
    assert await chat.lists.hits([WALLET]) == {WALLET: REPORTS}
    await chat.press(refuse, user=ADMIN)
    assert chat.last == SAY("lists.review.decided_before", address=WALLET)
    assert await chat.lists.hits([WALLET]) == {WALLET: REPORTS}


async def test_an_appeal_is_agreed_with_or_refused(chat: Chat) -> None:
    await chat.send(f"/appeal {WALLET} that is our treasury")
    assert chat.last == SAY("lists.appeal.not_listed", address=WALLET)
    for address in (WALLET, OTHER):
        await chat.send(f"/block {address} took the liquidity out", user=ADMIN)
        await chat.send(f"/appeal {address} that is our treasury")
        assert chat.last == SAY("lists.appeal.done", address=address)
    await chat.press(f"1:rv:ay.{WALLET}", user=ADMIN)
    await chat.press(f"1:rv:an.{OTHER}", user=ADMIN)
    assert chat.last == SAY("lists.review.refused", address=OTHER)
    assert await chat.lists.hits([WALLET, OTHER]) == {OTHER: ADMINISTRATORS}


async def test_nobody_reports_without_end(chat: Chat) -> None:
    for number in range(5):
        await chat.send(f"/report_scam {address(number)} sold me air")
    await chat.send(f"/report_scam {WALLET} sold me air")
    assert chat.last == SAY("lists.too_many", limit=5)


async def test_long_lists_have_pages(chat: Chat) -> None:
    for number in range(12):
        await chat.send(f"/block {address(number)} why not", user=ADMIN)
    await chat.send("/blocklist")
    assert chat.buttons == ["1:bl:1", "1:go:report_scam", "1:go:appeal"]
    await chat.press("1:bl:1")
    assert chat.buttons[0] == "1:bl:0"
    assert len(await chat.lists.newest(ListKind.BLOCK, limit=20, offset=0)) == 12


async def test_a_decision_on_nothing_is_stale(chat: Chat) -> None:
    await chat.press(f"1:rv:zz.{WALLET}", user=ADMIN)
    assert chat.last == SAY("error.outdated")


async def test_one_that_others_have_overtaken_can_still_be_decided(chat: Chat) -> None:
    for number in range(REVIEWS + 1):
        await chat.send(f"/block {address(number)} why not", user=ADMIN)
        await chat.send(f"/appeal {address(number)} because", user=100 + number)
        chat.clock.advance(1)
    await chat.press(f"1:rv:ay.{address(REVIEWS)}", user=ADMIN)
    assert chat.last == SAY("lists.review.agreed", address=address(REVIEWS))


async def test_a_report_step_by_step(chat: Chat) -> None:
    await chat.send("/report_scam")
    await chat.send("hello")
    assert "not an address" in chat.last
    await chat.send(OTHER)
    assert chat.last == SAY("lists.report.ask_why")
    await chat.send("took the liquidity out")
    assert chat.last == SAY("lists.report.done", address=OTHER)
    assert chat.sessions.stored == {}


async def test_an_appeal_for_what_is_not_listed_is_refused_before_anything_is_asked(chat: Chat) -> None:
    await chat.send("/appeal")
    assert chat.last == SAY("lists.appeal.ask_address")
    await chat.send(OTHER)
    assert chat.last == SAY("lists.appeal.not_listed", address=OTHER)
    await chat.send(f"/block {OTHER} why not", user=ADMIN)
    await chat.send(f"/appeal {OTHER}")
    assert chat.last == SAY("lists.appeal.ask_why")
    await chat.send("it is mine")
    assert chat.last == SAY("lists.appeal.done", address=OTHER)


async def test_a_page_that_no_database_could_count_to_is_outdated(chat: Chat) -> None:
    await chat.press(f"1:bl:{'9' * 18}")
    assert chat.last == SAY("error.outdated")
