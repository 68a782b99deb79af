"""The traffic tool against a node: what it says moved is what the chain says moved."""

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from solana.rpc.core import RPCException
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from svm_node.chain import ChainOptions
from svm_node.commitment import Depths
from svm_node.testing import RunningNode, running_node
from tests.integration.svm_node.story import WHOLE, Story
from traffic.__main__ import main
from traffic.actions import NATIVE, Action, Chain, UnexpectedOutcome
from traffic.actors import Actors
from traffic.instructions import pay
from traffic.mints import Extensions
from traffic.randomized import Kind, MissingKeys, RandomTraffic
from traffic.sending import NotConfirmed

pytestmark = pytest.mark.integration


def token_deltas(node: RunningNode, signature: str) -> Counter[tuple[str, str]]:
    """Base units each wallet gained, by owner and mint."""
    record = node.chain.ledger.transaction(signature)
    assert record is not None
    deltas: Counter[tuple[str, str]] = Counter()
    for sign, side in ((-1, record.before), (1, record.after)):
        for balance in side.tokens:
            deltas[str(balance.owner), str(balance.mint)] += sign * balance.amount
    return Counter({key: amount for key, amount in deltas.items() if amount})


def claimed_deltas(action: Action) -> Counter[tuple[str, str]]:
    deltas: Counter[tuple[str, str]] = Counter()
    for move in action.movements:
        if move.asset == NATIVE:
            continue
        if move.source is not None:
            deltas[move.source, move.asset] -= move.sent
        if move.destination is not None:
            deltas[move.destination, move.asset] += move.received
    return deltas


async def test_movements_are_what_the_chain_recorded(story: tuple[RunningNode, Story]) -> None:
    node, told = story
    with_tokens = 0
    for action in told.actions:
        if action.kind == "wrap_native":
            continue
        assert token_deltas(node, action.signature) == claimed_deltas(action), action.kind
        with_tokens += bool(claimed_deltas(action))
    assert with_tokens >= 7


async def test_native_movements_reach_the_receiver_in_full(story: tuple[RunningNode, Story]) -> None:
    node, told = story
    compared = 0
    for action in told.actions:
        record = node.chain.ledger.transaction(action.signature)
        assert record is not None
        keys = [str(key) for key in record.keys.all()]
        for move in action.movements:
            if move.asset == NATIVE and move.destination in keys[1:]:
                index = keys.index(move.destination)
                gained = record.after.lamports[index] - record.before.lamports[index]
                assert gained == move.received
                compared += 1
    assert compared >= 5


async def test_a_confirmation_tells_slot_time_and_outcome(story: tuple[RunningNode, Story]) -> None:
    node, told = story
    for action in told.actions:
        record = node.chain.ledger.transaction(action.signature)
        assert record is not None
        assert action.confirmation is not None
        assert action.confirmation.slot == record.slot
        assert action.confirmation.succeeded == (record.failure is None)
    assert not next(a for a in told.actions if a.kind == "transfer_token_in_vain").movements


async def test_stake_token_powers_and_the_end_of_accounts() -> None:
    options = ChainOptions(depths=Depths(1, 2), slots_per_epoch=32)
    async with running_node(slot_ms=10, options=options) as node, Chain(node.url) as chain:
        alice, bob = Keypair(), Keypair()
        for key in (alice, bob):
            await chain.airdrop(key.pubkey(), 100 * WHOLE)
        vote, _ = await chain.create_validator(alice)
        stake, _ = await chain.stake(bob, vote, 5 * WHOLE)
        node.chain.advance(skip=40)
        await chain.deactivate_stake(bob, stake)
        node.chain.advance(skip=40)
        await chain.withdraw_stake(bob, stake, 5 * WHOLE)
        assert node.chain.accounts.newest(stake) is None
        frozen, _ = await chain.create_mint(
            alice, extensions=Extensions(default_frozen=True), freeze_authority=alice.pubkey()
        )
        await chain.ensure_account(frozen, alice, bob.pubkey())
        with pytest.raises(RPCException, match="custom program error: 0x11"):
            await chain.mint_to(frozen, alice, bob.pubkey(), 5)
        await chain.thaw(frozen, alice, bob.pubkey())
        await chain.mint_to(frozen, alice, bob.pubkey(), 5)
        await chain.freeze(frozen, alice, bob.pubkey())
        paused, _ = await chain.create_mint(alice, extensions=Extensions(pausable=alice.pubkey()))
        await chain.mint_to(paused, alice, alice.pubkey(), 10)
        await chain.set_paused(paused, alice, paused=True)
        with pytest.raises(RPCException, match="Error processing Instruction"):
            await chain.transfer_token(paused, alice, bob.pubkey(), 1, creates_account=True)
        await chain.set_paused(paused, alice, paused=False)
        await chain.transfer_token(paused, alice, bob.pubkey(), 1, creates_account=True)
        await chain.burn(paused, bob, 1)
        before = node.chain.accounts.newest(bob.pubkey())
        await chain.close_account(paused, bob)
        after = node.chain.accounts.newest(bob.pubkey())
        assert before is not None
        assert after is not None
        assert after.lamports > before.lamports
        await chain.approve(paused, alice, bob.pubkey(), 3)
        await chain.revoke(paused, alice)
        await chain.set_mint_authority(paused, alice, None)
        await chain.wrap_native(bob, WHOLE)
        await chain.unwrap_native(bob)
        await chain.transfer_native_in_vain(bob, alice.pubkey())


