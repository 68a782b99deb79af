"""What is said of tokens' names, files and pictures, and what is not held against them."""

from typing import Any

import pytest

from walletwatch.bot.texts import texts
from walletwatch.domain.fetching import Miss, Refusal
from walletwatch.domain.inspection.identity import (
    Description,
    Listed,
    MetadataFile,
    Picture,
    Sameness,
    Twin,
    Useless,
    WrittenNames,
)
from walletwatch.domain.risk import Facts, Level, Unknown, UnknownReason, Verdict
from walletwatch.domain.tokens import IdentitySource
from walletwatch.scanner.check import make_all
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token_checks import TOKEN_CHECKS

MINT = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
USDC = Listed("B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq", "USDC.x")
LINK = "https://a.example/1.json"
IMAGE = "https://a.example/1.png"
IDENTITY_CHECKS = {
    "imitation",
    "same_picture",
    "luring_name",
    "missing_metadata",
    "metadata_file",
    "contradictory_metadata",
}


def names(
    name: str | None = "Alphabet",
    symbol: str | None = "ABC",
    *,
    link: str | None = LINK,
    hidden: tuple[str, ...] = (),
    imitates: Listed | None = None,
    source: IdentitySource = IdentitySource.METAPLEX,
) -> WrittenNames:
    return WrittenNames(MINT, source, name, symbol, link, hidden, imitates, 7)


def file(name: str | None = "Alphabet", symbol: str | None = "ABC", **more: Any) -> MetadataFile:
    return MetadataFile(LINK, Description(name, symbol, more.get("picture"), more.get("imitates")))


def verdict(*facts: Any) -> Verdict:
    return weigh(make_all(TOKEN_CHECKS, {type(fact): fact for fact in facts}), read_rules())


def rules(*facts: Any) -> list[str]:
    found = verdict(*facts).findings
    # Everything that is found stands on something, and can be said.
    for each in found:
        assert each.finding.evidence
        assert all(evidence.value for evidence in each.finding.evidence)
        assert texts("en")(f"risk.rule.{each.finding.rule}.title", **each.finding.values)
        assert texts("en")(f"risk.rule.{each.finding.rule}.advice")
    return [each.finding.rule for each in found]


def test_an_honest_token_is_told_nothing_of() -> None:
    facts = names(), file(picture=IMAGE), Picture(IMAGE, "00", None)
    found = verdict(*facts)
    assert (rules(*facts), found.level, found.unknown) == ([], Level.SAFE, {})
    assert found.confidence == 100
    assert {
        each.check for each in make_all(TOKEN_CHECKS, {type(fact): fact for fact in facts})
    } == IDENTITY_CHECKS


def test_an_imitation_is_danger_with_the_token_that_it_imitates() -> None:
    facts = names("USD Coin", "USDС.x", imitates=USDC)
    found = verdict(facts)
    assert rules(facts) == ["imitates_listed"]
    assert found.level is Level.DANGER
    evidence = found.findings[0].finding.evidence
    assert [(each.account, each.slot) for each in evidence] == [(MINT, 7), (MINT, 7), (USDC.mint, None)]


def test_an_imitation_in_the_file_alone() -> None:
    facts = names(), file("USD Coin on X1", "USDC.x", imitates=USDC)
    assert rules(*facts) == ["file_imitates_listed"]
    assert verdict(*facts).level is Level.DANGER
    both = names(imitates=USDC), file("Alphabet", "ABC", imitates=USDC)
    assert rules(*both) == ["imitates_listed"]


@pytest.mark.parametrize("by", Sameness)
def test_the_picture_of_another_is_a_warning(by: Sameness) -> None:
    facts = names(), Picture(IMAGE, "0a" * 32, Twin(USDC, by))
    assert rules(*facts) == ["picture_of_listed"]
    assert verdict(*facts).level is Level.WARNING
    with_name = names(imitates=USDC), facts[1]
    assert verdict(*with_name).score >= verdict(facts[0], with_name[1]).score


