"""Who somebody is: a wallet of the chat, known to the chain profile, warned of, or a stranger."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from walletwatch.bot.formatting import short
from walletwatch.bot.texts import Html, Texts, escape
from walletwatch.domain.addresses import looks_like_address, looks_like_signature
from walletwatch.domain.browsing import OwnWallet
from walletwatch.domain.profile import ChainProfile

NOBODY_LISTED: Final[Mapping[str, str]] = MappingProxyType({})


class Parties:
    """Names addresses for one chat.

    Args:
        profile: Knows exchanges, pools and the like.
        wallets: The chat's own.
        warned: By address, who warns of it.
    """

    def __init__(
        self,
        profile: ChainProfile,
        wallets: Sequence[OwnWallet],
        warned: Mapping[str, str] = NOBODY_LISTED,
    ) -> None:
        self._profile = profile
        self._own = {wallet.address: wallet for wallet in wallets}
        self._warned = warned

    def name(self, address: str, say: Texts) -> Html:
        """In few letters."""
        own = self._own.get(address)
        if own is not None:
            return say("party.own", name=own.label or short(address))
        if address in self._warned:
            return say("party.warned", address=short(address), source=self._warned[address])
        known = self._profile.labels.get(address)
        if known is not None:
            return say("party.known", name=known.name)
        return Html(f"<code>{escape(short(address))}</code>")

    def linked(self, address: str, say: Texts) -> Html:
        """The name, with what the explorer knows behind it."""
        url = self._profile.address_url(address) if looks_like_address(address) else None
        name = self.name(address, say)
        return Html(f'{name} <a href="{url}">↗</a>') if url else name


def transaction_link(profile: ChainProfile, signature: str) -> Html:
    """A small link to a transaction; empty where the explorer does not know it."""
    url = profile.transaction_url(signature) if looks_like_signature(signature) else None
    return Html(f' <a href="{url}">↗</a>') if url else Html("")