@pytest.mark.parametrize("version", ["legacy", 0, 1])
async def test_the_same_wish_twice_is_two_transactions_of_any_version(version: Any) -> None:
    async with running_node(slot_ms=10) as node, Chain(node.url, wait=False, version=version) as chain:
        alice, bob = Keypair(), Keypair().pubkey()
        await chain.confirm((await chain.airdrop(alice.pubkey(), WHOLE)).signature)
        sent = [await chain.transfer_native(alice, bob, 10**6) for _ in range(4)]
        assert len({action.signature for action in sent}) == 4
        for action in sent:
            assert (await chain.confirm(action.signature)).succeeded
        read = await chain.client.get_transaction(
            Signature.from_string(sent[0].signature), max_supported_transaction_version=1
        )
        assert read.value is not None
        assert str(read.value.transaction.version).lower().endswith(str(version))


async def test_what_never_confirms_and_what_ends_otherwise() -> None:
    async with running_node() as node, Chain(node.url, timeout_seconds=0.2) as chain:
        with pytest.raises(NotConfirmed):
            await chain.airdrop(Keypair().pubkey(), WHOLE)
    async with running_node(slot_ms=10) as node, Chain(node.url) as chain:
        alice = Keypair()
        await chain.airdrop(alice.pubkey(), WHOLE)
        harmless = pay(alice.pubkey(), alice.pubkey(), 1)
        with pytest.raises(UnexpectedOutcome):
            await chain.run("harmless", [harmless], [alice], fails=True)


async def test_random_traffic_of_every_kind_and_actors_that_last(tmp_path: Path) -> None:
    actors = Actors(tmp_path / "keys.json")
    wallet = actors.get("me").pubkey()
    async with running_node(slot_ms=10) as node, Chain(node.url) as chain:
        for kind in Kind:
            made = RandomTraffic(chain, actors, wallet, kinds=[kind], randomness=random.Random(3))
            await made.prepare()
            action = await made.step()
            record = node.chain.ledger.transaction(action.signature)
            assert record is not None
            owners = {str(balance.owner) for balance in record.after.tokens}
            assert str(wallet) in {str(key) for key in record.keys.all()} | owners
        again = Actors.load(tmp_path / "keys.json")
        assert again.keys == actors.keys
        assert again.mints == actors.mints
        # Known actors and tokens are not made again.
        count = node.chain.ledger.transaction_count
        await RandomTraffic(chain, again, wallet).prepare()
        assert node.chain.ledger.transaction_count == count
    async with running_node(slot_ms=10) as other, Chain(other.url) as chain:
        await RandomTraffic(chain, again, wallet, kinds=[Kind.TOKEN_IN]).prepare()
        assert set(again.mints) == {"classic", "fee"}
        assert again.mints != actors.mints


async def test_a_wallet_whose_keys_are_elsewhere_only_receives(tmp_path: Path) -> None:
    async with Chain("http://127.0.0.1:1") as chain:
        with pytest.raises(MissingKeys, match="swap"):
            RandomTraffic(chain, Actors(tmp_path / "none"), Keypair().pubkey(), kinds=[Kind.SWAP])


async def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = str(tmp_path / "keys.json")
    async with running_node(slot_ms=10) as node:
        rpc = ["--rpc", node.url, "--keys", keys]
        assert await run("new", *rpc, "me") == 0
        address = capsys.readouterr().out.strip()
        assert await run("fund", *rpc, address, "2.5") == 0
        assert "2500000000 of native" in capsys.readouterr().out
        assert (
            await run(*rpc, "--wallet", address, "--count", "2", "--every", "0", "--kinds", "native-in") == 0
        )
        assert capsys.readouterr().out.count("transfer_native ") == 2
        account = node.chain.accounts.newest(Pubkey.from_string(address))
        assert account is not None
        assert account.lamports > 2_500_000_000
        stranger = str(Keypair().pubkey())
        assert await run(*rpc, "--wallet", stranger, "--kinds", "swap") == 1
        assert "the keys of" in capsys.readouterr().err
    assert await run("fund", *rpc, address, "1") == 1
    assert Actors.load(tmp_path / "keys.json").keys["me"].pubkey() == Pubkey.from_string(address)


async def run(*arguments: str) -> int:
    """The command in a thread, as it runs a loop of its own."""
    return await asyncio.to_thread(main, list(arguments))


async def test_faults_reach_the_tool(http: aiohttp.ClientSession) -> None:
    async with running_node(slot_ms=10) as node, Chain(node.url) as chain:
        async with http.post(
            f"{node.url}/control/faults", json={"kind": "node_behind", "slots": 9}
        ) as response:
            assert response.status == 200
        with pytest.raises(RPCException, match="behind by 9 slots"):
            await chain.airdrop(Keypair().pubkey(), WHOLE)
