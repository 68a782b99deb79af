"""A mint and who has a say about it: two calls, and a third where a fee depends on the epoch."""

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
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.authorities import HookProgram, MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports import Chain

MINT_FACTS = (MintState, MintAuthorities)


class MintReader:
    """Reads the part of an inspection that is the mint itself."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def read(self, subject: str, _facts: Facts) -> Facts:
        """`MintState` and `MintAuthorities`."""
        try:
            place = metaplex_address(subject)
            accounts = await self._chain.accounts([subject, place])
        except (ChainUnavailable, ChainRefused) as error:
            return dict.fromkeys(MINT_FACTS, unknown(error))
        account = accounts[subject]
        mint = read_mint_state(account) if account is not None else None
        if mint is None:
            # It has been closed since its name was read, or is none that this code knows.
            return dict.fromkeys(MINT_FACTS, Unknown(UnknownReason.UNREADABLE))
        metaplex = read_metaplex_authority(subject, accounts[place])
        wanted = accounts_to_read(mint, metaplex)
        try:
            others = await self._chain.accounts(wanted, head=HEAD) if wanted else {}
        except (ChainUnavailable, ChainRefused) as error:
            return {MintState: mint, MintAuthorities: unknown(error)}
        hook = mint.extensions.hook
        program: HookProgram | Unknown | None = None
        if hook is not None and hook.program is not None:
            code = others[program_data_address(hook.program)]
            program = read_hook(hook.program, others[hook.program], code) or Unknown(UnknownReason.UNREADABLE)
        epoch = await self._epoch() if mint.extensions.transfer_fee else None
        authorities = MintAuthorities(
            read_authorities(mint, metaplex, others), metaplex, program, epoch, mint.slot
        )
        return {MintState: mint, MintAuthorities: authorities}

    async def _epoch(self) -> int | Unknown:
        try:
            return await self._chain.epoch()
        except (ChainUnavailable, ChainRefused) as error:
            return unknown(error)
