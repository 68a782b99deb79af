"""Lists of wallets that a chat shows to whoever has the link."""

import re
import secrets
from collections.abc import Sequence
from typing import Final

from walletwatch.domain.wallet_book import SHARED_FOR, Share, SharedWallet, WalletEntry
from walletwatch.ports.common import Clock
from walletwatch.ports.wallets import WalletBook

TOKEN_BYTES: Final = 18
"""144 bits: nobody finds a list by trying."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{24}")


class Sharing:
    """Makes, opens and ends such lists."""

    def __init__(self, book: WalletBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    async def share(self, chat_id: int, entries: Sequence[WalletEntry], *, named: bool) -> Share:
        """Show these wallets, as they are called now or without names."""
        wallets = [
            SharedWallet(entry.subscription.address, entry.subscription.label if named else None)
            for entry in entries
        ]
        now = self._clock.now()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        return await self._book.share(
            chat_id, token, wallets, named=named, at=now, expires_at=now + SHARED_FOR
        )

    async def open(self, token: str) -> Share | None:
        """The list of a token, which may be anything; None where there is none, or it has ended."""
        if not _TOKEN.fullmatch(token):
            return None
        return await self._book.shared(token, self._clock.now())

    async def shares(self, chat_id: int) -> tuple[Sequence[WalletEntry], Sequence[Share]]:
        """What a chat watches, and the lists it shows at present, the newest first."""
        return await self._book.shares(chat_id, self._clock.now())

    async def revoke(self, chat_id: int, share_id: int) -> bool:
        """End a list; False where this chat has none such."""
        return await self._book.revoke(chat_id, share_id)
