"""A scan as a person reads it: verdict, reasons, advice, blindness, age; and nothing of it is markup."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_double.html_mode import parse_html
from walletwatch.bot.html_length import MAX_UNITS, units
from walletwatch.bot.keyboards import MAX_DATA_BYTES
from walletwatch.bot.texts import texts
from walletwatch.bot.views.scan import FINDINGS_PER_PAGE, ScanView
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.risk import Evidence, Finding, Level, Nature, UnknownReason, Verdict, Weighed
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.work import SubjectKind
from walletwatch.scanner.rules import read_rules

MINT = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
MAKER = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
VIEW = ScanView(PROFILES["x1-mainnet"])
SAY = texts("en")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def weighed(rule: str, value: str = MAKER, points: int = 20) -> Weighed:
    finding = Finding(rule, (Evidence(MINT, "mint_authority", value, 7_000),), {"authority": value})
    return Weighed(finding, Nature.CAPABILITY, Decimal(points))


def report(*findings: Weighed, score: int = 27, confidence: int = 92) -> ScanReport:
    verdict = Verdict(score, read_rules().level(score), confidence, findings, {}, rules=3)
    identity = TokenIdentity(MINT, 6, "TOLL", "Toll Token", None, IdentitySource.METAPLEX)
    return ScanReport(MINT, SubjectKind.TOKEN, identity, verdict, False, NOW, NOW, NOW)


FOUND = report(weighed("mint_authority_kept"), weighed("freeze_authority_kept", points=15))


def test_the_verdict_the_reasons_and_what_to_do() -> None:
    message = VIEW.scan(FOUND, SAY)
    assert message.html.split("\n") == [
        f"🛡 <b>Token TOLL</b> <code>{MINT}</code>",
        "🟡 <b>Caution</b> · risk 27 of 100",
        "Little speaks against this token, but somebody keeps powers that you should know of.",
        "",
        f"⚠️ More of it can be made at any time, by <code>{MAKER}</code>",
        f"⚠️ <code>{MAKER}</code> can freeze what you hold",
        "",
        "👉 Whoever makes more makes yours worth less: ask what the maker says about it.",
        "",
        "🔎 I could look at 92 % of what there is to look at.",
        "<i>Read just now · rules 3</i>",
    ]
    data = [button.callback_data for row in message.keyboard for button in row if button.callback_data]
    assert data == [f"1:sd:{MINT}.0", f"1:sa:{MINT}"]
    assert all(len(each) <= MAX_DATA_BYTES for each in data)


def test_details_show_what_each_finding_stands_on() -> None:
    html = VIEW.details(FOUND, 0, SAY).html
    link = f'<a href="https://explorer.mainnet.x1.xyz/address/{MINT}">B69c…m9Tq</a>'
    assert f"    {link} · mint_authority: {MAKER} (slot 7,000)" in html


@pytest.mark.parametrize(("score", "sign"), [(0, "🟢"), (20, "🟡"), (40, "🟠"), (60, "🔴"), (80, "⛔")])
def test_each_level_has_its_sign_and_sentence(score: int, sign: str) -> None:
    for kind in (SubjectKind.TOKEN, SubjectKind.WALLET):
        html = VIEW.scan(replace(report(score=score), kind=kind), SAY).html
        assert f"{sign} <b>" in html
        level = Level(score // 20).name.lower()
        assert SAY(f"risk.{kind.value}.{level}") in html


def test_nobody_is_told_that_it_is_safe_where_little_was_looked_at() -> None:
    seen = VIEW.scan(report(score=0, confidence=60), SAY).html
    blind = VIEW.scan(report(score=0, confidence=59), SAY).html
    assert "🟢 <b>Safe</b>" in seen
    assert "⚪ <b>Unclear</b>" in blind
    assert "could not look at enough of what matters" in blind
    assert "Danger" in VIEW.scan(report(score=60, confidence=5), SAY).html


def test_what_could_not_be_looked_at_is_named_with_the_reason() -> None:
    partly = replace(
        FOUND, verdict=replace(FOUND.verdict, unknown={"freeze_authority": UnknownReason.REFUSED})
    )
    assert "Not at: who can freeze." in VIEW.scan(partly, SAY).html
    assert "❔ who can freeze: the chain's node does not tell" in VIEW.details(partly, 0, SAY).html


def test_the_age_is_said() -> None:
    for seconds, said in ((119, "a minute"), (5400, "90 minutes")):
        asked = replace(FOUND, asked_at=NOW + timedelta(seconds=seconds))
        assert f"Read {said} ago" in VIEW.scan(asked, SAY).html


def test_many_findings_are_pages_that_lead_to_each_other() -> None:
    many = report(*[weighed("mint_authority_kept", f"maker {number}") for number in range(12)])
    seen = []
    for page in range(3):
        message = VIEW.details(many, page, SAY)
        seen += [number for number in range(12) if f"by <code>maker {number}</code>" in message.html]
        data = [button.callback_data for row in message.keyboard for button in row if button.callback_data]
        turns = [f"1:sd:{MINT}.{other}" for other in (page - 1, page + 1) if 0 <= other < 3]
        assert data == [*turns, f"1:sv:{MINT}"]
    assert seen == list(range(12))
    assert FINDINGS_PER_PAGE * 3 >= 12
    assert VIEW.details(many, 99, SAY) == VIEW.details(many, 2, SAY)


hostile = st.text(max_size=300) | st.sampled_from(["<b>", "</code>", "&amp;", "\u202e" * 50, "x" * 9000])


@given(st.lists(st.tuples(hostile, hostile), max_size=12), hostile, st.integers(0, 5))
def test_strangers_texts_are_never_markup_and_never_too_long(
    values: list[tuple[str, str]], symbol: str, page: int
) -> None:
    findings = [
        Weighed(
            Finding("mint_authority_kept", (Evidence(MINT, "field", value, None),), {"authority": told}),
            Nature.EVIDENCE,
            Decimal(1),
        )
        for told, value in values
    ]
    shown = report(*findings)
    identity = TokenIdentity(MINT, 6, symbol[:16], None, None, IdentitySource.METAPLEX)
    for message in (
        VIEW.scan(replace(shown, identity=identity), SAY),
        VIEW.details(replace(shown, identity=identity), page, SAY),
    ):
        assert units(message.html) <= MAX_UNITS
        parse_html(message.html)
