"""A stake account is found on the SVM node, and then its changes are seen."""

import pytest
from solders.keypair import Keypair

from svm_node.faults import Fault
from svm_node.testing import running_node
from tests.unit.services.conftest import World
from traffic.actions import Chain
from walletwatch.chain.parsing.belongings import belongings
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.sweep import Shard
from walletwatch.domain.wallets import AccountKind, NewAccount
from walletwatch.services.sweep_rounds import SweepRounds

pytestmark = pytest.mark.integration

WHOLE = 10**9
ALL = Shard(0, 1)


async def test_found_and_then_seen_to_change() -> None:
    world = World()
    async with running_node(slot_ms=10) as node, Chain(node.url) as acts:
        client = RpcClient([node.url], metrics=world.metrics, timeout=5.0)
        reader = RpcChain(client)
        rounds = SweepRounds(
            watch=world.stores.watch,
            chain=reader,
            queues=world.queues,
            clock=world.clock,
            metrics=world.metrics,
        )

        async def changed() -> list[str]:
            world.queues.checks.clear()
            await rounds.run(ALL)
            return [hint.address for check in world.queues.checks for hint in check.hints]

        owner, validator = Keypair(), Keypair()
        wallet = str(owner.pubkey())
        for key in (owner, validator):
            await acts.airdrop(key.pubkey(), 100 * WHOLE)
        await world.watch(1, wallet, slot=await reader.slot())
        vote, _ = await acts.create_validator(validator)
        await rounds.run(ALL)

        node.node.faults.add(
            Fault.from_json(
                {
                    "kind": "rpc_error",
                    "methods": ["getProgramAccounts"],
                    "times": 2,
                    "code": -32601,
                    "message": "disabled",
                }
            )
        )
        stake, staked = await acts.stake(owner, vote, 5 * WHOLE)
        assert await changed() == [wallet]
        assert world.metrics.counts["StakeSearchesFailed"] == 1
        assert await changed() == [str(stake)]
        assert await changed() == []

        await acts.deactivate_stake(owner, stake)
        assert set(await changed()) == {wallet, str(stake)}

        # The transaction itself shows it too, so that the check of the wallet need not wait for a search.
        results = await reader.transactions([staked.signature])
        assert belongings(results[staked.signature], wallet) == [NewAccount(str(stake), AccountKind.STAKE)]
        await client.close()
