"""Whom a wallet deals with, whom those deal with, and who acts together with it."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest

from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.unit.chain.scenes import Story, address, anchor_tag
from tests.unit.inspection.lives import POOLS, XDEX, Lives, made
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.inspection import histories
from walletwatch.chain.inspection.contacts import contacts_of
from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.parts import FLEETING, STEADY, Part, PartReader
from walletwatch.chain.inspection.people import ListedPeople, TokenPeople, WalletPeople
from walletwatch.domain.activities import Activity
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.inspection.creator import Deployments, TokenOrigin
from walletwatch.domain.inspection.funding import FundingChain, FundingEnd
from walletwatch.domain.inspection.network import Bond, Contact, Listed, Network
from walletwatch.domain.profile import PROFILES, WRAPPED_NATIVE_MINT, KnownAddress, Role
from walletwatch.domain.risk import Facts, Unknown, UnknownReason

ME, FUNDER, BANK, FRIEND, VILLAIN = (address(name) for name in ("me", "funder", "bank", "friend", "villain"))
EXCHANGE = address("exchange")
PROFILE = replace(PROFILES["x1-mainnet"], labels={EXCHANGE: KnownAddress("Somewhere", Role.EXCHANGE)})
COINS = [address(f"coin {number}") for number in range(3)]


@pytest.fixture
def lives() -> Lives:
    return Lives()


def activities(lives: Lives, wallet: str = ME) -> list[Activity]:
    decoded = [
        decode_transaction(lives.chain.results[info.signature], wallet)
        for info in lives.chain.history.get(wallet, [])
    ]
    return [activity for activity in decoded if activity is not None]


async def read(lives: Lives, *, whole: bool = True) -> Facts:
    lives.chain.calls.clear()
    return await WalletPeople(lives.chain, PROFILE).read(ME, activities(lives), whole=whole)


def pay(lives: Lives, source: str, target: str, lamports: int = 10**8) -> str:
    return lives.land(Story(source).pay(source, target, lamports), target)


def swap(lives: Lives, who: str, coin: str) -> str:
    story = Story(who).call(XDEX, anchor_tag("swap_base_input") + bytes(16), who)
    story.send(WRAPPED_NATIVE_MINT, who, POOLS, 10**6, inside=True).send(coin, POOLS, who, 5, inside=True)
    return lives.land(story, coin)


async def test_contacts_come_with_amounts_in_both_directions(lives: Lives) -> None:
    lives.fund(FUNDER, ME)
    pay(lives, ME, FRIEND, 3 * 10**8)
    largest = pay(lives, ME, FRIEND, 5 * 10**8)
    pay(lives, FRIEND, ME, 10**8)
    lives.land(Story(ME).send(COINS[0], ME, VILLAIN, 5), VILLAIN)
    slot = lives.chain.current_slot
    found = contacts_of(ME, activities(lives))
    assert [contact.address for contact in found] == [FUNDER, FRIEND, VILLAIN]
    assert found[1] == Contact(FRIEND, 10**8, 8 * 10**8, 0, 0, largest, slot - 2)
    assert (found[2].tokens_in, found[2].tokens_out, found[2].sent) == (0, 1, 0)


async def test_all_is_read_in_two_calls_and_two_more_for_the_third_hop(lives: Lives) -> None:
    lives.fund(address("far"), EXCHANGE)
    lives.fund(EXCHANGE, BANK)
    lives.fund(BANK, FUNDER)
    lives.fund(FUNDER, ME)
    pay(lives, ME, FRIEND)
    facts = await read(lives)
    chain = facts[FundingChain]
    assert (chain.funders, chain.end, chain.known.name) == (
        (FUNDER, BANK, EXCHANGE), FundingEnd.KNOWN, "Somewhere",
    )  # fmt: skip
    # The first two are asked at the same time, so they are one batch.
    assert lives.chain.calls == ["past", "past", "transactions", "past", "transactions"]
    assert facts[Deployments].tokens == ()
    for fact in facts.values():
        assert decode(encode(fact), type(fact)) == fact


async def test_a_contacts_dealings_with_others_are_links(lives: Lives) -> None:
    lives.fund(EXCHANGE, ME, FRIEND)
    pay(lives, ME, FRIEND)
    signature = pay(lives, FRIEND, VILLAIN, 7 * 10**8)
    network = (await read(lives))[Network]
    beyond = {link.beyond.address: link for link in network.links}
    assert beyond.keys() == {VILLAIN, EXCHANGE}
    assert beyond[VILLAIN].contact == FRIEND
    assert beyond[VILLAIN].beyond == Contact(VILLAIN, 0, 7 * 10**8, 0, 0, signature, lives.chain.current_slot)
    # What an exchange pays out says nothing of whom it paid.
    assert EXCHANGE not in {link.contact for link in network.links}


async def test_somebody_with_too_many_transactions_is_no_acquaintance(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives.fund(EXCHANGE, ME)
    pay(lives, ME, FRIEND)
    for _ in range(8):
        pay(lives, FRIEND, VILLAIN)
    monkeypatch.setattr(histories, "PAGE", 8)
    network = (await read(lives))[Network]
    assert network.links == ()
    assert network.complete


async def test_new_wallets_that_were_funded_alike_are_a_group(lives: Lives) -> None:
    twins = [address(f"twin {number}") for number in range(3)]
    lives.fund(BANK, FUNDER)
    pay(lives, FUNDER, address("old acquaintance"), 10**9)
    for each in (twins[0], ME, *twins[1:]):
        lives.fund(FUNDER, each)
    lives.fund(FUNDER, address("other amount"), lamports=2 * 10**9)
    (group,) = (await read(lives))[Network].groups
    assert (group.bond, group.hub) == (Bond.FUNDED_ALIKE, FUNDER)
    assert group.members == tuple(sorted([ME, *twins]))
    assert group.lamports == (10**9, 10**9)
    assert len(group.signatures) == 4


async def test_paying_several_the_same_is_another_kind_of_group(lives: Lives) -> None:
    lives.fund(EXCHANGE, ME)
    workers = [address(f"worker {number}") for number in range(4)]
    story = Story(ME)
    for worker in workers:
        story.pay(ME, worker, 10**8)
    signature = lives.land(story, *workers)
    (group,) = (await read(lives))[Network].groups
    assert (group.bond, group.hub, group.signatures) == (Bond.PAID_ALIKE, ME, (signature,))
    assert group.members == tuple(sorted(workers))


async def test_who_trades_the_same_young_tokens_in_the_same_minutes(lives: Lives) -> None:
    lives.fund(EXCHANGE, ME)
    bot, passer = address("bot"), address("passer-by")
    for coin in COINS[:2]:
        lives.land(made(coin, VILLAIN), coin)
        swap(lives, ME, coin)
        swap(lives, bot, coin)
    swap(lives, passer, COINS[1])
    (group,) = (await read(lives))[Network].groups
    assert (group.bond, group.hub) == (Bond.TRADED_ALIKE, None)
    assert group.members == tuple(sorted([ME, bot]))
    assert set(group.tokens) == set(COINS[:2])


async def test_old_tokens_are_traded_by_everybody(lives: Lives) -> None:
    lives.fund(EXCHANGE, ME)
    for coin in COINS[:2]:
        lives.land(made(coin, VILLAIN), coin)
    lives.chain.current_slot += 216_000
    for coin in COINS[:2]:
        swap(lives, ME, coin)
        swap(lives, address("bot"), coin)
    network = (await read(lives))[Network]
    assert (network.groups, network.unseen) == ((), None)


async def test_a_token_that_is_traded_too_much_to_tell_its_age_is_owned_up_to(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives.fund(EXCHANGE, ME)
    for _ in range(9):
        swap(lives, address("bot"), COINS[0])
    swap(lives, ME, COINS[0])
    monkeypatch.setattr(histories, "PAGE", 9)
    assert (await read(lives))[Network].unseen is UnknownReason.TOO_MUCH


async def test_customers_of_a_busy_funder_are_no_group(lives: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    lives.fund(BANK, FUNDER)
    for each in (address("one"), ME, address("two"), address("three")):
        lives.fund(FUNDER, each)
    assert len((await read(lives))[Network].groups) == 1
    monkeypatch.setattr(histories, "PAGE", 5)
    facts = await read(lives)
    assert (facts[Network].groups, facts[Network].unseen) == ((), None)
    assert facts[FundingChain].end == Unknown(UnknownReason.TOO_MUCH)


async def test_without_the_whole_history_the_funder_is_unknown_and_contacts_are_some(lives: Lives) -> None:
    lives.fund(FUNDER, ME)
    facts = await read(lives, whole=False)
    assert facts[FundingChain] == Unknown(UnknownReason.TOO_MUCH)
    assert not facts[Network].complete
    assert facts[Network].contacts


async def test_a_chain_that_does_not_answer_leaves_only_what_was_known(lives: Lives) -> None:
    lives.fund(FUNDER, ME)
    own = activities(lives)
    lives.chain.down = True
    facts = await WalletPeople(lives.chain, PROFILE).read(ME, own, whole=True)
    network = facts[Network]
    assert (network.links, network.groups, network.unseen) == (
        Unknown(UnknownReason.UNAVAILABLE), (), UnknownReason.UNAVAILABLE,
    )  # fmt: skip
    assert network.contacts[0].address == FUNDER
    assert facts[FundingChain].funders == (FUNDER,)
    assert facts[FundingChain].end == Unknown(UnknownReason.UNAVAILABLE)


async def test_a_wallet_that_never_did_anything_costs_nothing(lives: Lives) -> None:
    facts = await read(lives)
    assert lives.chain.calls == []
    assert facts[Network] == Network(ME, (), (), (), None, complete=True)
    assert facts[FundingChain] == FundingChain(ME, (), FundingEnd.NOBODY)


class TestTokens:
    async def test_creator_and_funding_are_read_in_four_calls(self, lives: Lives) -> None:
        lives.fund(EXCHANGE, VILLAIN)
        lives.land(made(COINS[0], VILLAIN), COINS[0])
        people = TokenPeople(lives.chain, PROFILE)
        facts = dict(await people.origin(COINS[0], {}))
        facts |= await people.creator(COINS[0], facts)
        assert facts[TokenOrigin].creator == VILLAIN
        assert [token.mint for token in facts[Deployments].tokens] == [COINS[0]]
        assert facts[FundingChain].end is FundingEnd.KNOWN
        # Two pages of signatures at once, and the mints of the maker's tokens besides.
        assert lives.chain.calls == ["past", "past", "transactions", "past", "transactions", "accounts"]

    async def test_without_a_creator_there_is_neither(self, lives: Lives) -> None:
        nobody = Unknown(UnknownReason.NOT_KEPT)
        facts = await TokenPeople(lives.chain, PROFILE).creator(COINS[0], {TokenOrigin: nobody})
        assert facts == {Deployments: nobody, FundingChain: nobody}

    async def test_without_the_creators_history_there_is_neither(self, lives: Lives) -> None:
        lives.land(made(COINS[0], VILLAIN), COINS[0])
        people = TokenPeople(lives.chain, PROFILE)
        origin = await people.origin(COINS[0], {})
        lives.chain.down = True
        unavailable = Unknown(UnknownReason.UNAVAILABLE)
        facts = await people.creator(COINS[0], origin)
        assert facts == {Deployments: unavailable, FundingChain: unavailable}


class FakeListings:
    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources
        self.asked: list[str] = []
        self.down = False

    async def hits(self, addresses: Collection[str]) -> Mapping[str, str]:
        if self.down:
            raise StoreUnavailable("down")
        self.asked = list(addresses)
        return {address: self.sources[address] for address in self.asked if address in self.sources}


async def test_everybody_around_is_looked_up(lives: Lives) -> None:
    lives.fund(BANK, FUNDER)
    lives.fund(FUNDER, ME, FRIEND)
    pay(lives, ME, FRIEND)
    pay(lives, FRIEND, VILLAIN)
    facts = await read(lives)
    listings = FakeListings({VILLAIN: "X1 Rug Watch", BANK: "an admin"})
    listed = await ListedPeople(listings).read(ME, facts)
    assert listed == {Listed: Listed({VILLAIN: "X1 Rug Watch", BANK: "an admin"})}
    assert len(listings.asked) == len(set(listings.asked))
    assert decode(encode(listed[Listed]), Listed | Unknown) == listed[Listed]
    listings.down = True
    assert (await ListedPeople(listings).read(ME, facts))[Listed] == Unknown(UnknownReason.UNAVAILABLE)


async def test_the_parts_of_a_token_are_read_through_the_cache(lives: Lives) -> None:
    lives.fund(VILLAIN, BANK)
    lives.land(made(COINS[0], BANK), COINS[0])
    people, clock = TokenPeople(lives.chain, PROFILE), FakeClock()
    listed = ListedPeople(FakeListings({VILLAIN: "list"}))
    parts = (
        Part("origin", (TokenOrigin,), STEADY, people.origin),
        Part("creator", (Deployments, FundingChain), STEADY, people.creator, (TokenOrigin,)),
        Part("listed", (Listed,), FLEETING, listed.read, (TokenOrigin, FundingChain)),
    )
    reader = PartReader(parts, cache=FakeCache(clock), clock=clock, metrics=FakeMetrics(), chain="x1")
    first = (await reader.read(COINS[0])).facts
    assert first[Listed] == Listed({VILLAIN: "list"})
    asked = len(lives.chain.calls)
    assert (await reader.read(COINS[0])).facts == first
    assert len(lives.chain.calls) == asked
