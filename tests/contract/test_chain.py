"""What a scan asks of `Chain`: the fake, and the RPC reader over a node with real token programs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from solders.keypair import Keypair

from svm_node.testing import running_node
from tests.fakes.chain import FakeChain
from tests.fakes.metrics import FakeMetrics
from traffic.actions import Chain as Acts
from traffic.instructions import associated_account
from traffic.mints import Extensions
from walletwatch.chain.inspection.instructions import MAX_BYTES, all_compute, transfer, unsigned
from walletwatch.chain.inspection.owners import read_slice, read_token_account
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.addresses import decode_address, encode
from walletwatch.domain.chain import AccountData, Simulation, SimulationError, SimulationResult
from walletwatch.domain.programs import TOKEN_2022
from walletwatch.ports.chain import Chain

pytestmark = pytest.mark.integration

AMOUNTS = (500, 30, 2000)


@dataclass
class World:
    """A Token-2022 token that three people hold.

    Attributes:
        accounts: Of it, in the order of `AMOUNTS`.
    """

    chain: Chain
    mint: str
    owners: list[str]
    accounts: list[str]

    def sending(self, amount: int) -> Simulation:
        """From the first to the second."""
        source, destination = self.accounts[:2]
        move = transfer(
            TOKEN_2022, source, self.mint, destination, self.owners[0], amount=amount, decimals=6, extra=()
        )
        wire = unsigned(self.owners[0], [all_compute(), move])
        assert len(wire) < MAX_BYTES
        return Simulation(wire, (source, destination))


@pytest.fixture(params=["fake", "rpc"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    keys = [Keypair() for _ in AMOUNTS]
    owners = [str(key.pubkey()) for key in keys]
    async with running_node(slot_ms=10) as node, Acts(node.url) as acts:
        for key in keys:
            await acts.airdrop(key.pubkey(), 10**10)
        mint, _ = await acts.create_mint(keys[0], extensions=Extensions(transfer_fee=(100, 10**6)))
        for key, amount in zip(keys, AMOUNTS, strict=True):
            await acts.mint_to(mint, keys[0], key.pubkey(), amount)
        accounts = [str(associated_account(key.pubkey(), mint.address, mint.program)) for key in keys]
        client = RpcClient([node.url], metrics=FakeMetrics(), timeout=2.0)
        chain: Chain = RpcChain(BatchingCaller(client))
        held = await chain.accounts(accounts)
        world = World(chain, str(mint.address), owners, accounts)
        if request.param == "fake":
            data = {address: account for address, account in held.items() if account is not None}
            fake = FakeChain(data=data)
            fake.simulates = lambda simulation: _pretend(world, data, simulation)
            world.chain = fake
        yield world
        await client.close()


def _pretend(world: World, data: dict[str, AccountData], simulation: Simulation) -> SimulationResult:
    """What the node answers to `World.sending`."""
    if simulation == world.sending(100):
        left, arrived = 400, 129
    else:
        return SimulationResult(7, SimulationError("Custom", 1, 1), ("Program X failed",), {})
    after = {}
    for address, amount in zip(simulation.watched, (left, arrived), strict=True):
        old = data[address]
        changed = old.data[:64] + amount.to_bytes(8, "little") + old.data[72:]
        after[address] = AccountData(address, old.owner, old.lamports, changed, 7)
    return SimulationResult(7, None, ("Program X success",), after)


async def test_the_largest_accounts_come_first(world: World) -> None:
    first, second, third = world.accounts
    assert list(await world.chain.largest_token_accounts(world.mint)) == [third, first, second]


async def test_all_accounts_are_listed_with_what_is_needed_of_them(world: World) -> None:
    listed = await world.chain.token_accounts_of(world.mint, TOKEN_2022)
    assert {account.address: read_slice(account.data) for account in listed} == {
        address: (owner, amount, False)
        for address, owner, amount in zip(world.accounts, world.owners, AMOUNTS, strict=True)
    }
    assert all(account.owner == TOKEN_2022 for account in listed)


async def test_what_a_wallet_holds_is_listed_with_the_first_bytes(world: World) -> None:
    for address, owner, amount in zip(world.accounts, world.owners, AMOUNTS, strict=True):
        found = await world.chain.held_accounts(owner, head=109)
        held = next(each for each in found if each.address == address)
        assert (held.owner, len(held.data)) == (TOKEN_2022, 109)
        assert read_slice(held.data[32:]) == (owner, amount, False)


async def test_accounts_of_any_size_are_listed_by_their_first_bytes(world: World) -> None:
    key = decode_address(world.mint)
    found = await world.chain.program_accounts(
        TOKEN_2022, size=None, memcmp={0: encode(key + decode_address(world.owners[1]))}, slice_=(32, 8)
    )
    assert [(each.address, each.data) for each in found] == [
        (world.accounts[1], decode_address(world.owners[1])[:8])
    ]


async def test_a_transaction_is_simulated_and_not_made(world: World) -> None:
    passed, failed = await world.chain.simulate([world.sending(100), world.sending(10**9)])
    assert passed.error is None
    assert passed.logs
    held = {address: account for address, account in passed.accounts.items() if account is not None}
    assert [read_token_account(held[each], world.mint) for each in world.accounts[:2]] == [
        (world.owners[0], 400, False), (world.owners[1], 129, False),
    ]  # fmt: skip
    assert failed.error == SimulationError("Custom", 1, 1)  # insufficient funds, of the second instruction
    assert failed.accounts == {}
    kept = (await world.chain.accounts(world.accounts[:1]))[world.accounts[0]]
    assert kept is not None
    assert kept.data[64:72] == AMOUNTS[0].to_bytes(8, "little")
    assert kept.data[:32] == decode_address(world.mint)
