"""What a wallet's token accounts hold, and whom they let in."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Unknown


@dataclass(frozen=True, slots=True)
class Holdings:
    """A wallet and its token accounts, of both token programs.

    Attributes:
        lamports: In the wallet's own account.
    """

    wallet: str
    lamports: int
    accounts: tuple[TokenHolding, ...]
    slot: int


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A token of which the wallet has some.

    Attributes:
        amount: Raw, over all of its accounts.
        name: What it calls itself; None where that cannot be read.
        imitates: The mint of the listed token, or `"native"`, whose name it bears.
        listed: The chain profile vouches for it.
        usd: What the amount is worth; None where nobody knows a price.
        mint: Of the token; `Unknown` where it could not be read.
    """

    address: str
    amount: int
    name: str | None
    imitates: str | None
    listed: bool
    usd: Decimal | None
    mint: MintState | Unknown
    authorities: MintAuthorities | Unknown

    @property
    def facts(self) -> Mapping[type, object]:
        """For the checks of tokens."""
        return {MintState: self.mint, MintAuthorities: self.authorities}


@dataclass(frozen=True, slots=True)
class HeldTokens:
    """The tokens that a wallet has some of.

    Attributes:
        tokens: The worthiest first, those without a price last.
        left_out: How many more there are that were not looked at.
        native_usd: What the wallet's own lamports are worth; None where nobody knows a price.
        priced: Whether prices could be asked for at all.
    """

    wallet: str
    tokens: tuple[HeldToken, ...]
    left_out: int
    native_usd: Decimal | None
    priced: bool
