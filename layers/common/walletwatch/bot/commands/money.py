"""What wallets hold: /balance, /tokens, /nfts, /stakes and /portfolio."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Handler, Topic
from walletwatch.bot.commands.dialogue import (
    Complaint,
    Dialogue,
    address_of,
    choose,
    named_wallet,
    owned,
)
from walletwatch.bot.keyboards import Action, CallbackData, number_of
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.collectibles import Shelf
from walletwatch.bot.views.money import PAGE_SIZE, Holder
from walletwatch.bot.views.paging import page_of
from walletwatch.bot.views.ways import adding
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.work import RenderedMessage

type Show = Callable[[Talk, Dialogue, Holder, int], Awaitable[None]]


async def show_balance(talk: Talk, dialogue: Dialogue, holder: Holder, _page: int) -> None:
    """What a wallet holds, what has no known value folded."""
    held = await dialogue.money.holdings.of(holder.address)
    await talk.show(dialogue.views.money.balance(holder, held, talk.say, dialogue.money.clock.now()))


async def show_all(talk: Talk, dialogue: Dialogue, holder: Holder, _page: int) -> None:
    """What a wallet holds, with what has no known value."""
    held = await dialogue.money.holdings.of(holder.address)
    now = dialogue.money.clock.now()
    await talk.show(dialogue.views.money.balance(holder, held, talk.say, now, unfolded=True))


async def show_tokens(talk: Talk, dialogue: Dialogue, holder: Holder, page: int) -> None:
    """A page of a wallet's tokens."""
    held = await dialogue.money.holdings.of(holder.address)
    tokens = [each for each in held.tokens if not each.may_be_nft]
    page, _ = page_of(page, len(tokens), PAGE_SIZE)
    shown = await dialogue.money.holdings.named(tokens[page * PAGE_SIZE : (page + 1) * PAGE_SIZE])
    await talk.show(dialogue.views.money.tokens(holder, held, shown, page, talk.say))


async def show_nfts(talk: Talk, dialogue: Dialogue, holder: Holder, page: int) -> None:
    """A page of what may be NFTs."""
    money = dialogue.money
    holdings, held = await asyncio.gather(
        money.holdings.of(holder.address), _told(money.reads.held_assets(holder.address))
    )
    nfts, assets = holdings.nfts, held.addresses if held is not None else ()
    page, _ = page_of(page, len(nfts) + len(assets), PAGE_SIZE)
    start, end = page * PAGE_SIZE, (page + 1) * PAGE_SIZE
    tokens = await money.holdings.named(nfts[start:end])
    shown = assets[max(start - len(nfts), 0) : max(end - len(nfts), 0)]
    minted, known = await asyncio.gather(
        _told(money.reads.collectibles([each.mint for each in tokens])),
        _told(money.reads.core_assets(shown)),
    )
    collections = {each.collection for each in (minted or {}).values() if each.collection is not None}
    names = await money.valuation.names(sorted(collections)) or {}
    shelf = Shelf(len(nfts), held, tokens, shown, minted, names, known, page)
    await talk.show(dialogue.views.collectibles.nfts(holder, shelf, talk.say))


async def _told[T](asked: Awaitable[T]) -> T | None:
    """What the chain told; None where it did not, which is said."""
    try:
        return await asked
    except (ChainRefused, ChainUnavailable):
        return None


async def show_stakes(talk: Talk, dialogue: Dialogue, holder: Holder, page: int) -> None:
    """A page of a wallet's stake accounts.

    Raises:
        Complaint: The node does not list them.
    """
    try:
        stakes, facts = await asyncio.gather(
            dialogue.money.reads.stakes(holder.address), dialogue.money.valuation.facts((), ())
        )
    except ChainRefused as error:
        raise Complaint("stakes.refused") from error
    native, now = facts.prices.get(NATIVE), dialogue.money.clock.now()
    zone = talk.chat.settings.timezone
    await talk.show(dialogue.views.stakes.stakes(holder, stakes, native, page, talk.say, now, zone))


async def portfolio(talk: Talk, dialogue: Dialogue) -> None:
    """/portfolio: all wallets of the chat together."""
    found = await dialogue.money.portfolios.of(talk.chat_id)
    if found is None:
        await talk.show(RenderedMessage(talk.say("portfolio.none"), adding(talk.say)))
        return
    await talk.show(dialogue.views.portfolio.portfolio(found, talk.say, dialogue.money.clock.now()))


def _command(name: str, show: Show, action: Action, question: str) -> Handler:
    """A command that shows something of the wallet that was named, or asks which."""

    async def run(talk: Talk, dialogue: Dialogue) -> None:
        found = await named_wallet(talk, dialogue, only_watched=False)
        if found is None:
            await choose(talk, dialogue, name, talk.say(question), action)
            return
        address, subscription = found
        if subscription is None:
            await show(talk, dialogue, Holder(address, address), 0)
        else:
            await show(talk, dialogue, Holder(address, str(subscription.id), subscription.label), 0)

    return run


def _button(show: Show) -> Callable[[Talk, Dialogue, CallbackData], Awaitable[None]]:
    """A button below a wallet of the chat, by its subscription, or below any address, and perhaps a page."""

    async def press(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
        ref, page = data.parts
        holder = await _holder(talk, dialogue, ref)
        await show(talk, dialogue, holder, number_of(page) if page else 0)

    return press


async def _holder(talk: Talk, dialogue: Dialogue, ref: str) -> Holder:
    if not ref.isdecimal():
        address = address_of(ref)
        return Holder(address, address)
    subscription = await owned(talk, dialogue, number_of(ref))
    return Holder(subscription.address, ref, subscription.label)


AREA: Final = Area(
    Topic.MONEY,
    commands=(
        Command(
            "balance", _command("balance", show_balance, Action.BALANCE, "balance.choose"), names_wallet=True
        ),
        Command("tokens", _command("tokens", show_tokens, Action.TOKENS, "tokens.choose"), names_wallet=True),
        Command("nfts", _command("nfts", show_nfts, Action.NFTS, "nfts.choose"), names_wallet=True),
        Command("stakes", _command("stakes", show_stakes, Action.STAKES, "stakes.choose"), names_wallet=True),
        Command("portfolio", portfolio),
    ),
    buttons={
        Action.BALANCE: _button(show_balance),
        Action.BALANCE_ADDRESS: _button(show_balance),
        Action.BALANCE_ALL: _button(show_all),
        Action.TOKENS: _button(show_tokens),
        Action.NFTS: _button(show_nfts),
        Action.STAKES: _button(show_stakes),
        Action.PORTFOLIO: lambda talk, dialogue, _data: portfolio(talk, dialogue),
    },
)
