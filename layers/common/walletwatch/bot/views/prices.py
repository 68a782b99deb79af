"""What tokens are, cost, and trade for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.bot.formatting import (
    Amounts,
    day,
    number,
    percent,
    short,
    signed_percent,
    unit_price,
    worth,
)
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.links import address_buttons, linked
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.bot.views.paging import age, behind, in_rows, page_of, turns
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.assets import Asset
from walletwatch.domain.currencies import Currency
from walletwatch.domain.inspection.mint import Extensions, MintState
from walletwatch.domain.markets import Market, Markets
from walletwatch.domain.money import NATIVE, to_decimal
from walletwatch.domain.prices import ARITHMETIC, Price
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.quotes import AssetQuote, Conversion, Side
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.work import Button, RenderedMessage

POOLS_PAGE: Final = 5
MAX_BUTTON: Final = 28
HIGH_IMPACT: Final = Decimal("0.05")


class PricesView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def name(self, asset: Asset, say: Texts) -> Html:
        """What an asset is called; an unlisted one has its mint beside."""
        return self._amounts.symbol(asset.id, say, {asset.id: asset.note})

    def price(self, quote: AssetQuote, others: Sequence[Asset], say: Texts, now: datetime) -> RenderedMessage:
        """What an asset costs; `others` are called the same."""
        asset, price = quote.asset, quote.price
        lines = [say("price.title", symbol=_called(asset))]
        if not asset.listed:
            lines.append(say("token.mint", mint=asset.id))
        lines += self._warnings(asset, say)
        # What it is in the chain's own token stands beside it in any case.
        beside = say.in_dollars() if say.exchange.currency is Currency.NATIVE else say
        shown = unit_price(price.usd, beside) if price else None
        if price is None or shown is None:
            lines.append(say("price.unknown"))
        else:
            native = quote.in_native
            if native is None:
                lines.append(say("price.usd", price=shown))
            else:
                symbol = self._profile.native_symbol
                lines.append(say("price.both", price=shown, native=number(native, say), symbol=symbol))
            change = quote.change
            if change is None:
                lines.append(say("price.change_unknown"))
            else:
                lines.append(say("price.change", change=signed_percent(change, say)))
            lines += self._market(quote, price, say)
            source = say(f"price.source.{price.source.value}")
            lines += [Html(""), say("price.read", source=source, age=age(price.at, now, say))]
        return RenderedMessage(
            join_lines(lines), (*self._ways(asset, say, Action.PRICE), *self._choices(others, Action.PRICE))
        )

    def token(
        self,
        asset: Asset,
        mint: MintState,
        price: Price | None,
        markets: Markets | None,
        prices: Mapping[str, Price],
        say: Texts,
        *,
        priced: bool,
    ) -> RenderedMessage:
        """The card of a token.

        Args:
            asset: The token.
            mint: Its mint.
            price: None where none is known and fresh.
            markets: None where nobody could tell.
            prices: By asset.
            say: Of the reader.
            priced: Whether prices could be asked for.
        """
        title = asset.symbol or asset.name or short(asset.id)
        lines = [say("token.title", symbol=title)]
        if asset.name and asset.name != title:
            lines.append(say("token.name", name=asset.name))
        lines.append(say("token.mint", mint=asset.id))
        lines += self._warnings(asset, say) or [
            say("token.listed") if asset.listed else say("token.unlisted")
        ]
        lines.append(Html(""))
        program = say("token.modern" if mint.token_2022 else "token.classic")
        lines.append(say("token.program", program=program, count=mint.decimals))
        lines.append(self._supply(mint, say))
        native = _native_usd(prices)
        shown = unit_price(price.usd, say, native) if price else None
        if shown:
            lines.append(say("token.price", price=shown))
        else:
            lines.append(say("price.unknown") if priced else say("error.prices"))
        if price and shown and not _hides(mint):
            with localcontext(prec=60):
                value = worth(to_decimal(mint.supply, mint.decimals) * price.usd, say, native)
            if value is not None:
                lines.append(say("token.value", value=value))
        lines.append(self._depth(markets, prices, say))
        powers = [say(f"token.power.{name}") for name in _powers(mint)]
        if powers:
            lines += [
                Html(""),
                say("token.powers"),
                *(say("token.power_line", power=each) for each in powers),
            ]
        return RenderedMessage(join_lines(lines), self._ways(asset, say, Action.MINT))

    def pools(
        self,
        asset: Asset,
        markets: Markets,
        prices: Mapping[str, Price],
        identities: Mapping[str, TokenIdentity],
        page: int,
        say: Texts,
        zone: str,
    ) -> RenderedMessage:
        """A page of the pools of an asset, the deepest first."""
        ways = self._ways(asset, say, Action.POOLS)
        if not markets.pools:
            key = "pools.none" if markets.complete else "pools.none_known"
            return RenderedMessage(say(key, asset=self.name(asset, say)), ways)
        depths = {each.address: each.depth_usd(prices, tuple(self._profile.tokens)) for each in markets.pools}
        ordered = sorted(
            markets.pools, key=lambda each: (-(depths[each.address] or Decimal(-1)), each.address)
        )
        with localcontext(prec=60):
            total = sum((depth for depth in depths.values() if depth is not None), Decimal(0))
        page, last = page_of(page, len(ordered), POOLS_PAGE)
        lines = [say("pools.title", asset=self.name(asset, say), count=len(ordered))]
        native = _native_usd(prices)
        shown_total = worth(total, say, native) if total else None
        if shown_total:
            lines.append(say("pools.total", value=shown_total))
        for place, pool in enumerate(
            ordered[page * POOLS_PAGE : (page + 1) * POOLS_PAGE], page * POOLS_PAGE + 1
        ):
            depth = depths[pool.address]
            lines += [Html(""), *self._pool(place, pool, depth, total, native, identities, say, zone)]
        if not markets.complete:
            lines += [Html(""), say("pools.incomplete")]
        return RenderedMessage(
            join_lines(lines), (*turns(Action.POOLS, behind(asset.id), page, last, say), *ways)
        )

    def conversion(
        self, done: Conversion, others: Sequence[Asset], say: Texts, now: datetime
    ) -> RenderedMessage:
        """An amount of one asset in another, and how far that can be believed."""
        source, target = self._unit(done.source, say), self._unit(done.target, say)
        lines = [
            say(
                "convert.result",
                amount=number(done.amount, say),
                source=source,
                result=number(done.result, say),
                target=target,
            ),
            Html(""),
        ]
        if done.is_same:
            lines.append(say("convert.same"))
        else:
            lines += self._terms(done, say)
        assets = {each.id: each for each in (done.source, done.target) if isinstance(each, Asset)}
        for asset in assets.values():
            lines += self._warnings(asset, say)
        if done.oldest is not None and not done.is_same:
            lines += [Html(""), say("convert.read", age=age(done.oldest.at, now, say)), say("convert.mid")]
        prices = [
            button(say("button.price_of", symbol=_called(asset)), Action.PRICE, asset.id)
            for asset in assets.values()
        ]
        return RenderedMessage(
            join_lines(lines), (*((tuple(prices),) if prices else ()), *self._choices(others, Action.MINT))
        )

    def which(
        self, word: str, candidates: Sequence[Asset], action: Action, say: Texts, *, only_alike: bool
    ) -> RenderedMessage:
        """Which asset is meant by a word that has several meanings, or none but only looks like one."""
        if not candidates:
            return RenderedMessage(say("asset.unknown", word=word))
        lines = [say("asset.alike" if only_alike else "asset.which", word=word)]
        lines += [say("asset.line", asset=self.name(each, say)) for each in candidates]
        return RenderedMessage(join_lines(lines), self._choices(candidates, action))

    def _terms(self, done: Conversion, say: Texts) -> list[Html]:
        """Both ways, and what a trade would lose."""
        source, target = _word(done.source), _word(done.target)
        lines = [say("convert.rate", source=source, rate=number(done.rate, say), target=target)]
        if done.rate:
            back = number(ARITHMETIC.divide(Decimal(1), done.rate), say)
            lines.append(say("convert.rate", source=target, rate=back, target=source))
        if not done.is_trade:
            return lines
        if done.impact is None:
            return [*lines, say("convert.impact_unknown")]
        key = "convert.impact_high" if done.impact >= HIGH_IMPACT else "convert.impact"
        return [*lines, say(key, share=percent(done.impact, say))]

    def _unit(self, side: Side, say: Texts) -> Html:
        return self.name(side, say) if isinstance(side, Asset) else escape(_word(side))

    def _warnings(self, asset: Asset, say: Texts) -> list[Html]:
        if asset.impostor_of is None:
            return []
        return [say("token.impostor", name=self._amounts.symbol(asset.impostor_of, say))]

    def _market(self, quote: AssetQuote, price: Price, say: Texts) -> Sequence[Html]:
        if price.liquidity_usd is None:
            return ()
        shown = worth(price.liquidity_usd, say)
        if shown is None:
            return ()
        lines = [say("price.liquidity", value=shown)]
        return [*lines, say("price.thin")] if quote.is_thin else lines

    def _supply(self, mint: MintState, say: Texts) -> Html:
        if _hides(mint):
            return say("token.supply_hidden")
        supply = number(to_decimal(mint.supply, mint.decimals), say)
        key = "token.supply" if mint.mint_authority else "token.supply_fixed"
        return say(key, supply=supply)

    def _depth(self, markets: Markets | None, prices: Mapping[str, Price], say: Texts) -> Html:
        if markets is None:
            return say("token.pools_unknown")
        if not markets.pools:
            return say("token.pools_none")
        with localcontext(prec=60):
            depth = sum(
                (each.depth_usd(prices, tuple(self._profile.tokens)) or Decimal(0) for each in markets.pools),
                Decimal(0),
            )
        shown = worth(depth, say, _native_usd(prices)) if depth else None
        if shown is None:
            return say("token.pools", count=len(markets.pools))
        return say("token.pools_deep", count=len(markets.pools), value=shown)

    def _pool(
        self,
        place: int,
        pool: Market,
        depth: Decimal | None,
        total: Decimal,
        native: Decimal | None,
        identities: Mapping[str, TokenIdentity],
        say: Texts,
        zone: str,
    ) -> Sequence[Html]:
        notes = {
            mint: AssetNote(
                each.symbol, each.name, each.decimals, each.source is IdentitySource.LISTED, each.impostor_of
            )
            for mint in pool.mints
            if (each := identities.get(mint)) is not None
        }
        first, second = (self._amounts.symbol(mint, say, notes) for mint in pool.mints)
        shown = worth(depth, say, native) if depth is not None else None
        if shown is None or depth is None:
            lines = [say("pools.line_unvalued", number=place, first=first, second=second)]
        else:
            with localcontext(prec=60):
                share = percent(depth / total, say) if total else percent(Decimal(0), say)
            lines = [say("pools.line", number=place, first=first, second=second, value=shown, share=share)]
        called = [self._short(mint, identities) for mint in pool.mints]
        lines.append(
            say(
                "pools.reserves",
                first_amount=number(pool.whole(pool.mints[0]), say),
                first=called[0],
                second_amount=number(pool.whole(pool.mints[1]), say),
                second=called[1],
            )
        )
        link = linked(self._profile, pool.address, say)
        opened = pool.opened_at if 0 < pool.opened_at < _LATEST else None
        if opened is None:
            lines.append(say("pools.address", address=link))
        else:
            lines.append(say("pools.opened", address=link, day=day(opened, say, zone)))
        return lines

    def _short(self, mint: str, identities: Mapping[str, TokenIdentity]) -> str:
        known = self._profile.tokens.get(mint) or identities.get(mint)
        return (known.symbol or known.name if known else None) or short(mint)

    def _ways(self, asset: Asset, say: Texts, here: Action) -> Sequence[Sequence[Button]]:
        """What else can be asked of an asset; the first button asks for the same again."""
        first = [button(say("button.refresh"), here, asset.id)]
        if here is not Action.PRICE:
            first.append(button(say("button.price"), Action.PRICE, asset.id))
        if here is not Action.MINT and asset.id != NATIVE:
            first.append(button(say("button.token"), Action.MINT, asset.id))
        second = [button(say("button.convert"), Action.CONVERT, asset.id)]
        if here is not Action.POOLS:
            second.insert(0, button(say("button.pools"), Action.POOLS, asset.id))
        if asset.id == NATIVE:
            return (tuple(first), tuple(second))
        if not asset.listed:
            second.append(button(say("button.scan"), Action.SCAN_ADDRESS, asset.id))
        return (tuple(first), tuple(second), *address_buttons(self._profile, asset.id, say))

    def _choices(self, assets: Sequence[Asset], action: Action) -> Sequence[Sequence[Button]]:
        return in_rows([button(_choice(each), action, each.id) for each in assets], 1)


_LATEST: Final = 253_402_300_799
"""The last second that a calendar has."""


def _choice(asset: Asset) -> str:
    name = _called(asset)
    return name if asset.listed else f"{name} · {short(asset.id)}"


def _word(side: Side) -> str:
    return _called(side) if isinstance(side, Asset) else side.denomination.code


def _called(asset: Asset) -> str:
    text = asset.symbol or asset.name or short(asset.id)
    return text if len(text) <= MAX_BUTTON else f"{text[: MAX_BUTTON - 1]}…"


def _hides(mint: MintState) -> bool:
    confidential = mint.extensions.confidential
    return confidential is not None and confidential.hides_supply


def _powers(mint: MintState) -> Sequence[str]:
    """What its makers can do, and how it differs from a plain token, by the texts' names."""
    extensions: Extensions = mint.extensions
    fee = extensions.transfer_fee
    has = {
        "mint": mint.mint_authority is not None,
        "freeze": mint.freeze_authority is not None,
        "fee": fee is not None and (fee.newer.basis_points > 0 or fee.config_authority is not None),
        "delegate": extensions.permanent_delegate is not None,
        "hook": extensions.hook is not None and extensions.hook.program is not None,
        "pausable": extensions.pausable is not None,
        "default_frozen": extensions.default_frozen,
        "non_transferable": extensions.non_transferable,
        "interest": extensions.interest is not None,
        "scaled": extensions.scaled is not None,
        "confidential": extensions.confidential is not None,
        "close": extensions.close_authority is not None,
        "burn": extensions.permissioned_burn is not None,
        "unreadable": bool(extensions.unreadable),
    }
    return [name for name, present in has.items() if present]


def _native_usd(prices: Mapping[str, Price]) -> Decimal | None:
    """What the chain's own token is worth; None where that is not known."""
    native = prices.get(NATIVE)
    return native.usd if native else None
