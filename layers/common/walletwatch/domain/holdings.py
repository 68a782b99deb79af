"""What a wallet holds, with what it is called and worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext

from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.prices import Price, believed_usd, value_usd
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.tokens import IdentitySource, TokenIdentity


def priced_as(mint: str) -> str:
    """The asset whose price a mint has: wrapped native can be unwrapped at any time."""
    return NATIVE if mint == WRAPPED_NATIVE_MINT else mint


@dataclass(frozen=True, slots=True)
class HeldToken:
    """What a wallet holds of a mint, in all of its token accounts.

    Attributes:
        amount: Base units, above zero.
        decimals: None where nobody could be asked.
        frozen: Base units of it in frozen accounts.
        identity: None where its name is not known, or was not asked for.
        price: None where it has none that is known and fresh.
    """

    mint: str
    amount: int
    decimals: int | None
    frozen: int = 0
    identity: TokenIdentity | None = None
    price: Price | None = None

    @property
    def usd(self) -> Decimal | None:
        """What it is worth; None where that is unknown.

        So is that of a token whose name nobody has looked at, or that bears somebody else's, and of what
        could not be sold, since it is more than the market that made the price.
        """
        if self.price is None or self.decimals is None:
            return None
        if self.identity is None or self.identity.impostor_of is not None:
            return None
        # The native token has a value whoever holds it; of all others the market has to bear it.
        is_native = self.mint == WRAPPED_NATIVE_MINT
        if not is_native and believed_usd(self.price, self.amount, self.decimals) is None:
            return None
        return value_usd(self.amount, self.decimals, self.price)

    @property
    def is_listed(self) -> bool:
        """Whether the chain profile vouches for it."""
        return self.identity is not None and self.identity.source is IdentitySource.LISTED

    @property
    def may_be_nft(self) -> bool:
        """Whether it is one of a kind, as far as the wallet's own account can tell."""
        return self.decimals == 0 and self.amount == 1 and self.usd is None and not self.is_listed

    @property
    def note(self) -> AssetNote | None:
        """What is known of it, as amounts are written with it."""
        if self.identity is None:
            return None
        return AssetNote(
            self.identity.symbol,
            self.identity.name,
            self.decimals,
            self.is_listed,
            self.identity.impostor_of,
            self.price.usd if self.price is not None and self.usd is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Total:
    """What several holdings are worth together.

    Attributes:
        usd: Of those with a known value; None where none has one.
        unpriced: How many have none.
    """

    usd: Decimal | None
    unpriced: int


@dataclass(frozen=True, slots=True)
class WalletHoldings:
    """What a wallet holds.

    Attributes:
        slot: At which the chain was read.
        at: When.
        native: The price of the chain's own token.
        tokens: What is worth the most first, then what is listed, then the rest; NFTs at the end.
        empty: Token accounts with nothing in them.
        priced: Whether anybody could be asked for prices.
        named: Whether anybody could be asked for names.
    """

    address: str
    slot: int
    at: datetime
    lamports: int
    native: Price | None
    tokens: tuple[HeldToken, ...]
    empty: int
    priced: bool
    named: bool

    @property
    def native_value(self) -> Decimal | None:
        """What its lamports are worth."""
        return None if self.native is None else value_usd(self.lamports, NATIVE_DECIMALS, self.native)

    @property
    def valued(self) -> tuple[HeldToken, ...]:
        """Tokens with a known value, and listed ones."""
        return tuple(each for each in self.tokens if each.usd is not None or each.is_listed)

    @property
    def unvalued(self) -> tuple[HeldToken, ...]:
        """Tokens that are neither, without those that may be NFTs."""
        return tuple(
            each for each in self.tokens if each.usd is None and not each.is_listed and not each.may_be_nft
        )

    @property
    def nfts(self) -> tuple[HeldToken, ...]:
        """Those that may be NFTs."""
        return tuple(each for each in self.tokens if each.may_be_nft)

    @property
    def total(self) -> Total:
        """What all of it is worth, as far as that is known; NFTs have no price."""
        values = [each.usd for each in self.tokens if not each.may_be_nft]
        return total_of([*values, *([self.native_value] if self.lamports else [])])

    @property
    def notes(self) -> Mapping[str, AssetNote]:
        """What is known of each asset."""
        found = {each.mint: note for each in self.tokens if (note := each.note) is not None}
        found[NATIVE] = native_note(self.native)
        return found


@dataclass(frozen=True, slots=True)
class AccountSums:
    """What the known accounts of a wallet hold together.

    Attributes:
        lamports: Of its system account.
        staked: Lamports of the stake accounts whose withdrawer it is.
        tokens: Base units by mint, above zero.
        frozen: Base units of them in frozen accounts.
    """

    lamports: int
    staked: int
    tokens: Mapping[str, int]
    frozen: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OwnWallet:
    """A wallet that a chat watches, and the accounts that are known to belong to it.

    Attributes:
        accounts: Token and stake accounts, the stakes first; its own is not among them.
        mints: Of the token accounts.
        left_out: How many more are known.
    """

    subscription_id: int
    address: str
    label: str | None
    accounts: tuple[str, ...]
    mints: frozenset[str]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class OwnWallets:
    """The wallets of a chat.

    Attributes:
        before: What assets were worth at the moment that was asked for, as far as that is known.
    """

    wallets: tuple[OwnWallet, ...]
    before: Mapping[str, Decimal]

    @property
    def mints(self) -> frozenset[str]:
        """Of all of them."""
        return frozenset(mint for each in self.wallets for mint in each.mints)


def native_note(price: Price | None) -> AssetNote:
    """What is known of the chain's own token."""
    return AssetNote(None, None, NATIVE_DECIMALS, listed=True, usd=price.usd if price else None)


def total_of(values: Iterable[Decimal | None]) -> Total:
    """The sum of the known ones."""
    all_values = list(values)
    known = [value for value in all_values if value is not None]
    with localcontext(prec=60):
        return Total(sum(known, Decimal(0)) if known else None, len(all_values) - len(known))


def with_facts(
    tokens: Iterable[HeldToken], identities: Mapping[str, TokenIdentity], prices: Mapping[str, Price]
) -> tuple[HeldToken, ...]:
    """The tokens with names and prices, in the order in which they matter."""
    known = []
    for each in tokens:
        identity = identities.get(each.mint, each.identity)
        decimals = each.decimals
        if decimals is None and identity is not None:
            decimals = identity.decimals
        price = prices.get(priced_as(each.mint), each.price)
        known.append(replace(each, decimals=decimals, identity=identity, price=price))
    return tuple(sorted(known, key=_order))


def _order(token: HeldToken) -> tuple[bool, Decimal, bool, bool, str, str]:
    name = token.identity.symbol or token.identity.name if token.identity else None
    return (
        token.may_be_nft,
        -(token.usd or Decimal(0)),
        not token.is_listed,
        name is None or (token.identity is not None and token.identity.impostor_of is not None),
        (name or "").casefold(),
        token.mint,
    )
