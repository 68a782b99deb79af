"""The list of those around a wallet, as a person reads it, and the button that leads there."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_double.html_mode import parse_html
from tests.unit.bot.conftest import OTHER, WALLET, Chat
from walletwatch.bot.html_length import MAX_UNITS, units
from walletwatch.bot.texts import texts
from walletwatch.bot.views.connections import ConnectionsView
from walletwatch.domain.connections import Connections, Edge, Node, Tie
from walletwatch.domain.inspection.network import Contact, Network
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.risk import UnknownReason, Verdict
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.work import SubjectKind
from walletwatch.scanner.rules import read_rules

SAY = texts("en")
VIEW = ConnectionsView(PROFILES["x1-mainnet"])
XDEX = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
XNT = 10**9
ME, FRIEND, FUNDER, THIRD = (f"{name}{'1' * 40}" for name in "MFGH")


def edge(tie: Tie, source: str, target: str, lamports: int = 0, movements: int = 0, *tokens: str) -> Edge:
    return Edge(tie, source, target, lamports, movements, tokens, "signature", 5)


GRAPH = Connections(
    ME,
    (
        Node(ME, 0, None),
        Node(FRIEND, 1, "a <list>"),
        Node(FUNDER, 1, None),
        Node(XDEX, 2, None),
        Node(THIRD, 2, None),
    ),
    (
        edge(Tie.PAID, ME, FRIEND, 3 * XNT, 2),
        edge(Tie.PAID, FRIEND, ME, 0, 1),
        edge(Tie.PAID, FUNDER, FRIEND, XNT),
        edge(Tie.FUNDED, FUNDER, ME, 5 * XNT),
        edge(Tie.FUNDED, XDEX, FUNDER, 50 * XNT),
        edge(Tie.FUNDED_ALIKE, FUNDER, ME, 5 * XNT),
        edge(Tie.FUNDED_ALIKE, FUNDER, THIRD, 5 * XNT),
        edge(Tie.TRADED_ALIKE, ME, THIRD, 0, 0, "coin", "other"),
    ),
    left_out=4,
    complete=False,
    unknown=UnknownReason.TOO_MUCH,
)


def report(graph: Connections) -> ScanReport:
    rules = read_rules()
    verdict = Verdict(0, rules.level(0), 90, (), {}, rules.version)
    return ScanReport(ME, SubjectKind.WALLET, None, verdict, False, NOW, NOW, NOW, graph)


def shown(graph: Connections) -> str:
    return VIEW.connections(report(graph), graph, SAY).html


def test_who_funds_whom_who_deals_with_whom_and_who_acts_together() -> None:
    assert shown(GRAPH).split("\n") == [
        f"🛡 <b>Wallet</b> <code>{ME}</code>",
        "🕸 <b>With whom it is connected</b>",
        f"🌱 <code>{ME}</code> got its first money, 5 XNT, from <code>{FUNDER}</code>",
        f"🌱 <code>{FUNDER}</code> got its first money, 50 XNT, from <code>{XDEX}</code> (XDEX)",
        "",
        f"• <code>{FRIEND}</code> ⚠️ on a list: a &lt;list&gt;: sent 3 XNT and 2× tokens, got 1× tokens",
        "… and 4 more, with whom less was moved.",
        "",
        f"👥 New in the same minutes, with 5 XNT each from <code>{FUNDER}</code>:",
        f"• <code>{ME}</code>",
        f"• <code>{THIRD}</code>",
        "",
        "👥 Traded the same 2 young tokens in the same minutes:",
        f"• <code>{THIRD}</code>",
        "",
        "<b>Among them</b>",
        f"• <code>{FUNDER}</code> to <code>{FRIEND}</code>: sent 1 XNT",
        "",
        "<i>By its newest transactions: there may be more.</i>",
    ]


def test_nobody_is_something_else_than_not_known() -> None:
    nobody = Connections(ME, (Node(ME, 0, None),), (), 0, complete=True, unknown=None)
    assert shown(nobody).endswith("\n\nNobody: I saw no dealings with anybody.")
    lost = replace(nobody, complete=False, unknown=UnknownReason.UNAVAILABLE)
    assert shown(lost).endswith("\n\n❔ I could not look at it wholly: the chain did not answer")
    assert "Nobody" not in shown(lost)


async def test_the_button_is_among_the_details_and_leads_there_and_back(chat: Chat) -> None:
    contact = Contact(OTHER, 0, 2 * XNT, 0, 0, "signature", 5)
    chat.inspector.facts = {Network: Network(WALLET, (contact,), (), (), None, complete=True)}
    await chat.scans.report(WALLET, SubjectKind.AUTO)
    await chat.press(f"1:sd:{WALLET}.0")
    assert chat.buttons == [f"1:sv:{WALLET}", f"1:sn:{WALLET}"]
    await chat.press(f"1:sn:{WALLET}")
    assert f"• <code>{OTHER}</code>: sent 2 XNT" in chat.last
    assert chat.buttons == [f"1:sd:{WALLET}.0"]


@pytest.mark.parametrize("forgotten", [True, False])
async def test_what_is_not_known_is_scanned_anew(chat: Chat, forgotten: bool) -> None:
    if not forgotten:
        await chat.scans.report(OTHER, SubjectKind.AUTO)
        chat.clock.advance(24 * 3600 + 1)
    await chat.press(f"1:sn:{WALLET}")
    assert [scan.subject for scan in chat.queues.scans] == [WALLET]
    await chat.press("1:sn:0x00")
    assert "address" in chat.last


hostile = st.text(max_size=300) | st.sampled_from(["<b>", "</code>", "&amp;", "\u202e" * 50, "x" * 9000])


@given(st.lists(st.tuples(hostile, hostile, st.integers(0, 10**20)), max_size=60))
def test_strangers_texts_are_never_markup_and_never_too_long(values: list[tuple[str, str, int]]) -> None:
    addresses = {ME: None, **{address: source for address, source, _ in values}}
    graph = Connections(
        ME,
        tuple(Node(address, 1, source) for address, source in addresses.items()),
        tuple(
            edge(tie, ME, address, lamports, 1)
            for (address, _, lamports), tie in zip(values, [*Tie] * 12, strict=False)
        ),
        0,
        complete=True,
        unknown=None,
    )
    html = shown(graph)
    assert units(html) <= MAX_UNITS
    parse_html(html)
