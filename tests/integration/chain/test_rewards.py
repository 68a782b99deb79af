"""Staking rewards of a node that has epochs, as its RPC tells them."""

import pytest
from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from svm_node.chain import ChainOptions
from svm_node.commitment import Depths
from svm_node.testing import running_node
from tests.fakes.metrics import FakeMetrics
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.chain import StakingReward

pytestmark = pytest.mark.integration

STAKE_PROGRAM = Pubkey.from_string("Stake11111111111111111111111111111111111111")


async def test_the_reward_of_the_last_epoch_is_told_for_the_accounts_that_have_one() -> None:
    async with running_node(options=ChainOptions(Depths(1, 2), slots_per_epoch=32)) as node:
        stake, other = Keypair().pubkey(), Keypair().pubkey()
        node.chain.set_account(stake, Account(10**9, bytes(200), STAKE_PROGRAM))
        client = RpcClient([node.url], metrics=FakeMetrics())
        chain = RpcChain(client)
        addresses = [str(other), str(stake)]
        assert await chain.staking_rewards(addresses) == []
        while node.chain.epoch_of(node.chain.ledger.tip.slot) < 2:
            node.chain.advance()
        reward = node.chain.reward(stake, 777)
        node.chain.advance()
        assert await chain.staking_rewards(addresses) == [StakingReward(str(stake), 1, reward.slot, 777)]
        account = (await chain.accounts([str(stake)]))[str(stake)]
        assert account is not None
        assert account.lamports == reward.balance == 10**9 + 777
        assert await chain.block_time(reward.slot) == node.chain.ledger.tip.time
        for _ in range(32):
            node.chain.advance()
        assert await chain.staking_rewards(addresses) == []
        await client.close()
