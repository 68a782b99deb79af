"""Mints and who has a say about them, and the epoch where a fee depends on it: two requests for fifty."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.chain.inspection.authorities import (
    HEAD,
    accounts_to_read,
    program_data_address,
    read_authorities,
    read_hook,
    read_metaplex_authority,
)
from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.inspection.mint_state import read_mint_state
from walletwatch.chain.tokens.metadata import metaplex_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.authorities import HookProgram, MetaplexMetadata, MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.chain import Chain

MINT_FACTS: Final = (MintState, MintAuthorities)


class MintReader:
    """Reads the part of an inspection that is the mint itself."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def read(self, subject: str, _facts: Facts) -> Facts:
        """`MintState` and `MintAuthorities`."""
        return (await self.read_many([subject]))[subject]

    async def read_many(self, mints: Sequence[str]) -> Mapping[str, Facts]:
        """The same of several mints."""
        places = {mint: metaplex_address(mint) for mint in mints}
        try:
            accounts = await self._chain.accounts([each for pair in places.items() for each in pair])
        except (ChainUnavailable, ChainRefused) as error:
            return {mint: dict.fromkeys(MINT_FACTS, unknown(error)) for mint in mints}
        states = {mint: state for mint in mints if (state := _state(accounts[mint])) is not None}
        metaplex = {mint: read_metaplex_authority(mint, accounts[places[mint]]) for mint in states}
        wanted = dict.fromkeys(
            address for mint, state in states.items() for address in accounts_to_read(state, metaplex[mint])
        )
        # It has been closed since its name was read, or is none that this code knows.
        unreadable = dict.fromkeys(MINT_FACTS, Unknown(UnknownReason.UNREADABLE))
        has_fee = any(state.extensions.transfer_fee for state in states.values())
        try:
            others, epoch = await asyncio.gather(
                self._others(list(wanted)), self._epoch() if has_fee else _no_epoch()
            )
        except (ChainUnavailable, ChainRefused) as error:
            lacking = unknown(error)
            return {
                mint: {MintState: states[mint], MintAuthorities: lacking} if mint in states else unreadable
                for mint in mints
            }
        return {
            mint: _facts(states[mint], metaplex[mint], others, epoch) if mint in states else unreadable
            for mint in mints
        }

    async def _others(self, wanted: Sequence[str]) -> Mapping[str, AccountData | None]:
        return await self._chain.accounts(wanted, head=HEAD) if wanted else {}

    async def _epoch(self) -> int | Unknown:
        try:
            return await self._chain.epoch()
        except (ChainUnavailable, ChainRefused) as error:
            return unknown(error)


async def _no_epoch() -> None:
    """No fee depends on it."""


def _state(account: AccountData | None) -> MintState | None:
    return read_mint_state(account) if account is not None else None


def _facts(
    mint: MintState,
    metaplex: MetaplexMetadata | None,
    others: Mapping[str, AccountData | None],
    epoch: int | Unknown | None,
) -> Facts:
    hook = mint.extensions.hook
    program: HookProgram | Unknown | None = None
    if hook is not None and hook.program is not None:
        code = others[program_data_address(hook.program)]
        program = read_hook(hook.program, others[hook.program], code) or Unknown(UnknownReason.UNREADABLE)
    authorities = MintAuthorities(
        read_authorities(mint, metaplex, others),
        metaplex,
        program,
        epoch if mint.extensions.transfer_fee else None,
        mint.slot,
    )
    return {MintState: mint, MintAuthorities: authorities}
