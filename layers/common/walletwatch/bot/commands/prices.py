"""What tokens are, cost and trade for: /price, /token, /pools and /convert."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Handler, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, address_of
from walletwatch.bot.keyboards import Action, CallbackData, StaleData, number_of
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.ways import giving_up
from walletwatch.domain.addresses import is_address
from walletwatch.domain.assets import Asset, Resolution
from walletwatch.domain.conversion import money_of, read_wish
from walletwatch.domain.currencies import Currency
from walletwatch.domain.errors import ChainUnavailable, PriceUnavailable
from walletwatch.domain.holdings import priced_as
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.markets import Markets
from walletwatch.domain.money import NATIVE
from walletwatch.domain.quotes import Side
from walletwatch.services.assets import Ask, KnownAssets

type Begin = Callable[[Dialogue], Ask | None]
"""What will be wanted of the asset that is meant."""
type Show = Callable[[Talk, Dialogue, Asset, KnownAssets, int, tuple[Asset, ...]], Awaitable[None]]


async def show_price(
    talk: Talk, dialogue: Dialogue, asset: Asset, known: KnownAssets, _page: int, others: tuple[Asset, ...]
) -> None:
    """What an asset costs."""
    quote = await _priced(dialogue.money.quoting.quote(asset, known))
    await talk.show(dialogue.views.prices.price(quote, others, talk.say, dialogue.money.clock.now()))


async def show_token(
    talk: Talk, dialogue: Dialogue, asset: Asset, known: KnownAssets, page: int, others: tuple[Asset, ...]
) -> None:
    """The card of a token; the native one has none but its price.

    Raises:
        Complaint: It is no token.
    """
    if asset.id == NATIVE:
        await show_price(talk, dialogue, asset, known, page, others)
        return
    (mint, markets), prices = await asyncio.gather(
        known.about(asset.id, _on_card(dialogue)), _or_none(known.prices([asset.id]))
    )
    if mint is None:
        raise Complaint("asset.no_token")
    price = (prices or {}).get(priced_as(asset.id))
    await talk.show(
        dialogue.views.prices.token(
            asset, mint, price, markets, prices or {}, talk.say, priced=prices is not None
        )
    )


async def show_pools(
    talk: Talk, dialogue: Dialogue, asset: Asset, known: KnownAssets, page: int, _others: tuple[Asset, ...]
) -> None:
    """A page of the pools of an asset.

    Raises:
        Complaint: The chain has no exchange.
    """
    markets: Markets | None = await known.about(asset.id, _markets(dialogue))
    if markets is None:
        raise Complaint("pools.no_exchange")
    mints = sorted({mint for pool in markets.pools for mint in pool.mints})
    facts = await dialogue.money.valuation.facts(mints, mints)
    zone = talk.chat.settings.timezone
    await talk.show(
        dialogue.views.prices.pools(asset, markets, facts.prices, facts.identities, page, talk.say, zone)
    )


async def convert(talk: Talk, dialogue: Dialogue) -> None:
    """/convert 10 XNT in USDC.x: an amount of one asset in another, or ask which.

    Raises:
        Complaint: It cannot be understood, or has no price.
    """
    if not talk.arguments:
        if not await dialogue.conversations.ask(talk.contact, "convert"):
            raise Complaint("convert.usage")
        await talk.reply(talk.say("ask.convert"), giving_up(talk.say))
        return
    wish = read_wish(" ".join(talk.arguments), talk.say("format.point"))
    if wish is None:
        raise Complaint("convert.usage")
    target = wish.target
    if target is None:
        is_money = money_of(wish.source) is not None
        target = dialogue.views.profile.native_symbol if is_money else _money_here(talk).value
    if {money_of(wish.source), money_of(target)} - {None, Currency.USD}:
        await dialogue.rates.load()
    quoting = dialogue.money.quoting
    # An estimate takes money for the token that stands for dollars in pools.
    words = [(quoting.dollar or each) if money_of(each) else each for each in (wish.source, target)]
    known = await dialogue.money.assets.known(talk.chat_id, *words, ask=quoting.pools)
    sides: list[Side] = []
    others: list[Asset] = []
    for word in (wish.source, target):
        money = money_of(word)
        if money is not None:
            sides.append(talk.rates.exchange(money))
            continue
        found = known.scope.resolve(word)
        if found.best is None:
            await _which(talk, dialogue, word, found, Action.MINT)
            return
        sides.append(found.best)
        others += found.others
    done = await _priced(quoting.convert(wish.amount, sides[0], sides[1], known))
    if done is None:
        raise Complaint("convert.unpriced")
    await talk.send(dialogue.views.prices.conversion(done, others, talk.say, dialogue.money.clock.now()))


async def convert_this(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    """The button below an asset: asks how much of it.

    Raises:
        Complaint: The answer would not be understood as one.
        StaleData: It is no asset.
    """
    asset, _ = await _of_button(talk, dialogue, data.argument, _nothing)
    word = dialogue.views.profile.native_symbol if asset.id == NATIVE else asset.id
    if not await dialogue.conversations.ask(talk.contact, "convert", behind=(word,)):
        raise Complaint("convert.usage")
    name = dialogue.views.prices.name(asset, talk.say)
    question = talk.say("ask.convert_this", asset=name, currency=_money_here(talk).value.upper())
    await talk.reply(question, giving_up(talk.say))


def _money_here(talk: Talk) -> Currency:
    """What the chat is told values in, where that is money of a country with a known rate; else dollars."""
    currency = talk.say.exchange.currency
    return Currency.USD if currency is Currency.NATIVE or talk.say.exchange.rate() is None else currency


async def open_token(talk: Talk, dialogue: Dialogue, payload: str) -> None:
    """A deep link `t_<mint>` shows the card of that token."""
    mint = address_of(payload)
    known = await dialogue.money.assets.known(talk.chat_id, mint, ask=_on_card(dialogue))
    asset = known.scope.of(mint)
    if asset is None:
        raise Complaint("asset.no_token")
    await show_token(talk, dialogue, asset, known, 0, ())


def _command(name: str, show: Show, action: Action, begin: Begin, *, default: str | None = None) -> Handler:
    """A command about the asset that was named, or about the default, or that asks which."""

    async def run(talk: Talk, dialogue: Dialogue) -> None:
        word = " ".join(talk.arguments)
        if not word and default is None:
            if not await dialogue.conversations.ask(talk.contact, name):
                raise Complaint("asset.usage", name=name)
            await talk.reply(talk.say("ask.token"), giving_up(talk.say))
            return
        known = await dialogue.money.assets.known(talk.chat_id, word or str(default), ask=begin(dialogue))
        if not word:
            assert default is not None
            asset = known.scope.of(default)
            assert asset is not None
            await show(talk, dialogue, asset, known, 0, ())
            return
        found = known.scope.resolve(word)
        if found.best is None:
            await _which(talk, dialogue, word, found, action)
            return
        await show(talk, dialogue, found.best, known, 0, found.others)

    return run


def _button(show: Show, begin: Begin) -> Callable[[Talk, Dialogue, CallbackData], Awaitable[None]]:
    async def press(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
        ref, page = data.parts
        asset, known = await _of_button(talk, dialogue, ref, begin)
        await show(talk, dialogue, asset, known, number_of(page) if page else 0, ())

    return press


async def _of_button(talk: Talk, dialogue: Dialogue, ref: str, begin: Begin) -> tuple[Asset, KnownAssets]:
    if ref != NATIVE and not is_address(ref):
        raise StaleData
    known = await dialogue.money.assets.known(talk.chat_id, ref, ask=begin(dialogue))
    asset = known.scope.of(ref)
    if asset is None:
        raise Complaint("asset.no_token")
    return asset, known


async def _which(talk: Talk, dialogue: Dialogue, word: str, found: Resolution, action: Action) -> None:
    candidates = found.others or found.lookalikes
    only_alike = not found.others
    if not candidates and is_address(word):
        raise Complaint("asset.no_token")
    await talk.show(
        dialogue.views.prices.which(word[:64], candidates, action, talk.say, only_alike=only_alike)
    )


async def _priced[T](asked: Awaitable[T]) -> T:
    """What was asked for.

    Raises:
        Complaint: Nobody could be asked for prices.
    """
    try:
        return await asked
    except PriceUnavailable as error:
        raise Complaint("error.prices") from error


async def _or_none[T](asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except (ChainUnavailable, PriceUnavailable):
        return None


def _nothing(_dialogue: Dialogue) -> None:
    """Nothing but a price is wanted."""


def _on_card(dialogue: Dialogue) -> Ask:
    """The mint of a token, and its pools; these are None where they cannot be had."""
    reads = dialogue.money.reads

    async def ask(asset: str) -> tuple[MintState | None, Markets | None]:
        if asset == NATIVE:
            return None, None
        return await asyncio.gather(reads.mint(asset), _or_none(reads.markets(asset)))

    return ask


def _markets(dialogue: Dialogue) -> Ask:
    return dialogue.money.reads.markets


AREA: Final = Area(
    Topic.MONEY,
    commands=(
        Command("price", _command("price", show_price, Action.PRICE, _nothing, default=NATIVE)),
        Command("token", _command("token", show_token, Action.MINT, _on_card)),
        Command("pools", _command("pools", show_pools, Action.POOLS, _markets, default=NATIVE)),
        Command("convert", convert),
    ),
    buttons={
        Action.PRICE: _button(show_price, _nothing),
        Action.MINT: _button(show_token, _on_card),
        Action.POOLS: _button(show_pools, _markets),
        Action.CONVERT: convert_this,
    },
    links={"t": open_token},
)
