"""Buttons that lead out of the chat; without python-telegram-bot, which few functions need to load."""

from collections.abc import Sequence

from walletwatch.bot.texts import Texts
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import Button


def address_buttons(profile: ChainProfile, address: str, say: Texts) -> Sequence[Sequence[Button]]:
    """To look at an address, and to copy it whole."""
    url = profile.address_url(address)
    explorer = (Button(say("button.explorer"), url=url),) if url else ()
    return ((*explorer, Button(say("button.copy_address"), copy_text=address)),)
