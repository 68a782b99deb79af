"""`ports.money.Mints` from the chain."""

from walletwatch.chain.inspection.mint_state import read_mint_state
from walletwatch.domain.inspection.mint import MintState
from walletwatch.ports.chain import Chain


class ChainMints:
    """Reads one mint account."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def state(self, address: str) -> MintState | None:
        """The mint; None where the address is none.

        Raises:
            ChainUnavailable: It could not be read.
        """
        account = (await self._chain.accounts([address]))[address]
        return read_mint_state(account) if account is not None else None
