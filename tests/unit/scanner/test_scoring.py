"""What findings come to: the rules' own consistency, and the invariants of the score."""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from walletwatch.domain.risk import (
    CannotTell,
    Evidence,
    Finding,
    Level,
    Nature,
    Outcome,
    Unknown,
    UnknownReason,
)
from walletwatch.scanner.check import Check, make_all
from walletwatch.scanner.rules import CheckWeight, Limits, Rule, Rules, parse_rules, read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token_checks import TOKEN_CHECKS
from walletwatch.scanner.wallet_checks import WALLET_CHECKS

RULES = Rules(
    version=7,
    levels={"safe": 0, "caution": 20, "warning": 40, "danger": 60, "extreme": 80},
    limits=Limits(capability=45, trusted_capability=15),
    families={"powers": 40, "deeds": 60},
    checks={name: CheckWeight(weight) for name, weight in {"light": 1, "heavy": 3}.items()},
    rules={
        "could": Rule("powers", Nature.CAPABILITY, 30),
        "could_too": Rule("powers", Nature.CAPABILITY, 30),
        "could_elsewhere": Rule("deeds", Nature.CAPABILITY, 30),
        "did": Rule("deeds", Nature.EVIDENCE, 50),
        "did_badly": Rule("deeds", Nature.EVIDENCE, 50, floor=90),
        "said": Rule("deeds", Nature.NOTE),
    },
)
EVIDENCE = (Evidence("account", "field", "value", 5),)


def found(rule: str, share: str = "1") -> Finding:
    return Finding(rule, EVIDENCE, share=Decimal(share))


def score(*rules: str, trusted: bool = False) -> int:
    return weigh([Outcome("heavy", tuple(map(found, rules)))], RULES, trusted=trusted).score


def test_a_family_adds_no_more_than_its_cap_and_capabilities_no_more_than_theirs() -> None:
    assert score() == 0
    assert score("could") == 30
    assert score("could", "could_too") == 40
    assert score("could", "could_too", "could_elsewhere") == 45
    assert score("did", "did") == 60
    assert score("did", "could_elsewhere") == 60
    assert score("could", "did") == 80
    assert score("said") == 0


def test_a_floor_lifts_the_score() -> None:
    assert score("did_badly") == 90
    assert score("did_badly", trusted=True) == 90


def test_the_powers_of_who_is_trusted_count_for_little_and_their_deeds_in_full() -> None:
    assert score("could", "could_too", "could_elsewhere", trusted=True) == 15
    assert score("could", "did", trusted=True) == 65


def test_whoever_vouches_answers_for_the_families_left_to_him_and_for_no_other() -> None:
    rules = structs.replace(
        RULES,
        limits=Limits(capability=45, trusted_capability=15, vouched=frozenset({"names"})),
        families={**RULES.families, "names": 60},
        rules={**RULES.rules, "named": Rule("names", Nature.EVIDENCE, 60, floor=75)},
    )
    outcomes = [Outcome("heavy", (found("named"), found("did")))]
    assert weigh(outcomes, rules).score == 100
    vouched = weigh(outcomes, rules, trusted=True)
    assert vouched.score == 50
    # It is told, behind what weighs.
    assert [(each.finding.rule, each.nature) for each in vouched.findings] == [
        ("did", Nature.EVIDENCE),
        ("named", Nature.NOTE),
    ]


def test_without_a_vital_check_nothing_is_clear_that_looks_safe() -> None:
    rules = structs.replace(RULES, checks={"light": CheckWeight(1, vital=True), "heavy": CheckWeight(3)})
    unmade = Outcome("light", (), UnknownReason.REFUSED)
    unsure = weigh([unmade, Outcome("heavy")], rules)
    assert (unsure.score, unsure.confidence, unsure.is_clear) == (0, 75, False)
    assert weigh([Outcome("light"), Outcome("heavy")], rules).is_clear
    # What is not safe is so without it, too.
    assert weigh([unmade, Outcome("heavy", (found("could"),))], rules).is_clear


def test_a_share_is_a_part_of_the_points() -> None:
    outcome = Outcome("heavy", (found("could", "0.5"),))
    assert weigh([outcome], RULES).score == 15
    with pytest.raises(ValueError, match="share"):
        weigh([Outcome("heavy", (found("could", "1.1"),))], RULES)


def test_what_could_not_be_looked_at_lowers_the_confidence_and_not_the_score() -> None:
    blind = Outcome("light", unknown=UnknownReason.REFUSED)
    verdict = weigh([Outcome("heavy", (found("could"),)), blind], RULES)
    assert (verdict.score, verdict.confidence, verdict.rules) == (30, 75, 7)
    assert verdict.unknown == {"light": UnknownReason.REFUSED}
    assert weigh([], RULES).confidence == 0


outcomes = st.lists(
    st.builds(
        Outcome,
        st.sampled_from(["light", "heavy"]),
        st.lists(
            st.builds(
                Finding,
                st.sampled_from(sorted(RULES.rules)),
                st.just(EVIDENCE),
                st.just({}),
                st.decimals(0, 1, places=3),
            ),
            max_size=4,
        ).map(tuple),
        st.none() | st.sampled_from(UnknownReason),
    ),
    max_size=5,
)


