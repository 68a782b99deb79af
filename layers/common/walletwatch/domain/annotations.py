"""What is known of an activity beside what the transaction says: names, prices, and reasons to be careful."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Flag(StrEnum):
    """A reason to look twice."""

    DUST = "dust"
    ZERO_AMOUNT = "zero_amount"
    MASS_AIRDROP = "mass_airdrop"
    UNKNOWN_SENDER = "unknown_sender"
    FIRST_TIME = "first_time"
    """The wallet dealt with nobody of this activity before, as far as is remembered."""
    LOOKALIKE_ADDRESS = "lookalike_address"
    IMPOSTOR_TOKEN = "impostor_token"  # noqa: S105 - a kind of token


@dataclass(frozen=True, slots=True)
class AssetNote:
    """What a token is called and worth.

    Attributes:
        symbol: As its maker or the chain profile writes it, cleaned, not escaped.
        listed: Whether the chain profile vouches for it.
        impostor_of: The mint of a listed token, or `"native"`, whose name it bears.
        usd: Price of one whole token at the time; None where it was not known, or the market is too thin.
    """

    symbol: str | None
    name: str | None
    decimals: int | None
    listed: bool
    impostor_of: str | None = None
    usd: Decimal | None = None

    def to_dict(self) -> dict[str, Any]:
        """The note in JSON types."""
        return {
            "symbol": self.symbol,
            "name": self.name,
            "decimals": self.decimals,
            "listed": self.listed,
            "impostor_of": self.impostor_of,
            "usd": None if self.usd is None else str(self.usd),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "AssetNote":
        """The note that `to_dict` wrote."""
        return cls(
            data["symbol"],
            data["name"],
            data["decimals"],
            data["listed"],
            data["impostor_of"],
            None if data["usd"] is None else Decimal(data["usd"]),
        )


@dataclass(frozen=True, slots=True)
class Lookalike:
    """An address that shows like another one."""

    suspicious: str
    known: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is known beside an activity.

    Attributes:
        assets: By asset; one that nothing is known of is not there.
        lookalike: The pair behind `Flag.LOOKALIKE_ADDRESS`.
    """

    assets: Mapping[str, AssetNote] = field(default_factory=lambda: MappingProxyType({}))
    flags: tuple[Flag, ...] = ()
    lookalike: Lookalike | None = None

    @property
    def is_spam(self) -> bool:
        """Whether nobody asked for it: a false token, or crumbs of a stranger."""
        crumbs = {Flag.DUST, Flag.ZERO_AMOUNT, Flag.MASS_AIRDROP}
        return Flag.IMPOSTOR_TOKEN in self.flags or (
            Flag.UNKNOWN_SENDER in self.flags and not crumbs.isdisjoint(self.flags)
        )

    def to_dict(self) -> dict[str, Any]:
        """The annotation in JSON types."""
        return {
            "assets": {asset: note.to_dict() for asset, note in self.assets.items()},
            "flags": [flag.value for flag in self.flags],
            "lookalike": self.lookalike and [self.lookalike.suspicious, self.lookalike.known],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Annotation":
        """The annotation that `to_dict` wrote; a flag of a later version is left out."""
        known = set(Flag)
        return cls(
            MappingProxyType({asset: AssetNote.from_dict(note) for asset, note in data["assets"].items()}),
            tuple(Flag(flag) for flag in data["flags"] if flag in known),
            None if data["lookalike"] is None else Lookalike(*data["lookalike"]),
        )
