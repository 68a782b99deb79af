"""What is said of the people behind a token or a wallet: never more than their signatures show."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from string import Formatter
from typing import Any

import pytest

from tests.unit.chain.scenes import address
from tests.unit.scanner.test_texts import LOCALE
from walletwatch.domain.inspection.creator import (
    Deed,
    Deployments,
    Drain,
    MadeToken,
    Minting,
    OriginSource,
    Removal,
    TokenNow,
    TokenOrigin,
)
from walletwatch.domain.inspection.funding import Funding, FundingChain, FundingEnd
from walletwatch.domain.inspection.network import Bond, Contact, Group, Link, Listed, Network
from walletwatch.domain.pools import KnownPool
from walletwatch.domain.profile import KnownAddress, Role
from walletwatch.domain.risk import Outcome, Unknown, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token import creator, listed_creator
from walletwatch.scanner.token import funding as creator_funding
from walletwatch.scanner.wallet import cluster, contacts, deployer
from walletwatch.scanner.wallet import funding as wallet_funding

MAKER, MINT, ME, OTHER, VILLAIN = (address(name) for name in ("maker", "mint", "me", "other", "villain"))
DAY = 86_400
BEGAN = 1_790_000_000
ORIGIN = TokenOrigin(MINT, MAKER, OriginSource.CREATION, "made", 1, BEGAN)
PROBABLE = replace(ORIGIN, source=OriginSource.METADATA)
NOBODY = Listed({})
POOLS = (KnownPool("pool", ("money", "another token"), drained=True, slot=9),)


def deed(name: str, at: int = BEGAN + DAY) -> Deed:
    return Deed(name, at - BEGAN + 1, at)


def removal(after: int, now: int | None = 0, *, before: int = 1000, at: int = BEGAN + DAY) -> Removal:
    return Removal(deed(f"removal to {after}", at), Drain("vault", "money", before, after, now))


def token(mint: str, *removals: Removal, **fields: Any) -> MadeToken:
    plain = MadeToken(
        mint, deed("made", BEGAN), (deed("added", BEGAN + 60),), removals, (), (),
        TokenNow(1000, 0, None, None, 9),
    )  # fmt: skip
    return replace(plain, **fields)


def made(*tokens: MadeToken, complete: bool = True, first_at: int | None = None) -> Deployments:
    return Deployments(MAKER, tokens, complete, first_at)


def look(check: Check, *facts: object) -> Outcome:
    return check.make({type(fact): fact for fact in facts})


def rules(outcome: Outcome) -> list[str]:
    return [finding.rule for finding in outcome.findings]


def score(outcome: Outcome) -> int:
    return weigh([outcome], read_rules()).score


class TestCreator:
    def test_who_pulled_from_two_earlier_tokens_is_said_to_do_so_with_the_signatures(self) -> None:
        outcome = look(
            creator.CHECK, ORIGIN, made(token("a", removal(0)), token("b", removal(300)), token("c"))
        )
        (finding,) = outcome.findings
        assert finding.rule == "creator_serial_pulls"
        assert finding.values == {"creator": MAKER, "count": 2, "others": 3}
        assert [each.account for each in finding.evidence] == ["removal to 0", "removal to 300"]
        assert finding.evidence[1].value == "1000 to 300"
        assert score(outcome) == 60

    def test_one_pull_is_told_and_weighs_less(self) -> None:
        outcome = look(creator.CHECK, ORIGIN, made(token("a", removal(0))))
        assert rules(outcome) == ["creator_pulled_before"]
        assert score(outcome) == 15

    @pytest.mark.parametrize(
        ("why", "innocent"),
        [
            ("a small part", token("a", removal(501, 501))),
            ("small parts of a pool that grows", token("a", *(removal(800, 900) for _ in range(9)))),
            ("the pool is full again", token("a", removal(0, 500))),
            ("put back the day after", token("a", removal(0), additions=(deed("again", BEGAN + 2 * DAY),))),
            ("nobody knows how much", token("a", Removal(deed("removal"), None))),
            (
                "small ones of which nobody knows what is left",
                token("a", removal(600, None), removal(700, None)),
            ),
            ("kept every authority", token("a", now=TokenNow(1000, 0, MAKER, MAKER, 9))),
            ("the mint is gone", token("a", now=None)),
            ("there was nothing in it", token("a", removal(0, 0, before=0))),
        ],
    )
    def test_nobody_is_accused_of(self, why: str, innocent: MadeToken) -> None:
        outcome = look(creator.CHECK, ORIGIN, made(innocent, replace(innocent, mint="b")))
        assert rules(outcome) == ["creator_made_others"], why
        assert score(outcome) == 0

    def test_several_withdrawals_that_leave_little_are_a_pull(self) -> None:
        outcome = look(creator.CHECK, ORIGIN, made(token("a", removal(700, 490), removal(490, 343))))
        assert rules(outcome) == ["creator_pulled_before"]
        assert len(outcome.findings[0].evidence) == 2

    def test_winding_up_late_is_no_series(self) -> None:
        late = removal(0, at=BEGAN + 40 * DAY)
        outcome = look(creator.CHECK, ORIGIN, made(token("a", late), token("b", late)))
        assert rules(outcome) == ["creator_pulled_before"]
        assert outcome.findings[0].share == Decimal("0.5")

    def test_a_probable_maker_is_called_probable_and_weighs_half(self) -> None:
        outcome = look(creator.CHECK, PROBABLE, made(token("a", removal(0)), token("b", removal(0))))
        assert rules(outcome) == ["creator_probable", "creator_pulled_before"]
        assert score(outcome) == 8

    def test_the_tokens_own_liquidity(self) -> None:
        outcome = look(creator.CHECK, ORIGIN, made(token(MINT, removal(100, 100))))
        (finding,) = outcome.findings
        assert (finding.rule, finding.values) == ("creator_pulled_this", {"percent": Decimal("90.0")})
        assert score(outcome) == 45

    def test_what_was_minted_after_launch_counts_by_its_part_of_the_supply(self) -> None:
        def minted(amount: int) -> Outcome:
            mintings = (Minting(deed("minted"), amount),)
            return look(creator.CHECK, ORIGIN, made(token(MINT, mintings=mintings)))

        assert rules(minted(9)) == []
        (finding,) = minted(100).findings
        assert finding.rule == "creator_minted_later"
        assert finding.values == {"amount": Decimal(100), "percent": Decimal("10.0")}
        assert finding.share == Decimal("0.2")
        assert (score(minted(500)), score(minted(5000))) == (15, 15)
        without_supply = token(MINT, mintings=(Minting(deed("minted"), 5),), now=None)
        assert rules(look(creator.CHECK, ORIGIN, made(without_supply))) == []

    def test_freezing_is_told(self) -> None:
        outcome = look(creator.CHECK, ORIGIN, made(token(MINT, freezes=(deed("f"), deed("g")))))
        assert rules(outcome) == ["creator_froze"]
        assert outcome.findings[0].values == {"count": 2}

    def test_powers_that_were_used_on_other_tokens_are_told(self) -> None:
        frozen = token("a", freezes=(deed("f"),))
        minted = token("b", mintings=(Minting(deed("m"), 1),))
        outcome = look(creator.CHECK, ORIGIN, made(frozen, minted, token("c")))
        assert rules(outcome) == ["creator_made_others", "creator_used_powers"]
        assert outcome.findings[1].values == {"count": 2, "others": 3}
        assert [each.account for each in outcome.findings[1].evidence] == ["f", "m"]
        assert score(outcome) == 8

    def test_a_new_wallet_is_a_note(self) -> None:
        outcome = look(creator.CHECK, ORIGIN, made(token(MINT), first_at=BEGAN - 600))
        (finding,) = outcome.findings
        assert (finding.rule, finding.values["minutes"]) == ("creator_new", 10)
        assert score(outcome) == 0
        assert rules(look(creator.CHECK, ORIGIN, made(token(MINT), first_at=BEGAN - DAY))) == []

    def test_what_was_found_in_a_part_of_the_history_is_kept_and_the_rest_is_unknown(self) -> None:
        outcome = look(creator.CHECK, ORIGIN, made(token("a", removal(0)), complete=False))
        assert (rules(outcome), outcome.unknown) == (["creator_pulled_before"], UnknownReason.TOO_MUCH)

    def test_a_maker_on_a_list_is_told_with_the_list(self) -> None:
        listed = Listed({MAKER: "X1 Rug Watch"})
        outcome = look(listed_creator.CHECK, ORIGIN, listed)
        assert rules(outcome) == ["creator_listed"]
        assert outcome.findings[0].evidence[1].value == "X1 Rug Watch"
        assert score(outcome) == 60
        assert rules(look(listed_creator.CHECK, PROBABLE, listed)) == ["creator_probably_listed"]
        assert rules(look(listed_creator.CHECK, ORIGIN, NOBODY)) == []


class TestDeployer:
    def test_the_same_deeds_judge_a_wallet(self) -> None:
        series = look(deployer.CHECK, made(token("a", removal(0)), token("b", removal(0)), token("c")))
        assert rules(series) == ["deployer_serial_pulls"]
        assert series.findings[0].values == {"count": 2, "made": 3}
        assert rules(look(deployer.CHECK, made(token("a", removal(0))))) == ["deployer_pulled"]
        assert rules(look(deployer.CHECK, made(token("a")))) == ["deployer"]
        assert look(deployer.CHECK, made()) == Outcome("deployer")
        assert look(deployer.CHECK, made(complete=False)).unknown is UnknownReason.TOO_MUCH


def chain(*funders: str, known: KnownAddress | None = None) -> FundingChain:
    wallets = (MAKER, *funders)
    hops = tuple(
        Funding(wallet, funder, 10**9, f"to {wallet}", 5, BEGAN)
        for wallet, funder in zip(wallets, funders, strict=False)
    )
    return FundingChain(MAKER, hops, FundingEnd.KNOWN if known else FundingEnd.FAR_ENOUGH, known)


@pytest.mark.parametrize(
    ("check", "prefix"), [(creator_funding.CHECK, "creator_funded"), (wallet_funding.CHECK, "wallet_funded")]
)
class TestFunding:
    def test_the_funder_is_told(self, check: Check, prefix: str) -> None:
        outcome = look(check, chain(OTHER), NOBODY)
        (finding,) = outcome.findings
        assert finding.rule == f"{prefix}_by"
        assert finding.values == {"funder": OTHER, "amount": Decimal(1)}
        assert score(outcome) == 0

    def test_an_exchange_is_told_by_its_name(self, check: Check, prefix: str) -> None:
        outcome = look(check, chain(OTHER, VILLAIN, known=KnownAddress("Somewhere", Role.EXCHANGE)), NOBODY)
        assert rules(outcome) == [f"{prefix}_by_known"]
        assert outcome.findings[0].values == {"name": "Somewhere", "funder": VILLAIN, "distance": 2}

    def test_who_is_on_a_list_counts_by_distance(self, check: Check, prefix: str) -> None:
        near = look(check, chain(VILLAIN, OTHER), Listed({VILLAIN: "list"}))
        far = look(check, chain(OTHER, VILLAIN), Listed({VILLAIN: "list"}))
        assert rules(near) == rules(far) == [f"{prefix}_by_listed", f"{prefix}_by"]
        assert far.findings[0].values == {"funder": VILLAIN, "source": "list", "distance": 2}
        assert (score(near), score(far)) == (30, 15)

    def test_money_of_nobody_is_nothing_to_tell(self, check: Check, prefix: str) -> None:
        assert look(check, FundingChain(MAKER, (), FundingEnd.NOBODY), NOBODY).findings == (), prefix


def contact(address_: str, received: int = 0, sent: int = 0, tokens: tuple[int, int] = (0, 0)) -> Contact:
    return Contact(address_, received, sent, *tokens, "signature", 7)


def network(*people: Contact, links: tuple[Link, ...] | Unknown = (), complete: bool = True) -> Network:
    return Network(ME, people, links, (), None, complete)


class TestContacts:
    LISTED = Listed({VILLAIN: "list"})

    @pytest.mark.parametrize(
        ("villain", "rule"),
        [
            (contact(VILLAIN, sent=10**9), "contact_listed_paid"),
            (contact(VILLAIN, tokens=(0, 1)), "contact_listed_paid"),
            (contact(VILLAIN, received=10**9), "contact_listed_received"),
            (contact(VILLAIN, received=1, tokens=(3, 0)), "contact_listed_touched"),
        ],
    )
    def test_the_direction_decides(self, villain: Contact, rule: str) -> None:
        outcome = look(contacts.CHECK, network(contact(OTHER), villain), self.LISTED)
        assert rules(outcome) == [rule]
        assert outcome.findings[0].values["source"] == "list"

    def test_being_sent_crumbs_is_no_risk(self) -> None:
        outcome = look(contacts.CHECK, network(contact(VILLAIN, received=1)), self.LISTED)
        assert score(outcome) == 0

    def test_one_hop_away(self) -> None:
        links = (
            Link(OTHER, contact(VILLAIN, sent=10**9)),
            Link(OTHER, contact(address("crumbs"), received=1)),
        )
        listed = Listed({VILLAIN: "list", address("crumbs"): "list"})
        outcome = look(contacts.CHECK, network(contact(OTHER), links=links), listed)
        (finding,) = outcome.findings
        assert finding.values == {"contact": OTHER, "address": VILLAIN, "source": "list"}
        assert (finding.rule, score(outcome)) == ("contact_listed_beyond", 4)

    def test_who_is_met_directly_is_not_told_again(self) -> None:
        links = (Link(OTHER, contact(VILLAIN, sent=10**9)),)
        outcome = look(contacts.CHECK, network(contact(VILLAIN, sent=10**9), links=links), self.LISTED)
        assert rules(outcome) == ["contact_listed_paid"]

    def test_what_was_not_seen_is_owned_up_to(self) -> None:
        blind = network(contact(VILLAIN, sent=10**9), links=Unknown(UnknownReason.UNAVAILABLE))
        outcome = look(contacts.CHECK, blind, self.LISTED)
        assert (rules(outcome), outcome.unknown) == (["contact_listed_paid"], UnknownReason.UNAVAILABLE)
        assert look(contacts.CHECK, network(complete=False), NOBODY).unknown is UnknownReason.TOO_MUCH
        assert look(contacts.CHECK, network(), NOBODY) == Outcome("contacts")


class TestClusters:
    GROUP = Group(Bond.FUNDED_ALIKE, OTHER, (ME, "a", "b"), (10**9, 10**9), (), ("s", "t"), 5)

    @pytest.mark.parametrize(
        ("bond", "points"), [(Bond.FUNDED_ALIKE, 20), (Bond.TRADED_ALIKE, 20), (Bond.PAID_ALIKE, 0)]
    )
    def test_each_bond_has_its_weight(self, bond: Bond, points: int) -> None:
        outcome = look(cluster.CHECK, replace(network(), groups=(replace(self.GROUP, bond=bond),)))
        assert rules(outcome) == [f"group_{bond}"]
        assert score(outcome) == points

    def test_amounts_and_signatures_are_shown(self) -> None:
        (finding,) = look(cluster.CHECK, replace(network(), groups=(self.GROUP,))).findings
        assert finding.values == {
            "count": 3, "others": 2, "hub": OTHER, "amount": Decimal(1), "tokens": 0,
        }  # fmt: skip
        assert [(each.account, each.value) for each in finding.evidence] == [
            ("s", "1000000000"), ("t", "1000000000"),
        ]  # fmt: skip

    def test_what_could_not_be_read_is_unknown(self) -> None:
        blind = replace(network(), groups=(self.GROUP,), unseen=UnknownReason.REFUSED)
        outcome = look(cluster.CHECK, blind)
        assert (rules(outcome), outcome.unknown) == (["group_funded_alike"], UnknownReason.REFUSED)


def test_sentences_have_all_their_values() -> None:
    """Every value that a title names is given by the finding of its rule."""
    titles: Mapping[str, Mapping[str, str]] = tomllib.loads(LOCALE.read_text())["risk"]["rule"]
    outcomes = [
        look(creator.CHECK, PROBABLE, made(token("a", removal(0)))),
        look(creator.CHECK, ORIGIN, made(token("a", removal(0)), token("b", removal(0)))),
        look(creator.CHECK, ORIGIN, made(token("a", freezes=(deed("f"),)), first_at=BEGAN)),
        look(
            creator.CHECK,
            ORIGIN,
            made(token(MINT, removal(0), mintings=(Minting(deed("m"), 500),), freezes=(deed("f"),))),
        ),
        look(listed_creator.CHECK, ORIGIN, Listed({MAKER: "list"})),
        look(listed_creator.CHECK, PROBABLE, Listed({MAKER: "list"})),
        look(creator_funding.CHECK, chain(VILLAIN), Listed({VILLAIN: "list"})),
        look(wallet_funding.CHECK, chain(VILLAIN), Listed({VILLAIN: "list"})),
        look(creator_funding.CHECK, chain(OTHER, known=KnownAddress("S", Role.BRIDGE)), NOBODY),
        look(wallet_funding.CHECK, chain(OTHER, known=KnownAddress("S", Role.BRIDGE)), NOBODY),
        look(deployer.CHECK, made(token("a", removal(0)), token("b", removal(0)))),
        look(deployer.CHECK, made(token("a", removal(0)))),
        look(deployer.CHECK, made(token("a"))),
        look(deployer.CHECK, replace(made(), pools=POOLS)),
        look(creator.CHECK, ORIGIN, replace(made(), pools=POOLS)),
        *(
            look(contacts.CHECK, network(each), TestContacts.LISTED)
            for each in (contact(VILLAIN, 10**9), contact(VILLAIN, 0, 10**9), contact(VILLAIN, 1))
        ),
        look(
            contacts.CHECK,
            network(links=(Link(OTHER, contact(VILLAIN, 10**9)),)),
            TestContacts.LISTED,
        ),
        look(
            cluster.CHECK,
            replace(network(), groups=tuple(replace(TestClusters.GROUP, bond=bond) for bond in Bond)),
        ),
    ]
    findings = {finding.rule: finding for outcome in outcomes for finding in outcome.findings}
    assert len(findings) == 29
    for rule, finding in findings.items():
        named = {name for _, name, _, _ in Formatter().parse(titles[rule]["title"]) if name}
        assert named <= finding.values.keys(), rule
        assert finding.evidence, rule