@given(outcomes, st.booleans())
def test_the_score_has_its_limits_its_level_and_no_order(made: list[Outcome], trusted: bool) -> None:
    verdict = weigh(made, RULES, trusted=trusted)
    assert 0 <= verdict.score <= 100
    assert 0 <= verdict.confidence <= 100
    assert verdict.level is RULES.level(verdict.score)
    again = weigh(made[::-1], RULES, trusted=trusted)
    assert (again.score, again.confidence) == (verdict.score, verdict.confidence)


@given(outcomes, st.sampled_from(sorted(RULES.rules)), st.booleans())
def test_one_more_finding_never_makes_it_safer(made: list[Outcome], rule: str, trusted: bool) -> None:
    more = [*made, Outcome("light", (found(rule),))]
    assert weigh(more, RULES, trusted=trusted).score >= weigh(made, RULES, trusted=trusted).score


@given(outcomes)
def test_blindness_moves_the_confidence_only(made: list[Outcome]) -> None:
    seen = [replace(outcome, unknown=None) for outcome in made]
    blind = [replace(outcome, unknown=UnknownReason.UNAVAILABLE) for outcome in made]
    assert weigh(seen, RULES).score == weigh(blind, RULES).score
    assert weigh(seen, RULES).confidence >= weigh(blind, RULES).confidence


@dataclass(frozen=True, slots=True)
class Colour:
    name: str


@dataclass(frozen=True, slots=True)
class Size:
    metres: int


def test_a_check_is_made_where_its_facts_are_known() -> None:
    def look(colour: Colour, size: Size) -> list[Finding]:
        return [found("could")] if (colour.name, size.metres) == ("red", 3) else []

    check = Check("light", (Colour, Size), look)
    assert make_all([check], {Colour: Colour("red")}) == []
    assert make_all([check], {Colour: Colour("red"), Size: Size(3)}) == [Outcome("light", (found("could"),))]
    assert make_all([check], {Colour: Colour("red"), Size: Size(2)}) == [Outcome("light")]
    unknown = {Colour: Colour("red"), Size: Unknown(UnknownReason.TOO_MUCH)}
    assert make_all([check], unknown) == [Outcome("light", unknown=UnknownReason.TOO_MUCH)]


def test_what_a_check_found_before_its_facts_gave_out_is_kept() -> None:
    def look(_colour: Colour):  # type: ignore[no-untyped-def] # its findings are of any kind
        yield found("did")
        raise CannotTell(UnknownReason.UNREADABLE)

    (outcome,) = make_all([Check("light", (Colour,), look)], {Colour: Colour("red")})
    assert outcome == Outcome("light", (found("did"),), UnknownReason.UNREADABLE)


class TestTheRulesOfThisRelease:
    def test_levels_begin_where_they_are_said_to(self) -> None:
        rules = read_rules()
        assert [rules.level(score) for score in (0, 19, 20, 39, 40, 59, 60, 79, 80, 100)] == [
            Level.SAFE, Level.SAFE, Level.CAUTION, Level.CAUTION, Level.WARNING, Level.WARNING,
            Level.DANGER, Level.DANGER, Level.EXTREME, Level.EXTREME,
        ]  # fmt: skip

    def test_powers_alone_are_never_danger_and_those_of_the_trusted_never_a_warning(self) -> None:
        rules = read_rules()
        everything = [
            Outcome("x", tuple(found(name) for name, rule in rules.rules.items() if not rule.floor
                               and rule.nature is Nature.CAPABILITY))
        ]  # fmt: skip
        rules = Rules(**{**{f: getattr(rules, f) for f in rules.__struct_fields__},
                         "checks": {"x": CheckWeight(1)}})  # fmt: skip
        assert weigh(everything, rules).level < Level.DANGER
        assert weigh(everything, rules, trusted=True).level is Level.SAFE

    def test_every_check_is_weighed_and_every_weight_is_a_checks(self) -> None:
        assert {check.name for check in (*TOKEN_CHECKS, *WALLET_CHECKS)} == set(read_rules().checks)

    def test_names_are_not_used_twice(self) -> None:
        names = [check.name for check in {*TOKEN_CHECKS, *WALLET_CHECKS}]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("caution = 20", "caution = 50"),
        ("safe = 0", "safe = 1"),
        ('family = "deeds"', 'family = "none"'),
        ("points = 5", "points = 101"),
        ("points = 5", 'points = 5\nnature = "note"'),
        ("weight = 1", "weight = 0"),
        ("version = 1", "version = 1\nmore = 1"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(old: str, new: str) -> None:
    text = """
version = 1
levels = { safe = 0, caution = 20, warning = 40, danger = 60, extreme = 80 }
limits = { capability = 45, trusted_capability = 15 }
families = { deeds = 50 }
[checks.light]
weight = 1
[rules.did]
family = "deeds"
points = 5
"""
    nature = "" if "nature" in new else '\nnature = "evidence"\n'
    assert parse_rules(text + '\nnature = "evidence"\n').version == 1
    with pytest.raises(ValueError):  # noqa: PT011 - each says it in its own words
        parse_rules(text.replace(old, new) + nature)


def test_the_lists_own_word_counts_of_a_listed_token_and_that_of_its_company_does_not() -> None:
    rules = read_rules()

    def of(rule: str) -> int:
        return weigh([Outcome("listed", (found(rule),))], rules, trusted=True).score

    assert [of(rule) for rule in ("blocked", "observed", "reported")] == [60, 45, 45]
    company = ("creator_listed", "contact_listed_paid", "wallet_funded_by_listed", "imitates_listed")
    assert [of(rule) for rule in company] == [0, 0, 0, 0]
