"""What can be posted to any chat by writing the bot's name there."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from walletwatch.domain.chats import Chat
from walletwatch.domain.tokens import TokenIdentity


@dataclass(frozen=True, slots=True)
class WalletCard:
    """A wallet.

    Attributes:
        label: What whoever asks calls it; nobody else is shown that.
        lamports: What it holds; None where that could not be read in time.
        native_usd: What one whole native token is worth; None where that is not known.
    """

    address: str
    label: str | None
    lamports: int | None
    native_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class TokenCard:
    """A token, with what one of it is worth; None where that is not known."""

    identity: TokenIdentity
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What somebody can choose from.

    Attributes:
        chat: Their private chat, as it is remembered; None for a stranger.
        next_offset: Where more begins; empty where there is no more.
    """

    chat: Chat | None
    cards: Sequence[WalletCard | TokenCard]
    next_offset: str = ""
