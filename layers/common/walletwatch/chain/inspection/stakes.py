"""The stake accounts of a wallet: two calls."""

from typing import Final

from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.stake_account import META_BYTES, read_stake
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.stakes import Stakes
from walletwatch.domain.programs import STAKE
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.chain import Chain

MAX_ACCOUNTS: Final = 100
"""As many as one call reads."""


class StakesReader:
    """Reads the stake accounts whose staker or withdrawer a wallet is."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def read(self, wallet: str, _facts: Facts) -> Facts:
        """`Stakes`."""
        try:
            found = [each.address for each in await self._chain.stake_accounts(wallet)]
            looked = sorted(found)[:MAX_ACCOUNTS]
            accounts = await self._chain.accounts(looked, head=META_BYTES) if looked else {}
        except (ChainRefused, ChainUnavailable) as error:
            return {Stakes: unknown(error)}
        read = []
        for account in accounts.values():
            # One that was closed in between has nobody to fear.
            if account is not None and account.owner == STAKE:
                stake = read_stake(account)
                if stake is None:
                    return {Stakes: Unknown(UnknownReason.UNREADABLE)}
                read.append(stake)
        return {Stakes: Stakes(wallet, tuple(read), len(found) - len(looked))}
