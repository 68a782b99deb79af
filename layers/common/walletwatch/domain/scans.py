"""What a security scan found: facts with the slot they were read at. Nothing here is a guess."""

from collections.abc import Sequence
from dataclasses import dataclass

from walletwatch.domain.chain import MintFacts, TokenHolding, WalletBalance


@dataclass(frozen=True, slots=True)
class TokenScan:
    """A mint and what its authorities can do."""

    facts: MintFacts


@dataclass(frozen=True, slots=True)
class WalletScan:
    """A wallet's open approvals, frozen accounts and rent that can be had back.

    Attributes:
        reclaimable_rent: Lamports held by empty token accounts.
    """

    balance: WalletBalance
    approvals: Sequence[TokenHolding]
    frozen: Sequence[TokenHolding]
    empty: Sequence[TokenHolding]
    reclaimable_rent: int


type ScanReport = TokenScan | WalletScan
