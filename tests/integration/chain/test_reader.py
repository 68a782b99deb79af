"""The reader against the SVM node, with money that really moves."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from svm_node.faults import Fault
from svm_node.testing import RunningNode, running_node
from tests.fakes.metrics import FakeMetrics
from tests.unit.chain.test_core_assets import core_asset, core_collection
from traffic.actions import Chain
from traffic.instructions import associated_account
from traffic.mints import Extensions, Mint
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.inspection.mint_state import read_mint_state
from walletwatch.chain.rpc import client as rpc_client
from walletwatch.chain.rpc import endpoint as rpc_endpoint
from walletwatch.chain.rpc import reader
from walletwatch.chain.rpc.client import MAX_TRIES, RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.tokens.core_assets import ChainCoreAssets
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.collectibles import AssetPower, CoreAsset, HeldAssets
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.mint import (
    Extensions as MintExtensions,
)
from walletwatch.domain.inspection.mint import (
    FeeSchedule,
    MintState,
    Pausable,
    TransferFee,
)
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.wallets import AccountKind, Cursor, NewAccount

pytestmark = pytest.mark.integration

WHOLE = 10**9
UNKNOWN_SIGNATURE = "1" * 64
BEGINNING = Cursor(0)
NO_EXTENSIONS = MintExtensions()


@dataclass
class World:
    """A chain with two wallets, and the reader that is looked at."""

    node: RunningNode
    acts: Chain
    client: RpcClient
    alice: Keypair
    bob: Keypair

    @property
    def chain(self) -> RpcChain:
        return RpcChain(self.client)

    def strike(self, kind: str, *methods: str, **options: Any) -> None:
        self.node.node.faults.add(Fault.from_json({"kind": kind, "methods": list(methods), **options}))

    async def digest(self, kind: AccountKind, address: Pubkey) -> bytes:
        (observation,) = await self.chain.observe([(str(address), kind)])
        (account,) = observation.accounts
        assert account.address == str(address)
        return account.digest

    def overwrite(self, address: Pubkey, offset: int, value: bytes, *, lamports: int = 0) -> None:
        """Change an account's bytes as no transaction does, and let it be confirmed."""
        account = self.node.chain.accounts.newest(address)
        assert account is not None
        data = bytearray(account.data)
        data[offset : offset + len(value)] = value
        changed = Account(account.lamports + lamports, bytes(data), account.owner)
        self.node.chain.set_account(address, changed)
        self.node.chain.advance()
        self.node.chain.advance()


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(rpc_client, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(rpc_endpoint, "LIMIT_PAUSE_SECONDS", 0.001)
    async with running_node(slot_ms=10) as node, Chain(node.url) as acts:
        client = RpcClient([node.url], metrics=FakeMetrics(), timeout=2.0)
        alice, bob = Keypair(), Keypair()
        for key in (alice, bob):
            await acts.airdrop(key.pubkey(), 100 * WHOLE)
        yield World(node, acts, client, alice, bob)
        await client.close()


def _signatures(found: Sequence[Any]) -> list[str]:
    return [info.signature for info in found]


async def _classic(world: World) -> tuple[Mint, Pubkey]:
    """A token of the classic program of which alice has a million, and her account of it."""
    mint, _ = await world.acts.create_mint(world.alice, freeze_authority=world.alice.pubkey())
    await world.acts.mint_to(mint, world.alice, world.alice.pubkey(), 10**6)
    return mint, associated_account(world.alice.pubkey(), mint.address, mint.program)


class TestBalances:
    async def test_lamports_tokens_of_both_programs_and_wrapped_native(self, world: World) -> None:
        classic, account = await _classic(world)
        modern, _ = await world.acts.create_mint(
            world.alice, decimals=2, extensions=Extensions(transfer_fee=(100, 10**7))
        )
        await world.acts.mint_to(modern, world.alice, world.alice.pubkey(), 777)
        await world.acts.wrap_native(world.alice, 3 * WHOLE)
        await world.acts.approve(classic, world.alice, world.bob.pubkey(), 99)
        await world.acts.freeze(classic, world.alice, world.alice.pubkey())

        balance = await world.chain.wallet_balance(str(world.alice.pubkey()))
        held = world.node.chain.accounts.newest(world.alice.pubkey())
        assert held is not None
        assert balance.lamports == held.lamports
        by_mint = {holding.mint: holding for holding in balance.holdings}
        assert by_mint.keys() == {str(classic.address), str(modern.address), WRAPPED_NATIVE_MINT}
        of_classic = by_mint[str(classic.address)]
        assert (of_classic.address, of_classic.kind) == (str(account), AccountKind.TOKEN)
        assert (of_classic.amount, of_classic.decimals, of_classic.frozen) == (10**6, 6, True)
        assert (of_classic.delegate, of_classic.delegated_amount) == (str(world.bob.pubkey()), 99)
        of_modern = by_mint[str(modern.address)]
        assert (of_modern.kind, of_modern.amount, of_modern.decimals) == (AccountKind.TOKEN_2022, 777, 2)
        assert (of_modern.frozen, of_modern.delegate, of_modern.delegated_amount) == (False, None, 0)
        assert by_mint[WRAPPED_NATIVE_MINT].amount == 3 * WHOLE

        accounts = await world.chain.token_accounts(str(world.alice.pubkey()))
        assert {(new.address, new.kind, new.mint) for new in accounts} == {
            (holding.address, holding.kind, holding.mint) for holding in balance.holdings
        }

    async def test_a_wallet_that_does_not_exist_holds_nothing(self, world: World) -> None:
        nobody = str(Keypair().pubkey())
        balance = await world.chain.wallet_balance(nobody)
        assert (balance.address, balance.lamports, list(balance.holdings)) == (nobody, 0, [])

    @pytest.mark.parametrize("method", ["getBalance", "getTokenAccountsByOwner"])
    async def test_half_an_answer_is_no_balance(self, world: World, method: str) -> None:
        world.strike("node_behind", method, slots=9)
        with pytest.raises(ChainUnavailable):
            await world.chain.wallet_balance(str(world.alice.pubkey()))


class TestObserving:
    async def test_a_wallet_changes_with_its_lamports_only(self, world: World) -> None:
        wallet = world.bob.pubkey()
        before = await world.digest(AccountKind.SYSTEM, wallet)
        await world.acts.memo(world.alice, "nothing that concerns bob")
        assert await world.digest(AccountKind.SYSTEM, wallet) == before
        await world.acts.transfer_native(world.alice, wallet, 1)
        after = await world.digest(AccountKind.SYSTEM, wallet)
        assert after != before
        await world.acts.transfer_native_in_vain(world.bob, world.alice.pubkey())
        assert await world.digest(AccountKind.SYSTEM, wallet) != after

    async def test_a_token_account_changes_with_what_its_owner_can_lose(self, world: World) -> None:
        mint, account = await _classic(world)
        seen = [await world.digest(AccountKind.TOKEN, account)]
        alice, bob = world.alice, world.bob.pubkey()
        acts: list[Callable[[], Awaitable[object]]] = [
            lambda: world.acts.transfer_token(mint, alice, bob, 5, creates_account=True),
            lambda: world.acts.approve(mint, alice, bob, 99),
            lambda: world.acts.approve(mint, alice, bob, 100),
            lambda: world.acts.revoke(mint, alice),
            lambda: world.acts.freeze(mint, alice, alice.pubkey()),
        ]
        for act in acts:
            await act()
            seen.append(await world.digest(AccountKind.TOKEN, account))
        assert len(set(seen)) == len(seen)
        await world.acts.thaw(mint, world.alice, world.alice.pubkey())
        assert await world.digest(AccountKind.TOKEN, account) == seen[4]
        await world.acts.transfer_native(world.bob, account, 1)
        assert await world.digest(AccountKind.TOKEN, account) not in seen

    async def test_what_lies_behind_the_account_proper_does_not_count(self, world: World) -> None:
        mint, _ = await world.acts.create_mint(world.alice, extensions=Extensions(transfer_fee=(100, 10**7)))
        await world.acts.mint_to(mint, world.alice, world.alice.pubkey(), 10**6)
        account = associated_account(world.alice.pubkey(), mint.address, mint.program)
        held = world.node.chain.accounts.newest(account)
        assert held is not None
        before = await world.digest(AccountKind.TOKEN_2022, account)
        world.overwrite(account, len(held.data) - 8, (7).to_bytes(8, "little"))  # the withheld fee
        assert await world.digest(AccountKind.TOKEN_2022, account) == before
        world.overwrite(account, 64, (7).to_bytes(8, "little"))  # the amount
        assert await world.digest(AccountKind.TOKEN_2022, account) != before

    async def test_an_account_appears_and_goes(self, world: World) -> None:
        mint, _ = await _classic(world)
        account = associated_account(world.bob.pubkey(), mint.address, mint.program)
        absent = await world.digest(AccountKind.TOKEN, account)
        await world.acts.ensure_account(mint, world.alice, world.bob.pubkey())
        assert await world.digest(AccountKind.TOKEN, account) != absent
        await world.acts.close_account(mint, world.bob)
        assert await world.digest(AccountKind.TOKEN, account) == absent

    async def test_a_stake_account_changes_with_its_delegation(self, world: World) -> None:
        vote, _ = await world.acts.create_validator(world.alice)
        stake, _ = await world.acts.stake(world.bob, vote, 5 * WHOLE)
        before = await world.digest(AccountKind.STAKE, stake)
        assert await world.digest(AccountKind.STAKE, stake) == before
        await world.acts.deactivate_stake(world.bob, stake)
        assert await world.digest(AccountKind.STAKE, stake) != before

    async def test_many_are_asked_for_by_the_hundred_and_keep_their_order(self, world: World) -> None:
        addresses = [str(Keypair().pubkey()) for _ in range(201)]
        addresses[150] = str(world.alice.pubkey())
        calls = world.node.node.calls["getMultipleAccounts"]
        observations = await world.chain.observe([(each, AccountKind.SYSTEM) for each in addresses])
        assert world.node.node.calls["getMultipleAccounts"] - calls == 3
        assert [len(observation.accounts) for observation in observations] == [100, 100, 1]
        accounts = [account for observation in observations for account in observation.accounts]
        assert [account.address for account in accounts] == addresses
        assert len({account.digest for account in accounts}) == 2
        newest = await world.chain.slot()
        assert all(0 < observation.slot <= newest for observation in observations)

    async def test_accounts_of_all_kinds_share_a_call_and_change_as_they_do_alone(self, world: World) -> None:
        _, token = await _classic(world)
        vote, _ = await world.acts.create_validator(world.alice)
        stake, _ = await world.acts.stake(world.bob, vote, 5 * WHOLE)
        alike = [
            (str(world.alice.pubkey()), AccountKind.SYSTEM),
            (str(token), AccountKind.TOKEN),
            (str(stake), AccountKind.STAKE),
            (str(stake), AccountKind.SYSTEM),
        ]
        alone = [(await world.chain.observe([each]))[0].accounts[0] for each in alike]
        calls = world.node.node.calls["getMultipleAccounts"]
        (together,) = await world.chain.observe(alike)
        assert world.node.node.calls["getMultipleAccounts"] - calls == 1
        assert together.accounts == alone
        assert len({account.digest for account in alone}) == 4
        before = [account.digest for account in (await world.chain.observe(alike[1:3]))[0].accounts]
        assert before == [account.digest for account in alone[1:3]]

    async def test_nothing_to_look_at_costs_no_call(self, world: World) -> None:
        assert list(await world.chain.observe([])) == []
        assert world.node.node.calls["getMultipleAccounts"] == 0


class TestStakeAccounts:
    async def test_those_of_either_authority_and_no_others(self, world: World) -> None:
        vote, _ = await world.acts.create_validator(world.alice)
        assert await world.chain.stake_accounts(str(world.bob.pubkey())) == []
        mine, _ = await world.acts.stake(world.bob, vote, 5 * WHOLE)
        shared, _ = await world.acts.stake(world.bob, vote, 5 * WHOLE)
        world.overwrite(shared, 44, bytes(world.alice.pubkey()))
        of_bob = await world.chain.stake_accounts(str(world.bob.pubkey()))
        of_alice = await world.chain.stake_accounts(str(world.alice.pubkey()))
        assert {each.address for each in of_bob} == {str(mine), str(shared)}
        assert of_alice == [NewAccount(str(shared), AccountKind.STAKE)]

    async def test_a_node_that_does_not_answer_such_questions(self, world: World) -> None:
        world.strike("rpc_error", "getProgramAccounts", code=410, message="disabled")
        with pytest.raises(ChainRefused):
            await world.chain.stake_accounts(str(world.bob.pubkey()))


class TestHistory:
    async def test_what_comes_after_the_cursor_newest_first_failed_ones_too(self, world: World) -> None:
        wallet = str(world.bob.pubkey())
        first = await world.acts.transfer_native(world.alice, world.bob.pubkey(), 1)
        second = await world.acts.transfer_native_in_vain(world.bob, world.alice.pubkey())
        third = await world.acts.transfer_native(world.bob, world.alice.pubkey(), 1)
        assert first.confirmation
        slot = first.confirmation.slot

        by_signature = await world.chain.signatures(
            wallet, after=Cursor(slot, first.signature), min_context_slot=None
        )
        assert [(info.signature, info.failed) for info in by_signature] == [
            (third.signature, False),
            (second.signature, True),
        ]
        by_slot = await world.chain.signatures(wallet, after=Cursor(slot), min_context_slot=None)
        assert _signatures(by_slot) == [third.signature, second.signature]
        from_before = await world.chain.signatures(wallet, after=Cursor(slot - 1), min_context_slot=None)
        assert _signatures(from_before) == [third.signature, second.signature, first.signature]
        newest = Cursor(by_slot[0].slot, third.signature)
        assert await world.chain.signatures(wallet, after=newest, min_context_slot=None) == []

    async def test_a_cursor_that_the_node_has_forgotten_ends_at_its_slot(self, world: World) -> None:
        await world.acts.transfer_native(world.alice, world.bob.pubkey(), 1)
        second = await world.acts.transfer_native(world.alice, world.bob.pubkey(), 2)
        third = await world.acts.transfer_native(world.alice, world.bob.pubkey(), 3)
        assert second.confirmation
        found = await world.chain.signatures(
            str(world.bob.pubkey()),
            after=Cursor(second.confirmation.slot, UNKNOWN_SIGNATURE),
            min_context_slot=None,
        )
        # The slot of the cursor itself is told again rather than lost: its order is not known.
        assert _signatures(found) == [third.signature, second.signature]

    @pytest.mark.parametrize("page", [1, 2, 3, 7, 8])
    async def test_pages_are_followed_to_the_cursor(
        self, world: World, page: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reader, "SIGNATURES_PER_PAGE", page)
        start = await world.chain.slot()
        acts = [await world.acts.transfer_native(world.alice, world.bob.pubkey(), n) for n in range(1, 8)]
        wallet = str(world.bob.pubkey())
        found = await world.chain.signatures(wallet, after=Cursor(start), min_context_slot=None)
        assert _signatures(found) == [act.signature for act in reversed(acts)]
        assert acts[1].confirmation
        cursor = Cursor(acts[1].confirmation.slot, acts[1].signature)
        found = await world.chain.signatures(wallet, after=cursor, min_context_slot=None)
        assert _signatures(found) == [act.signature for act in reversed(acts[2:])]

    async def test_a_node_that_has_not_seen_the_slot_is_not_believed(self, world: World) -> None:
        wallet = str(world.bob.pubkey())
        seen = await world.chain.slot()
        assert await world.chain.signatures(wallet, after=BEGINNING, min_context_slot=seen)
        with pytest.raises(ChainUnavailable):
            await world.chain.signatures(wallet, after=BEGINNING, min_context_slot=seen + 10_000)

    async def test_a_token_account_has_a_history_of_its_own(self, world: World) -> None:
        """A transfer to an existing token account does not mention the wallet that owns it."""
        mint, _ = await _classic(world)
        await world.acts.ensure_account(mint, world.alice, world.bob.pubkey())
        slot = await world.chain.slot()
        sent = await world.acts.transfer_token(mint, world.alice, world.bob.pubkey(), 5)
        account = associated_account(world.bob.pubkey(), mint.address, mint.program)
        assert _signatures(
            await world.chain.signatures(str(account), after=Cursor(slot), min_context_slot=None)
        ) == [sent.signature]
        wallet = str(world.bob.pubkey())
        assert await world.chain.signatures(wallet, after=Cursor(slot), min_context_slot=None) == []


class TestTransactions:
    async def test_they_can_be_decoded_whatever_their_version(self, world: World) -> None:
        sent = []
        for version in ("legacy", 0, 1):
            async with Chain(world.node.url, version=version) as acts:
                sent.append(await acts.transfer_native(world.alice, world.bob.pubkey(), 5))
        results = await world.chain.transactions([act.signature for act in sent])
        assert list(results) == [act.signature for act in sent]
        assert [result["version"] for result in results.values()] == ["legacy", 0, 1]
        for signature, result in results.items():
            activity = decode_transaction(result, str(world.bob.pubkey()))
            assert activity is not None
            assert (activity.signature, activity.kind) == (signature, ActivityKind.TRANSFER_IN)
            assert [(leg.asset, leg.amount) for leg in activity.legs] == [("native", 5)]

    async def test_one_that_is_not_known_makes_all_of_them_wait(self, world: World) -> None:
        sent = await world.acts.transfer_native(world.alice, world.bob.pubkey(), 5)
        with pytest.raises(ChainUnavailable):
            await world.chain.transactions([sent.signature, UNKNOWN_SIGNATURE])

    async def test_a_node_that_knows_the_history_before_the_transaction(self, world: World) -> None:
        sent = await world.acts.transfer_native(world.alice, world.bob.pubkey(), 5)
        world.strike("missing_transaction", asks=1)
        with pytest.raises(ChainUnavailable):
            await world.chain.transactions([sent.signature])
        assert sent.signature in await world.chain.transactions([sent.signature])

    async def test_a_refusal_is_not_the_end_of_a_transaction_that_exists(self, world: World) -> None:
        sent = await world.acts.transfer_native(world.alice, world.bob.pubkey(), 5)
        world.strike("rpc_error", "getTransaction", code=-32015, message="version")
        with pytest.raises(ChainUnavailable):
            await world.chain.transactions([sent.signature])


async def _minted(world: World, address: Pubkey) -> MintState | None:
    account = (await world.chain.accounts([str(address)]))[str(address)]
    return None if account is None else read_mint_state(account)


class TestMints:
    async def test_authorities_supply_and_extensions(self, world: World) -> None:
        mint, _ = await world.acts.create_mint(
            world.alice,
            decimals=2,
            freeze_authority=world.bob.pubkey(),
            extensions=Extensions(
                transfer_fee=(100, 10**7),
                permanent_delegate=world.bob.pubkey(),
                default_frozen=True,
                pausable=world.alice.pubkey(),
            ),
        )
        facts = await _minted(world, mint.address)
        assert facts is not None
        assert (facts.token_2022, facts.supply, facts.decimals) == (True, 0, 2)
        assert facts.mint_authority == str(world.alice.pubkey())
        assert facts.freeze_authority == str(world.bob.pubkey())
        alice, bob = str(world.alice.pubkey()), str(world.bob.pubkey())
        fee = FeeSchedule(0, 100, 10**7)
        assert facts.extensions == replace(
            NO_EXTENSIONS,
            transfer_fee=TransferFee(fee, fee, alice, alice),
            permanent_delegate=bob,
            default_frozen=True,
            pausable=Pausable(alice, paused=False),
        )

    async def test_a_classic_mint_without_authorities(self, world: World) -> None:
        mint, _ = await world.acts.create_mint(world.alice)
        await world.acts.mint_to(mint, world.alice, world.alice.pubkey(), 5)
        await world.acts.set_mint_authority(mint, world.alice, None)
        facts = await _minted(world, mint.address)
        assert facts is not None
        assert (facts.token_2022, facts.supply, facts.extensions) == (False, 5, NO_EXTENSIONS)
        assert (facts.mint_authority, facts.freeze_authority) == (None, None)

    async def test_what_is_no_mint_is_none(self, world: World) -> None:
        _, account = await _classic(world)
        for address in (account, world.alice.pubkey(), Keypair().pubkey()):
            assert await _minted(world, address) is None


class TestFaults:
    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            ("rate_limit", {"retry_after": 0}),
            ("rate_limit_html", {}),
            ("http_error", {"status": 502}),
            ("node_behind", {"slots": 42}),
            ("node_behind", {"slots": None}),
            ("rpc_error", {"code": -32016, "message": "Minimum context slot has not been reached"}),
            ("drop_connection", {}),
        ],
    )
    async def test_what_passes_is_tried_again_and_what_stays_is_said(
        self, world: World, kind: str, options: dict[str, Any]
    ) -> None:
        world.strike(kind, "getSlot", times=MAX_TRIES - 1, **options)
        assert await world.chain.slot() > 0
        world.strike(kind, "getSlot", **options)
        with pytest.raises(ChainUnavailable):
            await world.chain.slot()

    async def test_what_will_never_be_answered_is_asked_once(self, world: World) -> None:
        world.strike("rpc_error", "getSlot", code=-32601, message="Method not found")
        calls = world.client._metrics.counts["RpcCalls"]  # type: ignore[attr-defined]
        with pytest.raises(ChainRefused):
            await world.chain.slot()
        assert world.client._metrics.counts["RpcCalls"] == calls + 1  # type: ignore[attr-defined]


class TestCoreAssets:
    async def test_a_wallets_assets_are_listed_and_read(self, world: World) -> None:
        """The program is not on the local chain: the accounts are put there as its IDL lays them out."""
        wallet = str(world.alice.pubkey())
        band = core_collection("band", plugins={7: (b"\2", b"")})
        mine = core_asset("mine", owner=wallet, collection=band.address)
        theirs = core_asset("theirs", owner=str(world.bob.pubkey()))
        for each in (band, mine, theirs):
            account = Account(10**7, each.data, Pubkey.from_string(each.owner))
            world.node.chain.set_account(Pubkey.from_string(each.address), account)
        reader = ChainCoreAssets(world.chain)
        assert await reader.held_by(wallet) == HeldAssets((mine.address,), left_out=0)
        found = await reader.of([mine.address, band.address])
        assert found == {
            mine.address: CoreAsset(
                mine.address, "mine", band.address, "band", frozen=False, powers=(AssetPower.TRANSFER,)
            )
        }
