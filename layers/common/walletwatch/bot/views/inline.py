"""Cards that people post to their chats through the bot."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Final

from walletwatch.bot.formatting import Amounts, short, unit_price
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.inline import TokenCard, WalletCard
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.tokens import IdentitySource
from walletwatch.domain.work import Button, RenderedMessage

MAX_LINE: Final = 64
"""Characters of a title or a description; more does not fit on a phone."""
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class InlineChoice:
    """One thing to choose; what is shown in the list is for whoever chooses, and plain text.

    Attributes:
        id: At most 64 bytes, another for each choice of an answer.
        message: What is posted; everybody in the chat sees it.
    """

    id: str
    title: str
    description: str
    message: RenderedMessage


class InlineView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def choice(self, card: WalletCard | TokenCard, bot: str, say: Texts) -> InlineChoice:
        """A card to choose.

        Args:
            card: What it is of.
            bot: The user name of the bot, for its links.
            say: Of whoever chooses; the card that is posted speaks their language too.
        """
        if isinstance(card, TokenCard):
            return self._token(card, bot, say)
        held = self._held(card, say)
        named = card.label is not None
        lines = [say("inline.wallet", address=short(card.address)), say("inline.holds", amount=held)]
        # What somebody calls a wallet is theirs, and not posted.
        return InlineChoice(
            card.address,
            f"👛 {card.label or short(card.address)}"[:MAX_LINE],
            (f"{short(card.address)} · {_plain(held)}" if named else _plain(held))[:MAX_LINE],
            RenderedMessage(join_lines(lines), self._buttons(card.address, bot, say)),
        )

    def _held(self, card: WalletCard, say: Texts) -> Html:
        if card.lamports is None:
            return say("inline.not_read")
        note = AssetNote(self._profile.native_symbol, None, NATIVE_DECIMALS, listed=True, usd=card.native_usd)
        return self._amounts.asset(NATIVE, card.lamports, NATIVE_DECIMALS, say, {NATIVE: note})

    def _token(self, card: TokenCard, bot: str, say: Texts) -> InlineChoice:
        identity = card.identity
        name = identity.symbol or identity.name or short(identity.mint)
        price = say("inline.no_price")
        shown = unit_price(card.usd, say) if card.usd is not None and identity.impostor_of is None else None
        if shown is not None:
            price = say("inline.price", price=shown)
        lines = [say("inline.token", name=name, address=short(identity.mint))]
        if identity.name and identity.name != name:
            lines.append(say("inline.token_name", name=identity.name))
        if identity.impostor_of is not None:
            lines.append(say("inline.impostor"))
        elif identity.source is IdentitySource.LISTED:
            lines.append(say("inline.listed"))
        else:
            lines.append(say("inline.unlisted"))
        lines.append(price)
        warned = say("inline.impostor") if identity.impostor_of is not None else price
        return InlineChoice(
            identity.mint,
            f"🪙 {name}"[:MAX_LINE],
            f"{short(identity.mint)} · {_plain(warned)}"[:MAX_LINE],
            RenderedMessage(join_lines(lines), self._buttons(identity.mint, bot, say)),
        )

    def _buttons(self, address: str, bot: str, say: Texts) -> tuple[tuple[Button, ...], ...]:
        url = self._profile.address_url(address)
        explorer = (Button(say("button.explorer"), url=url),) if url else ()
        return (
            (*explorer, Button(say("button.copy_address"), copy_text=address)),
            (Button(say("button.open_in_bot"), url=f"https://t.me/{bot}?start=w_{address}"),),
        )


def _plain(html: Html) -> str:
    """What a line says, without its markup."""
    return unescape(_TAG.sub("", html))
