"""A chain profile: everything that differs between X1, its testnet, Solana and a chain on a laptop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from walletwatch.domain.money import NATIVE_DECIMALS

WRAPPED_NATIVE_MINT: Final = "So11111111111111111111111111111111111111112"


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token that the profile vouches for."""

    symbol: str
    name: str
    decimals: int


@dataclass(frozen=True, slots=True)
class ChainProfile:
    """The chain that a deployment watches.

    Attributes:
        explorer: Base URL of the explorer (`/tx/SIGNATURE`, `/address/ADDRESS`); None where there is none.
        genesis_hash: What `getGenesisHash` must answer; None to accept any.
        tokens: By mint.
    """

    name: str
    native_symbol: str
    explorer: str | None
    genesis_hash: str | None = None
    tokens: Mapping[str, ListedToken] = field(default_factory=lambda: MappingProxyType({}))

    def transaction_url(self, signature: str) -> str | None:
        """Where a person reads about a transaction."""
        return f"{self.explorer}/tx/{signature}" if self.explorer else None

    def address_url(self, address: str) -> str | None:
        """Where a person reads about an account."""
        return f"{self.explorer}/address/{address}" if self.explorer else None


_X1_TOKENS: Final = MappingProxyType(
    {
        WRAPPED_NATIVE_MINT: ListedToken("XNT", "Wrapped XNT", NATIVE_DECIMALS),
        "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq": ListedToken("USDC.x", "USD Coin on X1", 6),
        "pXNTyoqQsskHdZ7Q1rnP25FEyHHjissbs7n6RRN2nP5": ListedToken("pXNT", "Staked XNT", NATIVE_DECIMALS),
    }
)

PROFILES: Final[Mapping[str, ChainProfile]] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            ChainProfile("x1-mainnet", "XNT", "https://explorer.mainnet.x1.xyz", tokens=_X1_TOKENS),
            ChainProfile("x1-testnet", "XNT", "https://explorer.testnet.x1.xyz"),
            ChainProfile("local", "XNT", None),
        )
    }
)
