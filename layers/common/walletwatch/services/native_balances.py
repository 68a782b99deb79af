"""What many watched wallets hold of the chain's own token, for lists."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from walletwatch.domain.money import NATIVE
from walletwatch.ports.chain import Chain
from walletwatch.services.valuation import Valuation


@dataclass(frozen=True, slots=True)
class NativeBalances:
    """What many wallets hold of the chain's own token.

    Attributes:
        lamports: By address.
        usd: Of one whole token; None where it is not known.
    """

    lamports: Mapping[str, int]
    usd: Decimal | None


class NativeReads:
    """Reads the chain, and asks for a price, without which a list is shown all the same."""

    def __init__(self, chain: Chain, valuation: Valuation) -> None:
        self._chain = chain
        self._valuation = valuation

    async def of(self, addresses: Sequence[str]) -> NativeBalances:
        """What these wallets hold of the chain's own token, 100 a call.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        accounts, facts = await asyncio.gather(
            self._chain.accounts(addresses, head=0), self._valuation.facts((), ())
        )
        lamports = {address: account.lamports if account else 0 for address, account in accounts.items()}
        native = facts.prices.get(NATIVE)
        return NativeBalances(lamports, native.usd if native else None)