@pytest.mark.parametrize(
    ("name", "symbol", "rule", "level"),
    [
        ("Claim at usdc-claim.com", "X", "name_lures", Level.DANGER),
        ("$1000 USDC: visit https://x.example/", "X", "name_lures", Level.DANGER),
        ("X", "t.me/x airdrop", "name_lures", Level.DANGER),
        ("СLАIM", "jup-rewards。com", "name_lures", Level.DANGER),
        ("see http://x.example", "X", "name_has_link", Level.CAUTION),
        ("www.example", "X", "name_has_link", Level.CAUTION),
        ("Airdrop Season 2", "AIR", "name_promises", Level.SAFE),
        ("pump.fun", "PUMP", "name_has_domain", Level.SAFE),
    ],
)
def test_names_that_lead_somewhere(name: str, symbol: str, rule: str, level: Level) -> None:
    assert rules(names(name, symbol)) == [rule]
    assert verdict(names(name, symbol)).level is level


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("USD Coin on X1", "USDC.x"),
        ("Visitor", "VIS"),
        ("Dr. Who", "DR.W"),
        ("No. 1.5", "1.5x"),
        (None, "ABC"),
    ],
)
def test_names_that_do_not(name: str | None, symbol: str) -> None:
    assert rules(names(name, symbol)) == []


def test_characters_that_nobody_sees() -> None:
    facts = names(hidden=("U+202E", "U+200B"))
    assert rules(facts) == ["name_hides"]
    assert verdict(facts).level is Level.WARNING
    assert verdict(facts).findings[0].finding.values == {"characters": "U+202E, U+200B"}


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (names(None, None, link=None, source=IdentitySource.NONE), "metadata_missing"),
        (names(None, None), "name_missing"), (names(link=None), "metadata_link_missing"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_once_and_is_no_crime(facts: WrittenNames, rule: str) -> None:
    assert rules(facts) == [rule]
    assert verdict(facts).level is Level.SAFE


@pytest.mark.parametrize("why", [*Refusal, Miss.NOT_FOUND])
def test_a_file_that_is_of_no_use(why: Refusal | Miss) -> None:
    facts = names(), MetadataFile("https://10.0.0.1/x", Useless(why))
    special = {
        Refusal.HTTP: "metadata_over_http",
        Refusal.PRIVATE_ADDRESS: "metadata_private",
        Miss.NOT_FOUND: "metadata_not_found",
    }
    assert rules(*facts) == [special.get(why, "metadata_unusable")]
    evidence = verdict(*facts).findings[0].finding.evidence
    assert [each.value for each in evidence] == ["https://10.0.0.1/x", why.value]
    assert verdict(*facts).level is (Level.CAUTION if why is Refusal.PRIVATE_ADDRESS else Level.SAFE)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (("Alphabet", "ABC"), ("Numbers", "ABC")), (("Alphabet", "ABC"), ("Alphabet", "123")),
        ((None, "ABC"), ("Alphabet", "123")),
    ],
)  # fmt: skip
def test_a_file_that_contradicts_the_chain(here: tuple[str | None, str], there: tuple[str, str]) -> None:
    assert rules(names(*here), file(*there)) == ["file_contradicts"]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (("Alphabet", "ABC"), ("alphabet ", "$abc")), (("Alphabet", "ABC"), (None, None)),
        ((None, None), ("Alphabet", "ABC")), (("Alphabet", ""), ("Alphabet", "ABC")),
        # Metaplex keeps 32 bytes of a name.
        (("The Long Name Of A Certain Pictu", "ABC"), ("The Long Name Of A Certain Picture #12", "ABC")),
        (("Alphabet", "🚀"), ("Alphabet", "🌕")),
    ],
)  # fmt: skip
def test_a_file_that_agrees(here: tuple[str, str], there: tuple[str, str]) -> None:
    found = rules(names(*here), file(*there))
    assert "file_contradicts" not in found


def test_what_could_not_be_had_lowers_the_confidence_and_no_more() -> None:
    unknown = Unknown(UnknownReason.UNREACHABLE)
    facts: Facts = {WrittenNames: names(), MetadataFile: unknown, Picture: unknown}
    found = weigh(make_all(TOKEN_CHECKS, facts), read_rules())
    assert (found.score, found.findings) == (0, ())
    assert found.confidence < 100
    reason = UnknownReason.UNREACHABLE
    assert found.unknown == dict.fromkeys(["same_picture", "metadata_file", "contradictory_metadata"], reason)
