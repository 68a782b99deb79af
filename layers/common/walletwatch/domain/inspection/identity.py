"""What a token is called, what its maker points to, and whose name or picture that is.

All texts are strangers': without what nobody sees, cut, and to be escaped wherever they are shown.
"""

from dataclasses import dataclass
from enum import StrEnum

from walletwatch.domain.fetching import Miss, Refusal
from walletwatch.domain.tokens import IdentitySource


@dataclass(frozen=True, slots=True)
class Listed:
    """A token that the chain profile lists, as that of which something else has the looks.

    Attributes:
        mint: Its mint, or `"native"`.
    """

    mint: str
    symbol: str


@dataclass(frozen=True, slots=True)
class WrittenNames:
    """What is written on the chain.

    Attributes:
        account: Where; the mint where nothing is.
        source: By which program; NONE where nothing is.
        link: Of the metadata file; None where there is none.
        hidden: Characters in the names that show as nothing or turn the direction of writing, as `U+202E`.
        imitates: Whose name it bears.
        slot: At which it was read.
    """

    account: str
    source: IdentitySource
    name: str | None
    symbol: str | None
    link: str | None
    hidden: tuple[str, ...]
    imitates: Listed | None
    slot: int


@dataclass(frozen=True, slots=True)
class Description:
    """What a metadata file says (Metaplex's token standard, which Token-2022's tokens follow, too).

    Attributes:
        picture: Link of the picture.
        imitates: Whose name it gives.
    """

    name: str | None
    symbol: str | None
    picture: str | None
    imitates: Listed | None


@dataclass(frozen=True, slots=True)
class Useless:
    """In the place of a description where the link leads to none, and that is no fault of ours."""

    why: Refusal | Miss


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """What the link on the chain leads to. A token without a link has none."""

    link: str
    content: Description | Useless


class Sameness(StrEnum):
    """By what a picture is another's."""

    LINK = "link"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Twin:
    """A listed token that has the same picture."""

    of: Listed
    by: Sameness


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture that the metadata file names. A token whose file names none has none.

    Attributes:
        sha256: Of the file, in hexadecimal; None where the link leads to no picture.
    """

    link: str
    sha256: str | None
    twin: Twin | None
