"""What a token is called, and whether that name is somebody else's."""

from dataclasses import dataclass
from enum import StrEnum

from walletwatch.domain.lookalikes import readable, skeleton, skeletons
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile

MAX_SYMBOL_LENGTH = 16
MAX_NAME_LENGTH = 48
MAX_URI_LENGTH = 256


class IdentitySource(StrEnum):
    """Who says what the token is called; only the list is a voucher."""

    LISTED = "listed"
    TOKEN_2022 = "token_2022"  # noqa: S105 - a program, not a secret
    METAPLEX = "metaplex"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TokenIdentity:
    """What is known of a mint.

    Attributes:
        symbol: At most 16 visible characters, None where there is none that can be read. Plain text: it is
            its maker's, and has to be escaped wherever it is shown.
        name: At most 48, in the same way.
        image_uri: Of the metadata that name its picture, as written there. It is never fetched.
        impostor_of: The mint of a listed token, or `"native"`, whose name this one bears.
    """

    mint: str
    decimals: int
    symbol: str | None
    name: str | None
    image_uri: str | None
    source: IdentitySource
    impostor_of: str | None = None


@dataclass(frozen=True, slots=True)
class TokenTexts:
    """What a token's maker has written, as bytes became text and no further."""

    symbol: str
    name: str
    uri: str
    source: IdentitySource


def identify(mint: str, decimals: int, texts: TokenTexts | None, profile: ChainProfile) -> TokenIdentity:
    """The identity of a mint that the profile does not list."""
    if texts is None:
        return TokenIdentity(mint, decimals, None, None, None, IdentitySource.NONE)
    return TokenIdentity(
        mint,
        decimals,
        readable(texts.symbol, MAX_SYMBOL_LENGTH),
        readable(texts.name, MAX_NAME_LENGTH),
        _uri(texts.uri),
        texts.source,
        impostor_of(mint, (texts.symbol, texts.name), profile),
    )


def listed(mint: str, profile: ChainProfile) -> TokenIdentity | None:
    """The identity of a mint that the profile vouches for."""
    token = profile.tokens.get(mint)
    if token is None:
        return None
    return TokenIdentity(mint, token.decimals, token.symbol, token.name, None, IdentitySource.LISTED)


def impostor_of(mint: str, names: tuple[str, ...], profile: ChainProfile) -> str | None:
    """Whose name the token bears although it is another: a listed mint, `"native"`, or nobody's (None).

    Names count as the same if they look the same: whatever their alphabet, case, spacing and punctuation.
    """
    if mint in profile.tokens:
        return None
    borne = frozenset[str]().union(*map(skeletons, names))
    if skeleton(profile.native_symbol) in borne:
        return NATIVE
    for known, token in profile.tokens.items():
        if not borne.isdisjoint(map(skeleton, token.names)):
            return NATIVE if known == WRAPPED_NATIVE_MINT else known
    return None


def _uri(text: str) -> str | None:
    uri = text.strip()
    is_plain = uri.isascii() and uri.isprintable() and " " not in uri
    return uri if is_plain and 0 < len(uri) <= MAX_URI_LENGTH else None
