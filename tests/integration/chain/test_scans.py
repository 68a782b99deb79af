"""Whole scans of what was made on the SVM node to harm people, and of what was not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from svm_node.programs import MEMO_PROGRAM
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.lists import FakeAddressLists
from tests.fakes.metrics import FakeMetrics
from tests.fakes.pools import FakePoolCreators
from tests.fakes.prices import FakePrices
from tests.integration.chain.market import BURN, MILLION, WHOLE, World, market
from tests.pool_accounts import PROGRAM
from traffic.instructions import associated_account
from traffic.mints import Extensions, Metadata, Mint, transfer
from walletwatch.bot.texts import texts
from walletwatch.bot.views.connections import ConnectionsView
from walletwatch.bot.views.scan import ScanView
from walletwatch.domain.connections import Tie
from walletwatch.domain.lists import ADMINISTRATORS, ListEntry, ListKind
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import PROFILES, ChainProfile, Exchange
from walletwatch.domain.risk import Level, UnknownReason
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.work import SubjectKind
from walletwatch.parts.scans import make_scan_reports

pytestmark = pytest.mark.integration

TOKENS = PROFILES["x1-mainnet"].tokens
PROFILE = ChainProfile("test", "XNT", None, tokens=TOKENS, exchange=Exchange(PROGRAM))
MOST_FOR_A_TOKEN, MOST_FOR_A_WALLET = 12, 25
"""HTTP requests; a JSON-RPC batch is one."""
TOKEN_ACCOUNTS, TRANSACTIONS = 50, 400


@dataclass
class Scanner:
    """Scans, and counts the requests that the last one made."""

    world: World
    cache: FakeCache
    metrics: FakeMetrics
    lists: FakeAddressLists
    pools: FakePoolCreators = field(default_factory=FakePoolCreators)
    requests: int = 0

    async def scan(self, address: Pubkey, profile: ChainProfile = PROFILE) -> ScanReport:
        prices = FakePrices(self.cache.clock, {NATIVE: Decimal(500)})
        reports = make_scan_reports(
            self.world.client, self.cache, self.metrics, profile, prices, self.lists, self.pools
        )
        before = self.world.metrics.counts["RpcRequests"]
        report = await reports.report(str(address), SubjectKind.AUTO)
        self.requests = self.world.metrics.counts["RpcRequests"] - before
        view, say = ScanView(profile), texts("en")
        # Whatever is found can be told: no text lacks a value.
        view.scan(report, say)
        for page in range(len(report.verdict.findings)):
            view.details(report, page, say)
        if report.connections is not None:
            ConnectionsView(profile).connections(report, report.connections, say)
        return report

    async def sold(self, mint: Mint) -> Mint:
        """A token that the exchange trades, of which the liquidity is burned."""
        await self.world.pool(mint, lp_to=BURN)
        return mint


@pytest.fixture
async def scanner(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scanner]:
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("FETCH_METADATA", "false")
    async with market() as world:
        yield Scanner(world, FakeCache(FakeClock()), FakeMetrics(), FakeAddressLists())


def evidence(report: ScanReport, rule: str) -> set[tuple[str, str, str]]:
    """Account, field and value of all evidence of a rule."""
    findings = [each.finding for each in report.verdict.findings if each.finding.rule == rule]
    assert findings, f"{rule} is not among {rules(report)}"
    return {(each.account, each.field, each.value) for finding in findings for each in finding.evidence}


def rules(report: ScanReport) -> set[str]:
    return {each.finding.rule for each in report.verdict.findings}


async def test_an_honest_token_and_its_cost(scanner: Scanner) -> None:
    mint = await scanner.sold(await scanner.world.token())
    await scanner.world.acts.set_mint_authority(mint, scanner.world.maker, None)
    report = await scanner.scan(mint.address)
    assert report.kind is SubjectKind.TOKEN
    assert report.verdict.level <= Level.CAUTION, rules(report)
    assert scanner.requests <= MOST_FOR_A_TOKEN
    again = await scanner.scan(mint.address)
    assert scanner.requests == 0
    assert again.verdict == report.verdict


async def test_frozen_by_default(scanner: Scanner) -> None:
    mint = await scanner.world.token(
        Extensions(default_frozen=True), freeze_authority=scanner.world.maker.pubkey()
    )
    report = await scanner.scan(mint.address)
    assert evidence(report, "default_frozen") == {(str(mint.address), "default_account_state", "frozen")}
    assert report.verdict.level >= Level.WARNING


async def test_a_hook_that_refuses_sales(scanner: Scanner) -> None:
    mint = await scanner.sold(await scanner.world.token(Extensions(transfer_hook=MEMO_PROGRAM)))
    report = await scanner.scan(mint.address)
    assert {"transfer_impossible"} <= rules(report)
    assert report.verdict.level >= Level.DANGER
    assert scanner.requests <= MOST_FOR_A_TOKEN


async def test_a_permanent_delegate_that_took(scanner: Scanner) -> None:
    world = scanner.world
    thief = world.maker
    mint = await scanner.sold(await world.token(Extensions(permanent_delegate=thief.pubkey())))
    theft = await world.acts.seize(mint, thief, world.people[0].pubkey(), MILLION)
    report = await scanner.scan(mint.address)
    assert report.verdict.level >= Level.DANGER
    (found,) = evidence(report, "permanent_delegate_kept")
    assert found == (str(mint.address), "permanent_delegate", str(thief.pubkey()))
    victim = world.people[0].pubkey()
    assert evidence(report, "delegate_took") == {
        (theft.signature, "taken by the permanent delegate", str(MILLION)),
        (str(associated_account(victim, mint.address, mint.program)), "owner", str(victim)),
    }
    assert scanner.requests <= MOST_FOR_A_TOKEN


async def test_a_permanent_delegate_that_only_moves_its_own(scanner: Scanner) -> None:
    world = scanner.world
    mint = await world.token(Extensions(permanent_delegate=world.maker.pubkey()))
    await world.acts.transfer_token(mint, world.maker, world.people[0].pubkey(), MILLION)
    report = await scanner.scan(mint.address)
    assert "permanent_delegate_kept" in rules(report)
    assert "delegate_took" not in rules(report)


async def test_a_fee_of_99_percent_from_the_next_epoch_on(scanner: Scanner) -> None:
    mint = await scanner.world.token(Extensions(transfer_fee=(100, 10**18)))
    raised = await scanner.world.acts.set_transfer_fee(mint, scanner.world.maker, 9_900, 10**18)
    report = await scanner.scan(mint.address)
    ((account, field, value),) = evidence(report, "transfer_fee_confiscates_soon")
    assert (account, field) == (str(mint.address), "newer_transfer_fee")
    assert value.startswith("9900 basis points")
    assert evidence(report, "fee_raised") == {
        (raised.signature, "setTransferFee", "100 to 9900 basis points")
    }
    assert scanner.requests <= MOST_FOR_A_TOKEN
    assert report.verdict.level >= Level.DANGER


async def test_paused(scanner: Scanner) -> None:
    world = scanner.world
    mint = await scanner.sold(await world.token(Extensions(pausable=world.maker.pubkey())))
    stop = await world.acts.set_paused(mint, world.maker, paused=True)
    report = await scanner.scan(mint.address)
    assert {"paused", "transfer_stopped"} <= rules(report)
    assert report.verdict.level >= Level.WARNING
    await world.acts.set_paused(mint, world.maker, paused=False)
    scanner.cache.values.clear()
    report = await scanner.scan(mint.address)
    assert "paused" not in rules(report)
    assert evidence(report, "pause_used") == {(stop.signature, "pause", str(world.maker.pubkey()))}


async def test_a_mint_that_was_closed(scanner: Scanner) -> None:
    world = scanner.world
    keeper = world.maker
    mint, _ = await world.acts.create_mint(keeper, extensions=Extensions(close_authority=keeper.pubkey()))
    report = await scanner.scan(mint.address)
    assert evidence(report, "close_authority_kept") == {
        (str(mint.address), "close_authority", str(keeper.pubkey()))
    }
    closed = await world.acts.close_mint(mint, keeper)
    name = next(key for key in scanner.cache.values if key.startswith("token:"))
    scanner.cache.values = {name: scanner.cache.values[name]}
    report = await scanner.scan(mint.address)
    # It was a token when its name was read; now there is nothing that could be looked at.
    assert report.kind is SubjectKind.TOKEN
    assert "mint_authority" in report.verdict.unknown
    assert report.verdict.confidence < 20
    # Whoever comes later does not even see a name: the history tells.
    scanner.cache.values.clear()
    report = await scanner.scan(mint.address)
    assert report.kind is SubjectKind.WALLET
    assert evidence(report, "mint_closed") == {(closed.signature, "closeAccount", str(mint.address))}
    assert report.verdict.level >= Level.DANGER


async def test_a_false_dollar(scanner: Scanner) -> None:
    extensions = Extensions(metadata=Metadata("USD Coin on X1", "USDC.x"))
    mint, _ = await scanner.world.acts.create_mint(scanner.world.maker, extensions=extensions)
    report = await scanner.scan(mint.address)
    assert (str(mint.address), "symbol", "USDC.x") in evidence(report, "imitates_listed")
    assert report.verdict.level >= Level.DANGER


async def test_a_honeypot_whose_buyers_are_frozen(scanner: Scanner) -> None:
    world = scanner.world
    mint = await scanner.sold(await world.token(freeze_authority=world.maker.pubkey()))
    for buyer in world.people:
        await world.acts.freeze(mint, world.maker, buyer.pubkey())
    report = await scanner.scan(mint.address)
    assert {"sell_impossible", "sell_refused_to_some"} & rules(report)
    assert report.verdict.level >= Level.DANGER


async def test_powers_that_somebody_else_than_the_maker_uses(scanner: Scanner) -> None:
    world = scanner.world
    keeper, (first, second) = Keypair(), world.people
    await world.acts.airdrop(keeper.pubkey(), 10 * WHOLE)
    mint = await world.token(freeze_authority=keeper.pubkey())
    await world.pool(mint, lp_to=BURN, opened_at=await world.now())
    await asyncio.sleep(1.1)
    await world.acts.set_mint_authority(mint, world.maker, keeper.pubkey())
    minted = await world.acts.mint_to(mint, keeper, first.pubkey(), 40 * MILLION)
    await world.acts.freeze(mint, keeper, first.pubkey())
    await world.acts.thaw(mint, keeper, first.pubkey())
    frozen = await world.acts.freeze(mint, keeper, second.pubkey())
    report = await scanner.scan(mint.address)
    assert (minted.signature, "mintTo", str(40 * MILLION)) in evidence(report, "minted_after_launch")
    account = str(associated_account(second.pubkey(), mint.address, mint.program))
    assert evidence(report, "holders_frozen") == {(frozen.signature, "freezeAccount", account)}
    assert scanner.requests <= MOST_FOR_A_TOKEN


async def test_what_a_busy_token_costs(scanner: Scanner) -> None:
    world = scanner.world
    mint = await scanner.sold(await world.token(Extensions(transfer_fee=(100, 10**18))))
    for _ in range(10):
        await asyncio.gather(
            *(world.acts.burn(mint, person, 1 + number) for number, person in enumerate(world.people)),
            *(
                world.acts.mint_to(mint, world.maker, world.people[0].pubkey(), 1 + number)
                for number in range(10)
            ),
        )
        world.node.chain.advance()
    report = await scanner.scan(mint.address)
    assert report.verdict.unknown["deeds"] is UnknownReason.TOO_MUCH
    assert scanner.requests <= MOST_FOR_A_TOKEN


async def test_whoever_is_warned_of_and_whoever_is_vouched_for(scanner: Scanner) -> None:
    world = scanner.world
    maker, now = str(world.maker.pubkey()), scanner.cache.clock.now()
    await scanner.lists.put(ListEntry(maker, ListKind.BLOCK, "a public list", "took the liquidity", now))
    mint = await scanner.sold(await world.token())
    report = await scanner.scan(mint.address)
    assert (maker, "list", "a public list") in evidence(report, "creator_listed")
    assert report.verdict.level >= Level.DANGER
    report = await scanner.scan(world.maker.pubkey())
    assert evidence(report, "reported") == {(maker, "list: a public list", "took the liquidity")}
    assert report.verdict.level >= Level.WARNING
    await scanner.lists.put(ListEntry(maker, ListKind.ALLOW, ADMINISTRATORS, "it was not him", now, 1))
    scanner.cache.values.clear()
    report = await scanner.scan(world.maker.pubkey())
    assert report.trusted
    assert "reported" not in rules(report)
    assert "creator_listed" not in rules(await scanner.scan(mint.address))


async def test_lists_that_cannot_be_asked_are_unknown(scanner: Scanner) -> None:
    scanner.lists.outage.down = True
    report = await scanner.scan(scanner.world.people[0].pubkey())
    assert report.verdict.unknown["listed"] is UnknownReason.UNAVAILABLE
    assert report.verdict.unknown["contacts"] is UnknownReason.UNAVAILABLE


async def test_a_wallet_with_open_doors(scanner: Scanner) -> None:
    world = scanner.world
    owner, stranger = world.people[0], Keypair()
    mint = await world.token(freeze_authority=world.maker.pubkey())
    approval = await world.acts.approve(mint, owner, stranger.pubkey(), 5 * MILLION)
    frozen = await world.token(freeze_authority=world.maker.pubkey())
    await world.acts.freeze(frozen, world.maker, owner.pubkey())
    false = Extensions(metadata=Metadata("USD Coin on X1", "USDC.x"), permanent_delegate=stranger.pubkey())
    fake, _ = await world.acts.create_mint(world.maker, extensions=false)
    await world.acts.mint_to(fake, world.maker, owner.pubkey(), 7)
    empty, _ = await world.acts.create_mint(world.maker)
    await world.acts.ensure_account(empty, world.maker, owner.pubkey())
    report = await scanner.scan(owner.pubkey())
    assert report.kind is SubjectKind.WALLET
    assert scanner.requests <= MOST_FOR_A_WALLET
    approved = next(each.finding for each in report.verdict.findings if each.finding.rule == "approval_open")
    assert approved.remark == "approved_on"
    assert (approval.signature, "approve", str(stranger.pubkey())) in evidence(report, "approval_open")
    assert {value for _, field, value in evidence(report, "approval_open") if field == "delegate"} == {
        str(stranger.pubkey())
    }
    assert {"account_frozen", "fake_token_held", "rent_reclaimable"} <= rules(report)
    assert report.verdict.level >= Level.CAUTION


async def test_what_is_no_wallet(scanner: Scanner) -> None:
    world = scanner.world
    mint = await world.token()
    holding = associated_account(world.maker.pubkey(), mint.address, mint.program)
    for address, kind, shown in (
        (MEMO_PROGRAM, "program", "owner program"),
        (holding, "token_account", "owner"),
    ):
        report = await scanner.scan(address)
        assert shown in {field for _, field, _ in evidence(report, f"address_is_{kind}")}
        assert not report.verdict.is_clear
        assert report.verdict.unknown["subject"] is UnknownReason.NO_WALLET
    assert "subject" not in (await scanner.scan(world.maker.pubkey())).verdict.unknown


async def test_whom_a_wallet_is_connected_with(scanner: Scanner) -> None:
    world = scanner.world
    owner, friend = world.people
    await world.acts.transfer_native(world.maker, owner.pubkey(), 3 * WHOLE)
    await world.acts.transfer_native(owner, friend.pubkey(), WHOLE)
    await world.acts.transfer_native(friend, world.maker.pubkey(), 2 * WHOLE)
    report = await scanner.scan(owner.pubkey())
    assert report.connections is not None
    me, other, maker = (str(key.pubkey()) for key in (owner, friend, world.maker))
    paid = {(each.source, each.target): each.lamports for each in report.connections.of(Tie.PAID)}
    assert (paid[maker, me], paid[me, other], paid[other, maker]) == (3 * WHOLE, WHOLE, 2 * WHOLE)


async def test_a_wallet_that_was_emptied(scanner: Scanner) -> None:
    world = scanner.world
    owner, thief = world.people[0], Keypair()
    mint = await world.token()
    for _ in range(6):
        await world.acts.transfer_native(owner, world.people[1].pubkey(), WHOLE)
    await world.acts.run(
        "theft",
        [transfer(mint, owner.pubkey(), world.maker.pubkey(), MILLION)],
        [owner],
    )
    await world.acts.transfer_native(owner, thief.pubkey(), 93 * WHOLE)
    report = await scanner.scan(owner.pubkey())
    assert "wallet_emptied" in rules(report)
    ((_, _, balances),) = evidence(report, "wallet_emptied")
    assert "before" in balances


async def test_what_a_busy_wallet_costs(scanner: Scanner) -> None:
    world = scanner.world
    owner, friends = world.people[0], [Keypair().pubkey() for _ in range(20)]
    for number in range(TOKEN_ACCOUNTS):
        extensions = Extensions(transfer_fee=(100, 10**9)) if number % 2 else None
        mint, _ = await world.acts.create_mint(world.maker, extensions=extensions)
        await world.acts.mint_to(mint, world.maker, owner.pubkey(), 1000 + number)
    for first in range(0, TRANSACTIONS, len(friends)):
        # Different amounts, since the same transaction is made once only.
        await asyncio.gather(
            *(
                world.acts.transfer_native(owner, friend, 10**6 + first + place)
                for place, friend in enumerate(friends)
            )
        )
    report = await scanner.scan(owner.pubkey())
    assert scanner.requests <= MOST_FOR_A_WALLET
    assert set(report.verdict.unknown) == {
        "habits", "deployer", "funding", "contacts", "given_accounts", "nonces",
    }  # fmt: skip
    assert set(report.verdict.unknown.values()) == {UnknownReason.TOO_MUCH}
    await scanner.scan(owner.pubkey())
    assert scanner.requests == 0


async def test_a_wallet_whose_stake_others_have_a_say_about(scanner: Scanner) -> None:
    world = scanner.world
    owner, stranger = world.people[0], Keypair().pubkey()
    vote, _ = await world.acts.create_validator(world.maker)
    own, managed, given = [(await world.acts.stake(owner, vote, 3 * WHOLE))[0] for _ in range(3)]
    await world.acts.authorize_stake(owner, managed, stranger, withdrawer=False)
    await world.acts.authorize_stake(owner, given, stranger, withdrawer=True)
    report = await scanner.scan(owner.pubkey())
    assert evidence(report, "stake_managed_by_other") == {(str(managed), "staker", str(stranger))}
    assert evidence(report, "stake_withdrawn_by_other") == {(str(given), "withdrawer", str(stranger))}
    accounts = {each.account for weighed in report.verdict.findings for each in weighed.finding.evidence}
    assert str(own) not in accounts
    assert "stake_has_custodian" not in rules(report)


async def test_a_wallet_that_gave_its_accounts_away(scanner: Scanner) -> None:
    world = scanner.world
    owner, thief = world.people[0], Keypair().pubkey()
    escrow = Pubkey.find_program_address([b"escrow"], MEMO_PROGRAM)[0]
    kept, taken, escrowed = [await world.token() for _ in range(3)]
    theft = await world.acts.give_account(taken, owner, thief)
    await world.acts.give_account(escrowed, owner, escrow)
    report = await scanner.scan(owner.pubkey())
    account = str(associated_account(owner.pubkey(), taken.address, taken.program))
    assert evidence(report, "deposit_account_given_away") == {
        (theft.signature, "setAuthority accountOwner", account),
        (account, "owner", str(thief)),
        (account, "amount", str(20 * MILLION)),
    }
    assert str(escrow) in {value for _, _, value in evidence(report, "account_given_to_program")}
    assert report.verdict.level >= Level.WARNING
    assert scanner.requests <= MOST_FOR_A_WALLET
    accounts = {each.account for weighed in report.verdict.findings for each in weighed.finding.evidence}
    assert str(associated_account(owner.pubkey(), kept.address, kept.program)) not in accounts


async def test_a_wallet_and_the_nonces_of_others(scanner: Scanner) -> None:
    world = scanner.world
    owner, stranger = world.people
    target = Keypair().pubkey()
    own, _ = await world.acts.create_nonce(owner, owner.pubkey())
    given, _ = await world.acts.create_nonce(owner, owner.pubkey())
    await world.acts.authorize_nonce(given, owner, stranger.pubkey())
    trap, _ = await world.acts.create_nonce(stranger, stranger.pubkey())
    signed = await world.acts.pay_on_nonce(trap, stranger, owner, target, WHOLE)
    report = await scanner.scan(owner.pubkey())
    assert (str(given), "authority", str(stranger.pubkey())) in evidence(report, "nonce_of_other")
    assert (str(given), "paid by", str(owner.pubkey())) in evidence(report, "nonce_of_other")
    assert (str(own), "authority", str(owner.pubkey())) in evidence(report, "nonce_kept")
    assert evidence(report, "signed_on_nonce_of_other") == {
        (signed.signature, "advanceNonce", str(trap)),
        (str(trap), "authority", str(stranger.pubkey())),
    }
    assert report.verdict.level <= Level.CAUTION
    assert scanner.requests <= MOST_FOR_A_WALLET
