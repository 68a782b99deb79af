"""`ports.money.Sums` from the chain: what known accounts hold, a hundred a call, whoever owns them."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from walletwatch.chain.stake_account import META_BYTES, read_stake
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.holdings import AccountSums
from walletwatch.domain.programs import STAKE, TOKEN_PROGRAMS
from walletwatch.ports.chain import Chain

HEAD: Final = max(109, META_BYTES)
"""A token account up to its state, a stake account up to its authorities."""
PER_CALL: Final = 100
_AMOUNT: Final = slice(64, 72)
_STATE: Final = 108
_FROZEN: Final = 2


class ChainSums:
    """Looks at a wallet's accounts; what has come into other hands is not counted."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def of(
        self, wallets: Mapping[str, Sequence[str]], whole: Collection[str] = ()
    ) -> Mapping[str, AccountSums]:
        """What the accounts of each wallet hold, the wallet's own among them.

        A wallet of which not all could be read is absent.
        """
        wanted = list(
            dict.fromkeys(address for wallet, others in wallets.items() for address in (wallet, *others))
        )
        calls = [wanted[start : start + PER_CALL] for start in range(0, len(wanted), PER_CALL)]
        answers = await asyncio.gather(*(self._read(call) for call in calls))
        found = {address: account for answer in answers for address, account in answer.items()}
        sums = {}
        for wallet, others in wallets.items():
            if not found.keys() >= {wallet, *others}:
                continue
            accounts = {each: found[each] for each in (wallet, *others)}
            if wallet in whole:
                # One after another: an answer about ten thousand accounts takes tens of megabytes.
                held = await self._held(wallet)
                if held is None:
                    continue
                accounts |= held
            sums[wallet] = _sum(wallet, accounts.values())
        return sums

    async def _read(self, addresses: Sequence[str]) -> Mapping[str, AccountData | None]:
        try:
            return await self._chain.accounts(addresses, head=HEAD)
        except (ChainUnavailable, ChainRefused):
            return {}

    async def _held(self, wallet: str) -> Mapping[str, AccountData] | None:
        try:
            return {each.address: each for each in await self._chain.held_accounts(wallet, head=HEAD)}
        except (ChainUnavailable, ChainRefused):
            return None


def _sum(wallet: str, accounts: Collection[AccountData | None]) -> AccountSums:
    tokens: Counter[str] = Counter()
    frozen: Counter[str] = Counter()
    lamports = staked = 0
    for account in accounts:
        if account is None:
            continue
        data = account.data
        if account.address == wallet:
            lamports = account.lamports
        elif account.owner == STAKE:
            stake = read_stake(account)
            if stake is not None and stake.withdrawer == wallet:
                staked += account.lamports
        elif account.owner in TOKEN_PROGRAMS and len(data) > _STATE and encode_address(data[32:64]) == wallet:
            mint, amount = encode_address(data[:32]), int.from_bytes(data[_AMOUNT], "little")
            tokens[mint] += amount
            frozen[mint] += amount if data[_STATE] == _FROZEN else 0
    return AccountSums(lamports, staked, dict(+tokens), dict(+frozen))
