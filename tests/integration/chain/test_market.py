"""Who holds a token, its pools, and what becomes of trials, on the SVM node: real accounts, real programs."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from svm_node.programs import COMPUTE_BUDGET_PROGRAM, MEMO_PROGRAM, TOKEN_PROGRAM
from tests.integration.chain.market import BURN, MILLION, REFUSED, WHOLE, WRAPPED, World, market
from tests.pool_accounts import PROGRAM, MadePool
from traffic.instructions import associated_account
from traffic.mints import Extensions, Mint, transfer
from walletwatch.chain.rpc import client as rpc_client
from walletwatch.domain.inspection.holders import Holders, OwnerKind
from walletwatch.domain.inspection.liquidity import Liquidity
from walletwatch.domain.inspection.tradability import AttemptKind, Failed, Passed, Tradability
from walletwatch.domain.risk import Facts, Unknown, UnknownReason, Verdict
from walletwatch.scanner.check import make_all
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token_checks import TOKEN_CHECKS

pytestmark = pytest.mark.integration


def judged(facts: Facts) -> Verdict:
    return weigh(make_all(TOKEN_CHECKS, facts), read_rules())


def rules(facts: Facts) -> set[str]:
    return {each.finding.rule for each in judged(facts).findings}


def results(facts: Mapping[type, Any], kind: AttemptKind, *, swap: bool = False) -> list[Any]:
    attempts = facts[Tradability].attempts
    return [each.result for each in attempts if each.kind is kind and each.swap is swap]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(rpc_client, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(rpc_client, "MAX_BACKOFF_SECONDS", 0.002)
    async with market() as world:
        yield world


async def test_a_classic_token_with_locked_liquidity_is_fine(world: World) -> None:
    mint = await world.token()
    await world.pool(mint, lp_to=BURN)
    await world.acts.set_mint_authority(mint, world.maker, None)
    facts = await world.facts(mint)
    assert world.requests[0] <= 3
    assert world.requests[1] <= 4
    assert world.requests[2] <= 2

    holders = facts[Holders]
    assert [(each.owner.kind, each.amount // MILLION) for each in holders.largest] == [
        (OwnerKind.POOL, 100), (OwnerKind.PERSON, 50), (OwnerKind.PERSON, 20), (OwnerKind.PERSON, 10),
    ]  # fmt: skip
    assert holders.owners == 4
    liquidity = facts[Liquidity]
    (pool,) = liquidity.pools
    assert liquidity.complete
    assert pool.depth_usd == 40_000
    assert (pool.reserve, pool.counter_reserve) == (100 * MILLION, 40 * WHOLE)
    assert (pool.lp.supply, pool.lp.burned, pool.lp.makers, pool.removals) == (1000, 1000, 0, ())
    assert all(isinstance(each, Passed) for each in results(facts, AttemptKind.TRANSFER))
    assert [each.arrived for each in results(facts, AttemptKind.BUY)] == [MILLION // 10]
    assert len(results(facts, AttemptKind.SELL)) == 2 + 1
    assert all(isinstance(each, Passed) for each in results(facts, AttemptKind.SELL))
    # There is no program of the exchange on this chain: its refusal says nothing about the token.
    swaps = [*results(facts, AttemptKind.BUY, swap=True), *results(facts, AttemptKind.SELL, swap=True)]
    assert swaps == [Unknown(UnknownReason.UNTRIED)] * 3
    assert rules(facts) == {"few_holders", "lp_safe", "supply_concentrated"}
    assert judged(facts).unknown == {}


async def test_what_the_maker_can_still_do_is_told(world: World) -> None:
    mint = await world.token()
    pool = await world.pool(mint, lp_to=world.maker.pubkey(), burned=100)
    facts = await world.facts(mint)
    lp = facts[Liquidity].pools[0].lp
    # 1,100 by the pool's count: 900 the maker's, 100 at the burn address, 100 that nobody was ever given.
    assert (lp.supply, lp.burned, lp.makers) == (1100, 200, 900)
    (finding,) = (each.finding for each in judged(facts).findings if each.finding.rule == "lp_held_by_maker")
    assert finding.values == {"share": Decimal("81.8")}
    assert finding.evidence[0].account == pool.address


async def test_money_that_was_taken_out_is_found(world: World) -> None:
    mint = await world.token()
    pool = await world.pool(mint, lp_to=world.maker.pubkey())
    # What a withdrawal does: the LP mint is named, and both vaults have less.
    owner = world.people[0]
    own = Mint(mint.address, mint.program, mint.decimals)
    await world.acts.wrap_native(owner, 20 * WHOLE)
    swapped = MadePool(
        pool.mints,
        (0, 0),
        decimals=pool.decimals,
        lp_supply=2000,
        known_vaults=(
            str(associated_account(owner.pubkey(), WRAPPED.address, TOKEN_PROGRAM)),
            str(associated_account(owner.pubkey(), mint.address, mint.program)),
        ),
        programs=pool.programs,
        creator=str(owner.pubkey()),
        known_lp_mint=pool.lp_mint,
    )
    account = Account(10**7, swapped.data(), Pubkey.from_string(PROGRAM))
    world.node.chain.set_account(Pubkey.from_string(swapped.address), account)
    lp = Mint(Pubkey.from_string(pool.lp_mint), TOKEN_PROGRAM, 9)
    await world.acts.ensure_account(WRAPPED, world.maker, world.maker.pubkey())
    await world.acts.run(
        "withdraw",
        [
            transfer(own, owner.pubkey(), world.maker.pubkey(), 15 * MILLION),
            transfer(WRAPPED, owner.pubkey(), world.maker.pubkey(), 18 * WHOLE),
            transfer(lp, world.maker.pubkey(), world.maker.pubkey(), 1),
        ],
        [owner, world.maker],
    )
    facts = await world.facts(mint)
    assert world.requests[1] <= 4
    states = {each.address: each for each in facts[Liquidity].pools}
    (removal,) = states[swapped.address].removals
    assert (removal.by, removal.share) == (str(owner.pubkey()), Decimal("0.75"))
    assert states[pool.address].removals == ()
    # 28 percent of what both pools held.
    assert "liquidity_pulled" in rules(facts)
    assert judged(facts).score >= 60


async def test_a_fee_takes_what_it_says_and_no_more(world: World) -> None:
    mint = await world.token(Extensions(transfer_fee=(1000, 10**15)))
    await world.pool(mint, lp_to=BURN)
    facts = await world.facts(mint)
    (bought,) = results(facts, AttemptKind.BUY)
    assert (bought.sent, bought.arrived) == (MILLION // 10, MILLION // 10 * 9 // 10)
    assert not {"takes_more_than_fee", "transfer_impossible", "sell_impossible"} & rules(facts)


async def test_what_is_paused_does_not_move(world: World) -> None:
    mint = await world.token(Extensions(pausable=world.maker.pubkey()))
    await world.pool(mint, lp_to=BURN)
    await world.acts.set_paused(mint, world.maker, paused=True)
    facts = await world.facts(mint)
    kinds = (AttemptKind.TRANSFER, AttemptKind.BUY)
    failed = [result for kind in kinds for result in results(facts, kind)]
    assert failed
    program = str(mint.program)
    assert set(failed) == {Failed("MintPaused", program, by_design=True)}
    assert {"transfer_stopped", "paused"} <= rules(facts)
    await world.acts.set_paused(mint, world.maker, paused=False)
    assert not {"transfer_stopped", "paused"} & rules(await world.facts(mint))


async def test_a_newcomer_to_what_comes_frozen_gets_none(world: World) -> None:
    extensions = Extensions(default_frozen=True)
    mint = await world.token(extensions, freeze_authority=world.maker.pubkey())
    await world.pool(mint, lp_to=BURN)
    facts = await world.facts(mint)
    program = str(mint.program)
    assert results(facts, AttemptKind.BUY) == [Failed("AccountFrozen", program, by_design=False)]
    assert all(isinstance(each, Passed) for each in results(facts, AttemptKind.TRANSFER))
    # He never got any, so that his sale could not even be tried; those of the holders succeed.
    sold = results(facts, AttemptKind.SELL)
    assert [type(each) for each in sold] == [Passed, Passed, Unknown]
    assert not {"transfer_impossible", "sell_impossible", "sell_refused_to_some"} & rules(facts)


async def test_frozen_holders_cannot_move_it(world: World) -> None:
    mint = await world.token(freeze_authority=world.maker.pubkey())
    for owner in (world.maker, *world.people):
        await world.acts.freeze(mint, world.maker, owner.pubkey())
    facts = await world.facts(mint, exchange=False)
    assert Liquidity not in facts
    assert all(holding.frozen for holding in facts[Holders].largest)
    assert {type(each) for each in results(facts, AttemptKind.TRANSFER)} == {Failed}
    assert "transfer_impossible" in rules(facts)
    assert judged(facts).score >= 70


async def test_a_hook_that_refuses_is_found(world: World) -> None:
    # The memo program takes text only, and what a hook is told is none: it refuses whatever it is asked.
    mint = await world.token(Extensions(transfer_hook=MEMO_PROGRAM))
    await world.pool(mint, lp_to=BURN)
    facts = await world.facts(mint)
    failed = [each.result for each in facts[Tradability].attempts]
    refused = [each for each in failed if isinstance(each, Failed)]
    assert {each.program for each in refused} == {str(MEMO_PROGRAM)}
    assert not any(isinstance(each, Passed) for each in failed)
    assert "transfer_impossible" in rules(facts)


async def test_a_hook_that_lets_pass_is_no_refusal(world: World) -> None:
    mint = await world.token(Extensions(transfer_hook=COMPUTE_BUDGET_PROGRAM))
    await world.pool(mint, lp_to=BURN)
    facts = await world.facts(mint)
    assert {type(each.result) for each in facts[Tradability].attempts} == {Passed}


async def test_where_the_largest_accounts_are_refused_all_are_listed(world: World) -> None:
    mint = await world.token(Extensions(transfer_fee=(100, 10**12)))
    await world.pool(mint, lp_to=world.maker.pubkey())
    asked = await world.facts(mint)
    world.strike("getTokenLargestAccounts", **REFUSED)
    listed = await world.facts(mint)
    assert listed[Holders].largest == asked[Holders].largest
    assert listed[Holders].owners == 4
    assert listed[Liquidity].pools == asked[Liquidity].pools
    assert world.requests[0] <= 3
    assert world.requests[1] <= 4


async def test_what_no_node_tells_is_unknown(world: World) -> None:
    mint = await world.token()
    await world.pool(mint, lp_to=BURN)
    world.strike("getTokenLargestAccounts", **REFUSED)
    world.strike("getProgramAccounts", **REFUSED)
    facts = await world.facts(mint)
    refused = Unknown(UnknownReason.REFUSED)
    assert (facts[Holders], facts[Liquidity], facts[Tradability]) == (refused, refused, refused)
    verdict = judged(facts)
    assert {"holder_concentration", "pool_exists", "sell_trial", "fee_trial"} <= verdict.unknown.keys()
    assert verdict.confidence < 60


async def test_a_token_that_nobody_trades(world: World) -> None:
    mint = await world.token()
    facts = await world.facts(mint)
    assert facts[Liquidity].pools == ()
    assert "no_pool" in rules(facts)
    passed = results(facts, AttemptKind.TRANSFER)
    assert [each.arrived for each in passed] == [None, None, 20 * MILLION // 1000]


async def test_who_has_no_lamports_tries_nothing(world: World) -> None:
    mint = await world.token()
    for owner in (world.maker, *world.people):
        account = Account(10**6, b"", Pubkey.from_string("11111111111111111111111111111111"))
        world.node.chain.set_account(owner.pubkey(), account)
    for _ in range(2):
        world.node.chain.advance()
    facts = await world.facts(mint)
    assert facts[Tradability] == Unknown(UnknownReason.UNTRIED)
