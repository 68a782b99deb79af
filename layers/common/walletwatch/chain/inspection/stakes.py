"""The stake accounts of a wallet: two calls (solana-program, `StakeStateV2`)."""

from typing import Final

from walletwatch.chain.inspection.failures import unknown
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.stakes import StakeAccount, Stakes
from walletwatch.domain.programs import STAKE, SYSTEM
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.chain import Chain

MAX_ACCOUNTS: Final = 100
"""As many as one call reads."""
META_BYTES: Final = 124
"""Kind, deposit, staker, withdrawer, and the lockup's time, epoch and custodian."""
_WITH_META: Final = frozenset({1, 2})
"""Initialized, and delegated."""


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


def read_stake(account: AccountData) -> StakeAccount | None:
    """A stake account's authorities; None where it has none."""
    data = account.data
    if len(data) < META_BYTES or int.from_bytes(data[:4], "little") not in _WITH_META:
        return None
    until = int.from_bytes(data[76:84], "little", signed=True)
    epoch = int.from_bytes(data[84:92], "little")
    custodian = encode_address(data[92:124])
    return StakeAccount(
        account.address,
        account.lamports,
        encode_address(data[12:44]),
        encode_address(data[44:76]),
        None if custodian == SYSTEM or not (until or epoch) else custodian,
        max(until, 0),
        epoch,
        account.slot,
    )
