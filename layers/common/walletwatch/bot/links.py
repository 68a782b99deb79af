"""Buttons that lead out of the chat; without python-telegram-bot, which few functions need to load."""

from collections.abc import Sequence

from walletwatch.bot.formatting import short
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button


def address_buttons(profile: ChainProfile, address: str, say: Texts) -> Sequence[Sequence[Button]]:
    """To look at an address, and to copy it whole."""
    url = profile.address_url(address)
    explorer = (Button(say("button.explorer"), url=url),) if url else ()
    return ((*explorer, Button(say("button.copy_address"), copy_text=address)),)


def linked(profile: ChainProfile, address: str, say: Texts) -> Html:
    """A short address that leads to the explorer, where there is one."""
    url = profile.address_url(address)
    if url is None:
        return say("common.address", address=short(address))
    return say("common.link", url=url, text=short(address))
