"""Which asset is meant by a word: the chain's own token, a listed one, a mint, or what a chat's wallets hold.

Whoever makes a token may call it anything. So a word means a listed token before any other of that name, and
never one that it only looks like: that is said, and left to the person.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.addresses import is_address
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.lookalikes import skeleton
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile
from walletwatch.domain.tokens import IdentitySource, TokenIdentity, listed

MAX_WORD: Final = 64
MAX_OTHERS: Final = 6


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset that a word may mean.

    Attributes:
        id: A mint, or `NATIVE`.
        symbol: As its maker or the chain profile writes it, cleaned, not escaped.
        decimals: None where nobody could be asked.
        impostor_of: The mint of a listed token, or `NATIVE`, whose name it bears.
    """

    id: str
    symbol: str | None
    name: str | None
    decimals: int | None
    listed: bool
    impostor_of: str | None = None

    @property
    def note(self) -> AssetNote:
        """What is known of it, without a price."""
        return AssetNote(self.symbol, self.name, self.decimals, self.listed, self.impostor_of)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a word means.

    Attributes:
        best: None where it means nothing, or several things of which none is listed.
        others: Further assets of the same name.
        lookalikes: Known assets that it only looks like, or begins like.
    """

    best: Asset | None
    others: tuple[Asset, ...] = ()
    lookalikes: tuple[Asset, ...] = ()


@dataclass(frozen=True, slots=True)
class AssetScope:
    """The assets that the words of a chat may mean.

    Attributes:
        held: Identities of tokens that its wallets hold, and of mints it named, by mint.
        named: Whether anybody could be asked for names.
    """

    profile: ChainProfile
    held: Mapping[str, TokenIdentity]
    named: bool = True

    def resolve(self, text: str) -> Resolution:
        """What is meant; a leading `$` is a habit of writing."""
        word = _composed(text.strip()[:MAX_WORD]).removeprefix("$")
        if is_address(word):
            return Resolution(self.of(word))
        vouched = list(_matching(word, self._vouched()))
        held = [asset for asset in _matching(word, self._held()) if asset.id not in self.profile.tokens]
        if vouched:
            return Resolution(vouched[0], tuple(held[:MAX_OTHERS]))
        if len(held) == 1:
            return Resolution(held[0], lookalikes=self._lookalikes(word))
        return Resolution(None, tuple(held[:MAX_OTHERS]), self._lookalikes(word))

    def of(self, asset: str) -> Asset | None:
        """The asset of a mint, or of `NATIVE`; None where there is no such mint, as far as is known."""
        if asset == NATIVE:
            return self._native()
        identity = listed(asset, self.profile) or self.held.get(asset)
        if identity is not None:
            return _asset(identity)
        return None if self.named else Asset(asset, None, None, None, listed=False)

    def _native(self) -> Asset:
        return Asset(NATIVE, self.profile.native_symbol, None, NATIVE_DECIMALS, listed=True)

    def _vouched(self) -> Iterable[Asset]:
        yield self._native()
        for mint in self.profile.tokens:
            identity = listed(mint, self.profile)
            if identity is not None:
                yield _asset(identity)

    def _held(self) -> Iterable[Asset]:
        return (_asset(identity) for _, identity in sorted(self.held.items()))

    def _lookalikes(self, word: str) -> tuple[Asset, ...]:
        shape = skeleton(word)
        if not shape:
            return ()
        return tuple(
            asset
            for asset in self._vouched()
            if asset.id != WRAPPED_NATIVE_MINT
            and any(skeleton(name).startswith(shape) for name in (asset.symbol, asset.name) if name)
        )[:MAX_OTHERS]


def _asset(identity: TokenIdentity) -> Asset:
    return Asset(
        identity.mint,
        identity.symbol,
        identity.name,
        identity.decimals,
        identity.source is IdentitySource.LISTED,
        identity.impostor_of,
    )


def _matching(word: str, assets: Iterable[Asset]) -> Iterable[Asset]:
    return (asset for asset in assets if _same(word, asset.symbol) or _same(word, asset.name))


def _composed(word: str) -> str:
    """The word with its marks on its letters; composing must not make ASCII of what is none (U+212A)."""
    composed = unicodedata.normalize("NFC", word)
    return word if composed.isascii() and not word.isascii() else composed


def _same(word: str, name: str | None) -> bool:
    """Whether they differ in case at most; lower case, too, makes ASCII of letters that are none."""
    if not word or name is None or word.lower() != name.lower():
        return False
    return all(ours.isascii() == theirs.isascii() for ours, theirs in zip(word, name, strict=False))
