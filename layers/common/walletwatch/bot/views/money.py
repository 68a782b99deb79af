"""What wallets hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from walletwatch.bot.formatting import Amounts, short, unit_price, wallet, whole, worth
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.links import address_buttons
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.paging import age, behind, in_rows, page_of, turns
from walletwatch.domain.holdings import HeldToken, WalletHoldings, native_note
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile
from walletwatch.domain.work import Button, RenderedMessage

TOKENS_SHOWN: Final = 12
"""Tokens below a balance; all of them are behind a button."""
UNFOLDED: Final = 40
PAGE_SIZE: Final = 8
MAX_BUTTON: Final = 28


@dataclass(frozen=True, slots=True)
class Holder:
    """A wallet, as a message is about it.

    Attributes:
        ref: What its buttons carry: the id of the chat's subscription, or the address.
        label: What the chat calls it.
    """

    address: str
    ref: str
    label: str | None = None

    def title(self, say: Texts) -> Html:
        """The wallet as the chat calls it."""
        return wallet(self.address, self.label, say)


class MoneyView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def balance(
        self, holder: Holder, held: WalletHoldings, say: Texts, now: datetime, *, unfolded: bool = False
    ) -> RenderedMessage:
        """What a wallet holds.

        Args:
            holder: The wallet.
            held: What it holds.
            say: Of the reader.
            now: For how long ago it was read.
            unfolded: Whether tokens without a known value are shown too, as far as there is room.
        """
        lines = [say("balance.title", wallet=holder.title(say)), self._total(held, say), Html("")]
        notes = held.notes
        lines.append(
            say("balance.native", amount=self._amounts.asset(NATIVE, held.lamports, None, say, notes))
        )
        valued, unvalued = held.valued, held.unvalued
        shown = [*valued, *unvalued] if unfolded or not valued else [*valued]
        if not held.priced:
            # Nobody knows what is worth nothing.
            shown = [*valued, *unvalued]
        room = UNFOLDED if unfolded else TOKENS_SHOWN
        lines += [self._token(each, say, held) for each in shown[:room]]
        lines += self._folded(held, shown[room:], () if shown[len(valued) :] else unvalued, say)
        lines += [Html(""), say("balance.read", slot=whole(held.slot, say), age=age(held.at, now, say))]
        return RenderedMessage(join_lines(lines), self._keyboard(holder, held, say, unfolded=unfolded))

    def tokens(
        self, holder: Holder, held: WalletHoldings, tokens: Sequence[HeldToken], page: int, say: Texts
    ) -> RenderedMessage:
        """A page of a wallet's tokens.

        Args:
            holder: The wallet.
            held: What it holds.
            tokens: Of this page, with their names.
            page: Counted from zero.
            say: Of the reader.
        """
        everything = [each for each in held.tokens if not each.may_be_nft]
        back = self._back(holder, say)
        if not everything:
            return RenderedMessage(say("tokens.none", wallet=holder.title(say)), (back,))
        page, last = page_of(page, len(everything), PAGE_SIZE)
        lines = [say("tokens.title", wallet=holder.title(say), count=len(everything))]
        native = held.native.usd if held.native else None
        for number, token in enumerate(tokens, page * PAGE_SIZE + 1):
            lines += [
                Html(""),
                say("tokens.line", number=number, token=self._token(token, say, held, bare=True)),
            ]
            valued = token.price if token.usd is not None else None
            price = unit_price(valued.usd, say, native) if valued else None
            lines.append(say("tokens.price", price=price) if price else say("tokens.unpriced"))
        buttons = [button(_name(each), Action.MINT, each.mint) for each in tokens]
        return RenderedMessage(
            join_lines(lines),
            (*in_rows(buttons, 2), *turns(Action.TOKENS, behind(holder.ref), page, last, say), back),
        )

    def _total(self, held: WalletHoldings, say: Texts) -> Html:
        total = held.total
        native = held.native.usd if held.native else None
        value = worth(total.usd, say, native) if total.usd is not None else None
        if not held.priced:
            return say("balance.prices_away")
        if value is None:
            return say("balance.no_prices" if held.tokens or held.lamports else "balance.nothing")
        if total.unpriced:
            return say("balance.total_without", value=value, count=total.unpriced)
        return say("balance.total", value=value)

    def _token(self, token: HeldToken, say: Texts, held: WalletHoldings, *, bare: bool = False) -> Html:
        notes = {NATIVE: native_note(held.native)}
        if token.note is not None:
            notes[token.mint] = token.note
        amount = self._amounts.asset(token.mint, token.amount, token.decimals, say, notes)
        if token.mint == WRAPPED_NATIVE_MINT:
            amount = say("balance.wrapped", amount=amount)
        if token.frozen:
            key = "balance.frozen" if token.frozen == token.amount else "balance.partly_frozen"
            amount = say(key, amount=amount)
        if token.identity is not None and token.identity.impostor_of is not None:
            amount = say("balance.impostor", amount=amount, name=self._real(token.identity.impostor_of, say))
        return amount if bare else say("balance.token", amount=amount)

    def _folded(
        self,
        held: WalletHoldings,
        cut: Sequence[HeldToken],
        hidden: Sequence[HeldToken],
        say: Texts,
    ) -> Sequence[Html]:
        lines = []
        if cut:
            lines.append(say("balance.more", count=len(cut)))
        if hidden:
            lines.append(say("balance.folded", count=len(hidden)))
        false = sum(each.identity is not None and each.identity.impostor_of is not None for each in hidden)
        if false:
            lines.append(say("balance.impostors", count=false))
        if held.nfts:
            lines.append(say("balance.nfts", count=len(held.nfts)))
        if held.empty:
            lines.append(say("balance.empty_accounts", count=held.empty))
        if not held.named and held.tokens:
            lines.append(say("balance.names_away"))
        return lines

    def _keyboard(
        self, holder: Holder, held: WalletHoldings, say: Texts, *, unfolded: bool
    ) -> Sequence[Sequence[Button]]:
        first = [balance_button(holder, say, "button.refresh")]
        if held.valued and held.unvalued and held.priced:
            first.append(
                balance_button(holder, say, "button.fold")
                if unfolded
                else button(say("button.unfold"), Action.BALANCE_ALL, holder.ref)
            )
        second = [button(say("button.stakes"), Action.STAKES, holder.ref)]
        if any(not each.may_be_nft for each in held.tokens):
            second.insert(0, button(say("button.tokens"), Action.TOKENS, holder.ref))
        # Metaplex Core assets are no tokens: whether there are some is asked there.
        second.append(button(say("button.nfts"), Action.NFTS, holder.ref))
        return (
            tuple(first),
            tuple(second),
            *address_buttons(self._profile, holder.address, say),
            *([card] if (card := card_button(holder, say)) else []),
        )

    def _back(self, holder: Holder, say: Texts) -> tuple[Button, ...]:
        return (balance_button(holder, say), *card_button(holder, say))

    def _real(self, asset: str, say: Texts) -> Html:
        return self._amounts.symbol(asset, say)


def balance_button(holder: Holder, say: Texts, key: str = "button.balance") -> Button:
    """The way to what a wallet holds."""
    is_own = holder.ref != holder.address
    return button(say(key), Action.BALANCE if is_own else Action.BALANCE_ADDRESS, holder.ref)


def card_button(holder: Holder, say: Texts) -> tuple[Button, ...]:
    """The way to the card of a wallet that the chat watches."""
    return () if holder.ref == holder.address else (button(say("button.open"), Action.CARD, holder.ref),)


def _name(token: HeldToken) -> str:
    name = token.identity.symbol or token.identity.name if token.identity else None
    text = name or short(token.mint)
    return text if len(text) <= MAX_BUTTON else f"{text[: MAX_BUTTON - 1]}…"
