"""`ports.money.Collectibles` from the chain: what is one of a kind, and to which collection it belongs."""

from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.chain.inspection.mint_state import read_mint_state
from walletwatch.chain.tokens.metadata import metaplex_address, read_metaplex_collection
from walletwatch.domain.collectibles import Collectible
from walletwatch.ports.chain import Chain

MAX_SUPPLY: Final = 1


class ChainCollectibles:
    """Reads mints and Metaplex's accounts about them, 50 a call."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def of(self, mints: Sequence[str]) -> Mapping[str, Collectible]:
        """What is known of the mints; one that does not exist, or is no mint, is absent.

        Raises:
            ChainUnavailable: They could not be read.
        """
        places = {mint: metaplex_address(mint) for mint in mints}
        accounts = await self._chain.accounts([each for pair in places.items() for each in pair])
        found = {}
        for mint, place in places.items():
            account, written = accounts[mint], accounts[place]
            state = read_mint_state(account) if account is not None else None
            if state is None:
                continue
            collection = read_metaplex_collection(written, mint) if written is not None else None
            if collection is None and state.extensions.member is not None:
                # The token program lets nobody but the group's authority make members.
                collection = state.extensions.member.group
            unique = state.decimals == 0 and state.supply == MAX_SUPPLY
            found[mint] = Collectible(mint, unique, state.mint_authority is None, collection)
        return found
