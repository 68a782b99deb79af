"""A chain profile: everything that differs between X1, its testnet, Solana and a chain on a laptop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.programs import SYSTEM

WRAPPED_NATIVE_MINT: Final = "So11111111111111111111111111111111111111112"


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token that the profile vouches for.

    Attributes:
        aliases: What people call it besides; another token of such a name is an impostor too.
    """

    symbol: str
    name: str
    decimals: int
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All that it goes by."""
        return (self.symbol, self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Exchange:
    """The exchange whose pools tell what tokens are worth (XDEX, a fork of Raydium's CP-Swap).

    Attributes:
        program: Owner of the pool accounts.
        stable_mints: Tokens taken as one US dollar each: the anchor without which nothing has a price.
        pools: Known deep pools, for a node that does not list the program's accounts.
        api_network: The chain's name in XDEX's API; None where it is not known to serve this chain.
    """

    program: str
    stable_mints: frozenset[str] = frozenset()
    pools: tuple[str, ...] = ()
    api_network: str | None = None


class Role(StrEnum):
    """What a known address is for."""

    EXCHANGE = "exchange"
    """Holds the money of many people: where it came from before, nobody outside can tell."""
    LOCKER = "locker"
    BURN = "burn"
    BRIDGE = "bridge"
    POOL = "pool"
    """Holds the reserves of pools."""


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """An address of which the profile knows whose it is."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ChainProfile:
    """The chain that a deployment watches.

    Attributes:
        explorer: Base URL of the explorer (`/tx/SIGNATURE`, `/address/ADDRESS`); None where there is none.
        genesis_hash: What `getGenesisHash` must answer; None to accept any.
        tokens: By mint.
        exchange: None where tokens have no price that could be found out.
        fixed_prices: US dollars for one whole token, by asset, on a chain whose money is make-believe.
        labels: Addresses that are no person's: exchanges, lockers, bridges, places of burn.
    """

    name: str
    native_symbol: str
    explorer: str | None
    genesis_hash: str | None = None
    tokens: Mapping[str, ListedToken] = field(default_factory=lambda: MappingProxyType({}))
    exchange: Exchange | None = None
    fixed_prices: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    labels: Mapping[str, KnownAddress] = field(default_factory=lambda: _BURNS)

    @property
    def title(self) -> str:
        """The name as people read it: `X1 Mainnet`."""
        return self.name.replace("-", " ").title()

    def transaction_url(self, signature: str) -> str | None:
        """Where a person reads about a transaction."""
        return f"{self.explorer}/tx/{signature}" if self.explorer else None

    def address_url(self, address: str) -> str | None:
        """Where a person reads about an account."""
        return f"{self.explorer}/address/{address}" if self.explorer else None


# The incinerator's account ends with each block; the system program signs for nobody.
_BURNS: Final[Mapping[str, KnownAddress]] = MappingProxyType(
    {
        "1nc1nerator11111111111111111111111111111111": KnownAddress("Incinerator", Role.BURN),
        SYSTEM: KnownAddress("System program", Role.BURN),
    }
)
_X1_LABELS: Final[Mapping[str, KnownAddress]] = MappingProxyType(
    {**_BURNS, "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU": KnownAddress("XDEX", Role.POOL)}
)

_USDC_X: Final = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"

_X1_TOKENS: Final = MappingProxyType(
    {
        WRAPPED_NATIVE_MINT: ListedToken("XNT", "Wrapped XNT", NATIVE_DECIMALS),
        _USDC_X: ListedToken("USDC.x", "USD Coin on X1", 6, ("USDC", "USD Coin")),
        "pXNTyoqQsskHdZ7Q1rnP25FEyHHjissbs7n6RRN2nP5": ListedToken("pXNT", "Staked XNT", NATIVE_DECIMALS),
    }
)

_XDEX: Final = Exchange(
    program="sEsYH97wqmfnkzHedjNcw3zyJdPvUmsa9AixhS4b4fN",
    stable_mints=frozenset({_USDC_X}),
    pools=("CAJeVEoSm1QQZccnCqYu9cnNF7TTD2fcUA3E5HQoxRvR",),
    api_network="X1 Mainnet",
)
# Nothing on a testnet is worth a dollar, so no stable token anchors its pools.
_XDEX_TESTNET: Final = Exchange(program="7EEuq61z9VKdkUzj7G36xGd7ncyz8KBtUwAWVjypYQHf")

PROFILES: Final[Mapping[str, ChainProfile]] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            ChainProfile(
                "x1-mainnet",
                "XNT",
                "https://explorer.mainnet.x1.xyz",
                tokens=_X1_TOKENS,
                exchange=_XDEX,
                labels=_X1_LABELS,
            ),
            ChainProfile("x1-testnet", "XNT", "https://explorer.testnet.x1.xyz", exchange=_XDEX_TESTNET),
            ChainProfile("local", "XNT", None, fixed_prices=MappingProxyType({NATIVE: Decimal("0.5")})),
        )
    }
)
