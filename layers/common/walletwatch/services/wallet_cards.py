"""What a watched wallet holds and is worth, for its card and for lists."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.chain import TokenHolding, WalletBalance
from walletwatch.domain.errors import TransientError
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.prices import Price, believed_usd, value_usd
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.ports.chain import Chain, Prices, Tokens
from walletwatch.services.balances import Balances

PATIENCE_SECONDS: Final = 3.0
"""A card is not held up longer than this for names and prices."""
NAMED: Final = 20
"""Tokens of a wallet whose names are asked for: those that are worth the most."""
PRICED: Final = 100

_log = logging.getLogger("walletwatch.wallet_cards")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a wallet holds.

    Attributes:
        tokens: What is worth the most first, then what has no known price; empty accounts are left out.
        notes: Names and prices, by asset, as far as they are known.
        usd: The sum of what has a price; None where nobody could be asked for prices, or nothing has one.
        complete: Whether all that it holds has a price.
    """

    balance: WalletBalance
    tokens: Sequence[TokenHolding]
    notes: Mapping[str, AssetNote]
    usd: Decimal | None
    complete: bool


@dataclass(frozen=True, slots=True)
class NativeBalances:
    """What many wallets hold of the chain's own token.

    Attributes:
        lamports: By address.
        usd: Of one whole token; None where it is not known.
    """

    lamports: Mapping[str, int]
    usd: Decimal | None


class WalletCards:
    """Reads the chain, and asks for names and prices, without which a card is shown all the same."""

    def __init__(
        self, balances: Balances, chain: Chain, prices: Prices, tokens: Tokens, profile: ChainProfile
    ) -> None:
        self._balances = balances
        self._chain = chain
        self._prices = prices
        self._tokens = tokens
        self._profile = profile

    async def holdings(self, address: str) -> Holdings:
        """What a wallet holds.

        Raises:
            ChainUnavailable: The chain could not be asked; never shown as nothing.
        """
        balance = await self._balances.balance(address)
        held = [each for each in balance.holdings if each.amount]
        prices = await self._or_nothing(
            self._prices.prices({NATIVE, *(each.mint for each in held[:PRICED])}), {}
        )
        values = {each.address: _value(prices.get(each.mint), each.amount, each.decimals) for each in held}
        tokens = sorted(
            held,
            key=lambda each: (-(values[each.address] or 0), each.mint not in self._profile.tokens, each.mint),
        )
        named = list(dict.fromkeys(each.mint for each in tokens[:NAMED]))
        identities = await self._or_nothing(self._tokens.identities(named), {}) if named else {}
        notes = self._notes(tokens, identities, prices)
        native = _value(prices.get(NATIVE), balance.lamports, NATIVE_DECIMALS)
        # A token that nobody asked the name of may be an impostor, and is worth nothing here.
        worth = [
            value
            for each in tokens
            if (value := values[each.address]) is not None
            and (each.mint in self._profile.tokens or _vouched(identities.get(each.mint)))
        ]
        known = [*worth, *([native] if native is not None else [])]
        return Holdings(
            balance,
            tokens,
            notes,
            sum(known, Decimal(0)) if known else None,
            complete=len(worth) == len(tokens) and native is not None,
        )

    async def native_balances(self, addresses: Sequence[str]) -> NativeBalances:
        """What these wallets hold of the chain's own token, 100 a call.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        accounts, prices = await asyncio.gather(
            self._chain.accounts(addresses, head=0), self._or_nothing(self._prices.prices({NATIVE}), {})
        )
        lamports = {address: account.lamports if account else 0 for address, account in accounts.items()}
        return NativeBalances(lamports, prices[NATIVE].usd if NATIVE in prices else None)

    async def _or_nothing[T](self, asked: Awaitable[T], nothing: T) -> T:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asked
        except (TransientError, TimeoutError) as error:
            _log.warning("a card without names or prices", extra={"reason": str(error)})
            return nothing

    def _notes(
        self,
        tokens: Sequence[TokenHolding],
        identities: Mapping[str, TokenIdentity],
        prices: Mapping[str, Price],
    ) -> Mapping[str, AssetNote]:
        native = prices[NATIVE].usd if NATIVE in prices else None
        symbol = self._profile.native_symbol
        notes = {NATIVE: AssetNote(symbol, None, NATIVE_DECIMALS, listed=True, usd=native)}
        for each in tokens:
            identity, price = identities.get(each.mint), prices.get(each.mint)
            usd = believed_usd(price, each.amount, each.decimals) if price else None
            if identity is not None:
                listed = identity.source is IdentitySource.LISTED
                notes[each.mint] = AssetNote(
                    identity.symbol, identity.name, each.decimals, listed, identity.impostor_of, usd
                )
        return notes


def _vouched(identity: TokenIdentity | None) -> bool:
    return identity is not None and identity.impostor_of is None


def _value(price: Price | None, amount: int, decimals: int) -> Decimal | None:
    if price is None or believed_usd(price, amount, decimals) is None:
        return None
    return value_usd(amount, decimals, price)
