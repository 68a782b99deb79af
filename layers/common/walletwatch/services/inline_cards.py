"""Cards of wallets and tokens for whoever writes the bot's name in some chat. They wait for nothing long."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from decimal import Decimal
from typing import Final

from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import Chat, Subscription
from walletwatch.domain.errors import TransientError
from walletwatch.domain.inline import InlineAnswer, TokenCard, WalletCard
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price, believed_usd
from walletwatch.ports.chain import Chain, Prices, Tokens
from walletwatch.ports.common import Metrics
from walletwatch.ports.watching import SubscriptionStore
from walletwatch.services.balances import Balances

PATIENCE_SECONDS: Final = 2.0
"""Somebody is typing: what is not there by then is left out."""
PAGE_SIZE: Final = 20
MAX_OFFSET_DIGITS: Final = 4

_log = logging.getLogger("walletwatch.inline")


class InlineCards:
    """The use case behind an inline query. Only one's own wallets are found by their labels."""

    def __init__(
        self,
        subscriptions: SubscriptionStore,
        balances: Balances,
        chain: Chain,
        tokens: Tokens,
        prices: Prices,
        metrics: Metrics,
    ) -> None:
        self._subscriptions = subscriptions
        self._balances = balances
        self._chain = chain
        self._tokens = tokens
        self._prices = prices
        self._metrics = metrics

    async def answer(self, user_id: int, words: str, offset: str) -> InlineAnswer:
        """The cards for what somebody wrote: of that address, or of their own wallets that it names.

        Args:
            user_id: Who writes.
            words: Empty for all of their wallets.
            offset: `next_offset` of the answer before, or anything else for the beginning.

        Raises:
            StoreUnavailable: Nobody knows whose wallets are whose.
        """
        chat = await self._subscriptions.chat(user_id)
        if chat is not None and chat.owner.banned:
            return InlineAnswer(chat, ())
        own = await self._subscriptions.subscriptions(user_id) if chat is not None else ()
        if is_address(words):
            label = next((each.label for each in own if each.address == words), None)
            return InlineAnswer(chat, [await self._look(words, label)])
        found = [each for each in own if _is_meant(each, words.casefold())]
        return await self._page(chat, found, _begin(offset))

    async def _look(self, address: str, label: str | None) -> WalletCard | TokenCard:
        identities, balance, prices = await asyncio.gather(
            self._in_time(self._tokens.identities([address])),
            self._in_time(self._balances.balance(address)),
            self._in_time(self._prices.prices({NATIVE, address})),
        )
        identity = (identities or {}).get(address)
        if identity is not None:
            price = (prices or {}).get(address)
            one = 10**identity.decimals
            believed = None if price is None else believed_usd(price, one, identity.decimals)
            return TokenCard(identity, believed)
        lamports = None if balance is None else balance.lamports
        return WalletCard(address, label, lamports, _usd((prices or {}).get(NATIVE)))

    async def _page(self, chat: Chat | None, found: Sequence[Subscription], begin: int) -> InlineAnswer:
        shown = found[begin : begin + PAGE_SIZE]
        if not shown:
            return InlineAnswer(chat, ())
        # One call for all of them; what else they hold is behind the card's buttons.
        accounts, prices = await asyncio.gather(
            self._in_time(self._chain.accounts([each.address for each in shown], head=0)),
            self._in_time(self._prices.prices({NATIVE})),
        )
        usd = _usd((prices or {}).get(NATIVE))
        cards = []
        for each in shown:
            lamports = None
            if accounts is not None:
                account = accounts[each.address]
                lamports = account.lamports if account is not None else 0
            cards.append(WalletCard(each.address, each.label, lamports, usd))
        end = begin + PAGE_SIZE
        return InlineAnswer(chat, cards, str(end) if end < len(found) else "")

    async def _in_time[T](self, asked: Awaitable[T]) -> T | None:
        """What was asked; None where it is not there in time, and so unknown."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asked
        except (TransientError, TimeoutError) as error:
            self._metrics.count("InlineCardsIncomplete")
            _log.info("an inline card lacks something: %s", type(error).__name__)
            return None


def _is_meant(subscription: Subscription, words: str) -> bool:
    return words in (subscription.label or "").casefold() or words in subscription.address.casefold()


def _begin(offset: str) -> int:
    fits = offset.isascii() and offset.isdecimal() and len(offset) <= MAX_OFFSET_DIGITS
    return int(offset) if fits else 0


def _usd(price: Price | None) -> Decimal | None:
    return None if price is None else price.usd
