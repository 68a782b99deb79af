"""Tokens that are one of a kind."""

from dataclasses import dataclass
from enum import StrEnum


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


class AssetPower(StrEnum):
    """What somebody other than its holder can do with a Metaplex Core asset."""

    TRANSFER = "transfer"
    BURN = "burn"
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class CoreAsset:
    """A Metaplex Core asset: an account of its own, without a mint.

    Attributes:
        name: At most 48 visible characters, None where it has none that can be read. Its maker's, so it has
            to be escaped wherever it is shown.
        collection: The account of the collection that it belongs to.
        collection_name: As `name`.
        frozen: Whether nobody can move it; None where that could not be read.
        powers: Of others; None where they could not be read.
    """

    address: str
    name: str | None
    collection: str | None
    collection_name: str | None
    frozen: bool | None
    powers: tuple[AssetPower, ...] | None


@dataclass(frozen=True, slots=True)
class HeldAssets:
    """The Metaplex Core assets of a wallet.

    Attributes:
        addresses: Those of a collection together, by their names.
        left_out: How many more there are.
    """

    addresses: tuple[str, ...]
    left_out: int
