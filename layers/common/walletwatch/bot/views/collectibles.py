"""What is one of a kind, and may be: tokens, and Metaplex Core assets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from walletwatch.bot.formatting import Amounts, short
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action
from walletwatch.bot.links import linked
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.money import PAGE_SIZE, Holder, balance_button, card_button
from walletwatch.bot.views.paging import behind, page_of, turns
from walletwatch.domain.collectibles import AssetPower, Collectible, CoreAsset, HeldAssets
from walletwatch.domain.holdings import HeldToken
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.domain.work import RenderedMessage


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of what may be NFTs: tokens first, then assets.

    Attributes:
        count: How many tokens there are.
        held: The assets that there are; None where nobody told.
        tokens: Of this page, with their names.
        assets: Of this page.
        minted: What is known of the tokens, by mint; None where the chain did not tell.
        collections: What the tokens' collections are called.
        known: What is known of the assets, by address; None where the chain did not tell.
        page: Counted from zero.
    """

    count: int
    held: HeldAssets | None
    tokens: Sequence[HeldToken]
    assets: Sequence[str]
    minted: Mapping[str, Collectible] | None
    collections: Mapping[str, TokenIdentity]
    known: Mapping[str, CoreAsset] | None
    page: int


class CollectiblesView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def nfts(self, holder: Holder, shelf: Shelf, say: Texts) -> RenderedMessage:
        """A page of what may be NFTs."""
        back = (balance_button(holder, say), *card_button(holder, say))
        listed = len(shelf.held.addresses) if shelf.held is not None else 0
        lines = [say("nfts.title", wallet=holder.title(say))]
        if shelf.count:
            lines.append(say("nfts.tokens", count=shelf.count))
        if shelf.held is None:
            lines.append(say("nfts.core_unknown"))
        elif listed:
            lines.append(say("nfts.core", count=listed + shelf.held.left_out))
        if not shelf.count and not listed:
            lines.insert(1, say("nfts.none" if shelf.held is not None else "nfts.no_tokens"))
            return RenderedMessage(join_lines(lines), (back,))
        page, last = page_of(shelf.page, shelf.count + listed, PAGE_SIZE)
        numbers = count(page * PAGE_SIZE + 1)
        for token in shelf.tokens:
            lines += [Html(""), *self._token(next(numbers), token, shelf, say)]
        for asset in shelf.assets:
            lines += [Html(""), *self._asset(next(numbers), asset, shelf, say)]
        if shelf.held is not None and shelf.held.left_out and page == last:
            lines += [Html(""), say("nfts.left_out", count=shelf.held.left_out)]
        return RenderedMessage(
            join_lines(lines), (*turns(Action.NFTS, behind(holder.ref), page, last, say), back)
        )

    def _token(self, number: int, token: HeldToken, shelf: Shelf, say: Texts) -> Sequence[Html]:
        one = shelf.minted.get(token.mint) if shelf.minted is not None else None
        name = token.identity.name or token.identity.symbol if token.identity else None
        lines = [self._line(number, name, token.mint, say)]
        if token.identity is not None and token.identity.impostor_of is not None:
            real = self._amounts.symbol(token.identity.impostor_of, say)
            lines.append(say("nfts.impostor", name=real))
        if one is not None and one.collection is not None:
            identity = shelf.collections.get(one.collection)
            called = identity.name or identity.symbol if identity else None
            lines.append(say("nfts.collection", name=called or short(one.collection)))
        if one is None:
            lines.append(say("nfts.unknown"))
        elif not one.unique:
            lines.append(say("nfts.several"))
        return lines

    def _asset(self, number: int, address: str, shelf: Shelf, say: Texts) -> Sequence[Html]:
        asset = shelf.known.get(address) if shelf.known is not None else None
        lines = [self._line(number, asset.name if asset else None, address, say)]
        if asset is None:
            return [*lines, say("nfts.unread")]
        if asset.collection is not None:
            lines.append(say("nfts.collection", name=asset.collection_name or short(asset.collection)))
        if asset.frozen:
            lines.append(say("nfts.frozen"))
        if asset.powers is None:
            lines.append(say("nfts.powers_unknown"))
        powers = [power for power in asset.powers or () if power is not AssetPower.FREEZE or not asset.frozen]
        return [*lines, *(say(f"nfts.power.{power.value}") for power in powers)]

    def _line(self, number: int, name: str | None, address: str, say: Texts) -> Html:
        return say(
            "nfts.line",
            number=number,
            name=name or say("nfts.unnamed"),
            mint=linked(self._profile, address, say),
        )
