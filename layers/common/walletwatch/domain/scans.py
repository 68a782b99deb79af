"""What a security scan found: facts with the slot they were read at. Nothing here is a guess."""

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
    approvals: tuple[TokenHolding, ...]
    frozen: tuple[TokenHolding, ...]
    empty: tuple[TokenHolding, ...]
    reclaimable_rent: int

    @classmethod
    def of(cls, balance: WalletBalance) -> "WalletScan":
        """What follows from what the wallet holds."""
        empty = tuple(held for held in balance.holdings if held.amount == 0 and not held.frozen)
        return cls(
            balance=balance,
            approvals=tuple(held for held in balance.holdings if held.delegate),
            frozen=tuple(held for held in balance.holdings if held.frozen),
            empty=empty,
            reclaimable_rent=sum(held.lamports for held in empty),
        )


type ScanReport = TokenScan | WalletScan
