"""Staking rewards: lamports that a stake account gets at the beginning of an epoch, by no transaction."""

from collections.abc import Sequence

from walletwatch.domain.activities import REWARD_PREFIX, Activity, ActivityKind, Leg
from walletwatch.domain.chain import StakingReward
from walletwatch.domain.errors import ChainRefused
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.programs import STAKE
from walletwatch.domain.wallets import AccountKind, WatchedAccount
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Metrics


class Rewarding:
    """Explains what changed a stake account that no transaction has changed."""

    def __init__(self, chain: Chain, metrics: Metrics) -> None:
        self._chain = chain
        self._metrics = metrics

    async def rewards(self, unexplained: Sequence[WatchedAccount]) -> Sequence[StakingReward]:
        """The rewards among these changes, that were credited after the account's cursor.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        stakes = {account.address: account for account in unexplained if account.kind is AccountKind.STAKE}
        if not stakes:
            return ()
        try:
            found = await self._chain.staking_rewards(list(stakes))
        except ChainRefused:
            # Not every provider tells; then the change stays unexplained, and is counted as that.
            self._metrics.count("RewardsRefused")
            return ()
        return [reward for reward in found if reward.slot > stakes[reward.address].cursor.slot]

    async def activity(self, reward: StakingReward, wallet: str) -> Activity:
        """A reward as an activity of the wallet.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        return Activity(
            signature=f"{REWARD_PREFIX}{reward.epoch}-{reward.address}",
            slot=reward.slot,
            block_time=await self._chain.block_time(reward.slot),
            wallet=wallet,
            success=True,
            error=None,
            kind=ActivityKind.REWARD,
            legs=(Leg(NATIVE, reward.lamports, NATIVE_DECIMALS),),
            fee=0,
            rent=0,
            program="Stake",
            programs=(STAKE,),
            details={"stake_account": reward.address, "epoch": reward.epoch},
        )
