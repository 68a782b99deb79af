"""Pictures of what assets are worth, and of what was made with them."""

from collections.abc import Sequence
from decimal import Decimal, localcontext

from walletwatch.domain.browsing import WalletChoice
from walletwatch.domain.chats import Subscription
from walletwatch.domain.currencies import DOLLARS, Exchange
from walletwatch.domain.errors import ChainUnavailable, PriceUnavailable
from walletwatch.domain.lots import NOTHING
from walletwatch.domain.money import NATIVE
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
from walletwatch.domain.portfolio import STAKED
from walletwatch.domain.prices import ARITHMETIC
from walletwatch.ports.chain import Tokens
from walletwatch.services.analysing import Analysing
from walletwatch.services.currencies import FreshRates
from walletwatch.services.picture_names import PictureNames, wallet_name
from walletwatch.services.portfolio import Portfolios


class PictureValues:
    """Holdings, profits and losses in the chat's currency."""

    def __init__(
        self,
        portfolios: Portfolios,
        analysing: Analysing,
        tokens: Tokens,
        names: PictureNames,
        rates: FreshRates,
    ) -> None:
        self._portfolios = portfolios
        self._analysing = analysing
        self._tokens = tokens
        self._names = names
        self._rates = rates

    async def allocation(self, watched: Sequence[Subscription], name: str | None) -> Allocation:
        """What some wallets hold together, by the figures of /portfolio; what is staked is native, too.

        Args:
            watched: One wallet, or all of a chat.
            name: Of the wallet, if it is one.
        """
        chat_id = watched[0].chat.chat_id
        portfolio = await self._portfolios.of(chat_id, None if name is None else watched[0].id)
        if portfolio is None:
            raise NothingToDraw("gone")
        if portfolio.unread:
            raise ChainUnavailable("not all wallets could be read")
        if all(part.is_empty for part in portfolio.parts):
            raise NothingToDraw("empty")
        if not portfolio.priced:
            raise PriceUnavailable("nobody could be asked what tokens are worth")
        values: dict[str, Decimal] = {}
        for each in portfolio.slices:
            asset = NATIVE if each.asset == STAKED else each.asset
            if each.usd:
                values[asset] = ARITHMETIC.add(values.get(asset, NOTHING), each.usd)
        if not values:
            raise NothingToDraw("unpriced")
        exchange = await self._exchange(watched[0])
        worth = [
            Slice(
                self._names.of(asset, portfolio.identities),
                value if (told := exchange.of(value)) is None else told,
            )
            for asset, value in values.items()
        ]
        return Allocation(
            name,
            _slices(worth),
            portfolio.total.unpriced,
            exchange.denomination,
            partial=bool(portfolio.partial),
        )

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


def _slices(values: Sequence[Slice]) -> tuple[Slice, ...]:
    ordered = sorted(values, key=lambda each: each.value, reverse=True)
    if len(ordered) <= MAX_SLICES:
        return tuple(ordered)
    shown, rest = ordered[: MAX_SLICES - 1], ordered[MAX_SLICES - 1 :]
    with localcontext(prec=60):
        others = sum((each.value for each in rest), Decimal())
    return (*shown, Slice(None, others))


def _reach(result: Result) -> Decimal:
    return max(abs(result.position.realised), abs(result.unrealised or Decimal()))
