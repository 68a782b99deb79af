"""`ports.ExchangePools`: who made the pools of an exchange, and what makers of tokens did with theirs.

What somebody is accused of on a list is what a scan would hold against him: the same deeds, read by the same
code (`deployments`), only found by the LP tokens of the pools instead of by paging his history.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from walletwatch.chain.inspection.deployments import follow, with_today
from walletwatch.chain.inspection.histories import Page, read_page, read_transactions
from walletwatch.chain.inspection.origin import read_origin
from walletwatch.chain.prices.pool_account import (
    DISCRIMINATOR_FILTER,
    HEAD,
    SIZE,
    PoolHead,
    read_pool_head,
)
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.creator import Deed, MadeToken, TokenOrigin
from walletwatch.domain.pools import PoolSeen
from walletwatch.domain.programs import TOKEN_PROGRAMS
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.chain import Chain

READ_OF_A_POOL: Final = 20
"""Its newest transactions with LP tokens, so that whatever was put back is among them."""
READ_IN_ALL: Final = 200
_AMOUNT: Final = slice(64, 72)
"""Of a token account (spl-token, state.rs)."""


class PoolMakers:
    """Reads an exchange's pools.

    Args:
        chain: Where to look.
        program: Owner of the pool accounts (raydium-cp-swap, or a fork of it).
    """

    def __init__(self, chain: Chain, program: str) -> None:
        self._chain = chain
        self._program = program

    async def listed(self) -> Sequence[str]:
        """The addresses of all of them, without a byte of their accounts.

        Raises:
            ChainRefused: The node does not list a program's accounts.
        """
        found = await self._chain.program_accounts(
            self._program, size=SIZE, memcmp={0: DISCRIMINATOR_FILTER}, slice_=(0, 0)
        )
        return [account.address for account in found]

    async def read(self, addresses: Sequence[str]) -> Sequence[PoolSeen]:
        """Those of the addresses that are pools of the exchange, with what is in their vaults."""
        accounts = await self._chain.accounts(addresses, head=HEAD)
        heads: dict[str, tuple[PoolHead, AccountData]] = {}
        for address, account in accounts.items():
            head = None if account is None else read_pool_head(account, self._program)
            if account is not None and head is not None:
                heads[address] = head, account
        vaults = await self._chain.accounts(
            [vault for head, _ in heads.values() for vault in head.vaults], head=_AMOUNT.stop
        )
        found = (_seen(address, head, account, vaults) for address, (head, account) in heads.items())
        return [pool for pool in found if pool is not None]

    async def deeds(
        self, creator: str, mints: Collection[str], lp_mints: Mapping[str, str]
    ) -> Sequence[MadeToken] | Unknown:
        """What somebody did with those of the tokens that he signed the making of.

        A withdrawal that is older than what was read of another pool does not count: nobody could say whether
        the money was only moved there.
        """
        origins = await asyncio.gather(*(read_origin(self._chain, mint) for mint in mints))
        made = {
            origin.mint: Deed(origin.signature, origin.slot, origin.at)
            for origin in origins
            if isinstance(origin, TokenOrigin) and origin.is_certain and origin.creator == creator
            if origin.signature is not None and origin.at is not None
        }
        if any(_will_be_known(origin) for origin in origins):
            return Unknown(UnknownReason.UNAVAILABLE)
        if not made:
            return ()
        pages = await asyncio.gather(*(read_page(self._chain, mint) for mint in lp_mints.values()))
        read: list[Page] = []
        for page in pages:
            if isinstance(page, Unknown):
                return page
            read.append(page)
        return await self._followed(creator, made, read)

    async def _followed(
        self, creator: str, made: Mapping[str, Deed], pages: Sequence[Page]
    ) -> Sequence[MadeToken] | Unknown:
        share = max(1, min(READ_OF_A_POOL, READ_IN_ALL // max(1, len(pages))))
        newest = [info for page in pages for info in page.signatures[-share:]]
        known_since = max(
            (page.signatures[-share:][0].slot for page in pages
             if page.signatures and (len(page.signatures) > share or not page.whole)),
            default=0,
        )  # fmt: skip
        transactions = await read_transactions(
            self._chain, [info.signature for info in newest if info.slot >= known_since]
        )
        if isinstance(transactions, Unknown):
            return transactions
        ordered = sorted(transactions.values(), key=lambda each: each.slot)
        return await with_today(self._chain, follow(creator, made, ordered))


def _will_be_known(origin: TokenOrigin | Unknown) -> bool:
    return isinstance(origin, Unknown) and origin.reason is UnknownReason.UNAVAILABLE


def _seen(
    address: str, head: PoolHead, account: AccountData, vaults: Mapping[str, AccountData | None]
) -> PoolSeen | None:
    reserves = [_amount(vaults[vault]) for vault in head.vaults]
    if reserves[0] is None or reserves[1] is None:
        return None
    return PoolSeen(
        address,
        head.creator,
        head.mints,
        head.vaults,
        head.lp_mint,
        head.lp_supply,
        (reserves[0], reserves[1]),
        head.decimals,
        account.slot,
    )


def _amount(vault: AccountData | None) -> int | None:
    """Base units; 0 of a vault that is gone, None where it is no token account."""
    if vault is None:
        return 0
    if vault.owner not in TOKEN_PROGRAMS or len(vault.data) < _AMOUNT.stop:
        return None
    return int.from_bytes(vault.data[_AMOUNT], "little")
