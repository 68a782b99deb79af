"""Groups and channels, and who answers for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from walletwatch.domain.chats import Chat


@dataclass(frozen=True, slots=True)
class LinkedChat:
    """A group or channel that somebody answers for.

    Attributes:
        wallets: How many it hears of.
    """

    chat: Chat
    wallets: int


@dataclass(frozen=True, slots=True)
class LinkedWallet:
    """A wallet that its owner watches in private, or that the chat hears of.

    Attributes:
        label: What the chat calls it, or, where it does not hear of it, its owner.
        told: Whether the chat hears of it.
    """

    wallet_id: int
    address: str
    label: str | None
    told: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A group or channel, and what its owner can let it hear of."""

    chat: Chat
    wallets: Sequence[LinkedWallet]
