"""`ports.money.Stakes` from the chain: two requests over a `BatchingCaller`."""

import asyncio
from typing import Final

from walletwatch.chain.stake_account import (
    STAKE_HISTORY,
    read_delegation,
    read_history,
    read_reserve,
    read_stake,
)
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused
from walletwatch.domain.programs import STAKE
from walletwatch.domain.staking import Effect, StakeHistory, StakePosition, WalletStakes, effect_of
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock

MAX_ACCOUNTS: Final = 99
"""As many as one call reads beside the history."""


class ChainStakes:
    """Reads the stake accounts whose staker or withdrawer a wallet is."""

    def __init__(self, chain: Chain, clock: Clock) -> None:
        self._chain = chain
        self._clock = clock

    async def of(self, wallet: str) -> WalletStakes:
        """All of them that could be looked at, as of the present epoch.

        Raises:
            ChainUnavailable: The chain could not be asked.
            ChainRefused: The node does not list a wallet's stake accounts.
        """
        now = self._clock.now()
        found = sorted(each.address for each in await self._chain.stake_accounts(wallet))
        looked = found[:MAX_ACCOUNTS]
        if not looked:
            return WalletStakes(wallet, await self._chain.epoch(), now, (), 0, rewards_known=True)
        accounts, epoch, rewards = await asyncio.gather(
            self._chain.accounts([*looked, STAKE_HISTORY]), self._chain.epoch(), self._rewards(looked)
        )
        history = read_history(accounts[STAKE_HISTORY])
        positions = [
            position
            for address in looked
            if (account := accounts[address]) is not None
            and (position := _position(account, epoch, history, rewards)) is not None
        ]
        positions.sort(key=lambda each: (-each.lamports, each.address))
        return WalletStakes(
            wallet, epoch, now, tuple(positions), len(found) - len(looked), rewards is not None
        )

    async def _rewards(self, addresses: list[str]) -> dict[str, int] | None:
        try:
            rewards = await self._chain.staking_rewards(addresses)
        except ChainRefused:
            return None
        return {each.address: each.lamports for each in rewards}


def _position(
    account: AccountData, epoch: int, history: StakeHistory, rewards: dict[str, int] | None
) -> StakePosition | None:
    """None where it was closed in between, or has no authorities."""
    stake = read_stake(account) if account.owner == STAKE else None
    if stake is None:
        return None
    delegation = read_delegation(account.data)
    return StakePosition(
        address=stake.address,
        lamports=stake.lamports,
        reserve=read_reserve(account.data),
        staker=stake.staker,
        withdrawer=stake.withdrawer,
        custodian=stake.custodian,
        locked_until=stake.locked_until,
        locked_until_epoch=stake.locked_until_epoch,
        delegation=delegation,
        effect=effect_of(delegation, epoch, history) if delegation else Effect(),
        reward=None if rewards is None else rewards.get(stake.address, 0),
    )
