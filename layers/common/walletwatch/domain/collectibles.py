"""Tokens that are one of a kind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Collectible:
    """What is known of a mint that may be an NFT.

    Attributes:
        unique: Whether there is exactly one, and it cannot be divided.
        final: Whether nobody can make another one.
        collection: The mint that it belongs to, by that one's own word; None where none is known.
    """

    mint: str
    unique: bool
    final: bool
    collection: str | None
