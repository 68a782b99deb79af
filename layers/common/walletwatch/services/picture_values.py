"""Pictures of what assets are worth, and of what was made with them."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from walletwatch.domain.browsing import WalletChoice
from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.chats import Subscription
from walletwatch.domain.currencies import DOLLARS, Exchange
from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.pictures import (
    MAX_BARS,
    MAX_SLICES,
    Allocation,
    DrawRequest,
    NothingToDraw,
    Profit,
    Profits,
    Slice,
)
from walletwatch.domain.pnl import Result
from walletwatch.domain.prices import Price, value_usd
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports.chain import Chain, Prices, Tokens
from walletwatch.services.analysing import Analysing
from walletwatch.services.currencies import FreshRates
from walletwatch.services.picture_names import PictureNames, wallet_name


class PictureValues:
    """Holdings, profits and losses in the chat's currency."""

    def __init__(
        self,
        chain: Chain,
        analysing: Analysing,
        tokens: Tokens,
        prices: Prices,
        names: PictureNames,
        rates: FreshRates,
    ) -> None:
        self._chain = chain
        self._analysing = analysing
        self._tokens = tokens
        self._prices = prices
        self._names = names
        self._rates = rates

    async def allocation(self, watched: Sequence[Subscription], name: str | None) -> Allocation:
        """What some wallets hold together.

        Args:
            watched: At least one.
            name: Of the wallet, if it is one.
        """
        balances = await asyncio.gather(*(self._chain.wallet_balance(each.address) for each in watched))
        amounts = _amounts(balances)
        if not amounts:
            raise NothingToDraw("empty")
        identities, prices = await asyncio.gather(
            self._tokens.identities([asset for asset in amounts if asset != NATIVE]),
            self._prices.prices(list(amounts)),
        )
        values = {
            asset: value
            for asset, (amount, decimals) in amounts.items()
            if (value := _believed(amount, decimals, prices.get(asset), identities.get(asset))) is not None
        }
        if not values:
            raise NothingToDraw("unpriced")
        exchange = await self._exchange(watched[0])
        worth = {
            self._names.of(asset, identities): value if (told := exchange.of(value)) is None else told
            for asset, value in values.items()
        }
        return Allocation(name, _slices(worth), len(amounts) - len(values), exchange.denomination)

    async def profits(self, subscription: Subscription, request: DrawRequest) -> Profits:
        """What was made with each asset, the largest first."""
        choice = WalletChoice(subscription_id=subscription.id)
        exchange = await self._exchange(subscription)
        gains = await self._analysing.gains(request.chat_id, choice, None, exchange)
        if not gains.results:
            raise NothingToDraw("empty")
        if not gains.priced:
            raise PriceUnavailable("nobody could be asked what tokens are worth")
        said = [each for each in gains.results if each.position.realised or each.unrealised is not None]
        if not said:
            raise NothingToDraw("unpriced")
        shown = sorted(said, key=_reach, reverse=True)[:MAX_BARS]
        mints = [each.position.asset for each in shown if each.position.asset != NATIVE]
        identities = await self._tokens.identities(mints)
        profits = (
            Profit(self._names.of(each.position.asset, identities), each.position.gain, each.unrealised)
            for each in shown
        )
        return Profits(
            wallet_name(subscription),
            tuple(profits),
            left_out=len(gains.results) - len(shown),
            partial=gains.subject.since is not None,
            currency=gains.currency,
        )

    async def _exchange(self, subscription: Subscription) -> Exchange:
        """Into what the chat is told values in, where a rate of today is known; else into dollars."""
        chat = subscription.chat
        await self._rates.ready([chat])
        exchange = self._rates.known.exchange(chat.settings.currency)
        return DOLLARS if exchange.rate() is None else exchange


def _amounts(balances: Sequence[WalletBalance]) -> dict[str, tuple[int, int]]:
    """Base units and decimals of what is held, by asset."""
    amounts: dict[str, tuple[int, int]] = {}
    for balance in balances:
        held = [(NATIVE, balance.lamports, NATIVE_DECIMALS)]
        held += [
            (NATIVE if each.mint == WRAPPED_NATIVE_MINT else each.mint, each.amount, each.decimals)
            for each in balance.holdings
        ]
        for asset, amount, decimals in held:
            if amount:
                amounts[asset] = amounts.get(asset, (0, 0))[0] + amount, decimals
    return amounts


def _believed(
    amount: int, decimals: int, price: Price | None, identity: TokenIdentity | None
) -> Decimal | None:
    """What a holding is worth in dollars; None where that is not known, or could not be had for it."""
    if price is None or (identity is not None and identity.impostor_of):
        return None
    value = value_usd(amount, decimals, price)
    if price.liquidity_usd is not None and value > price.liquidity_usd:
        return None
    return value or None


def _slices(values: Mapping[str, Decimal]) -> tuple[Slice, ...]:
    ordered = sorted(values.items(), key=lambda item: item[1], reverse=True)
    if len(ordered) <= MAX_SLICES:
        return tuple(Slice(name, value) for name, value in ordered)
    shown, rest = ordered[: MAX_SLICES - 1], ordered[MAX_SLICES - 1 :]
    with localcontext(prec=60):
        others = sum((value for _, value in rest), Decimal())
    return (*(Slice(name, value) for name, value in shown), Slice(None, others))


def _reach(result: Result) -> Decimal:
    return max(abs(result.position.realised), abs(result.unrealised or Decimal()))
