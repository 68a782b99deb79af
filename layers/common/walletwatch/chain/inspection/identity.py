"""What a token is called, and what its maker points to: one call at most, and two files.

The pictures of the listed tokens cost one call more, once a day.
"""

from dataclasses import dataclass
from typing import Final

from walletwatch.chain.inspection.listed_pictures import ListedPictures
from walletwatch.chain.inspection.metadata_file import MAX_LINK, Said, read_digest, read_file
from walletwatch.chain.tokens.mint_account import TOKEN_METADATA
from walletwatch.chain.tokens.written import Written, places_outside, read_outside
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.identity import (
    Description,
    Listed,
    MetadataFile,
    Picture,
    WrittenNames,
)
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.lookalikes import hidden, readable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.domain.tokens import IdentitySource, TokenTexts, impostor_of
from walletwatch.ports.chain import Chain
from walletwatch.ports.scanning import Fetcher

IDENTITY_FACTS: Final = (WrittenNames, MetadataFile, Picture)
IDENTITY_NEEDS: Final = (MintState,)

MAX_TEXT: Final = 128
"""Characters of a name or symbol; what lures people is rarely short."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies outside of the chain.

    Attributes:
        fetcher: Opens the links that makers wrote.
        pictures: Of the listed tokens.
    """

    fetcher: Fetcher
    pictures: ListedPictures


class IdentityReader:
    """Reads the part of an inspection that is a token's identity.

    Args:
        outside: None where this deployment opens no links.
    """

    def __init__(self, chain: Chain, profile: ChainProfile, outside: Outside | None) -> None:
        self._chain = chain
        self._profile = profile
        self._outside = outside

    async def read(self, subject: str, facts: Facts) -> Facts:
        """`WrittenNames`, and `MetadataFile` and `Picture` where there are such."""
        mint: MintState | Unknown = facts[MintState]
        if isinstance(mint, Unknown):
            return dict.fromkeys(IDENTITY_FACTS, mint)
        try:
            names = await self._names(mint)
        except ChainUnavailable:
            return dict.fromkeys(IDENTITY_FACTS, Unknown(UnknownReason.UNAVAILABLE))
        except ChainRefused:
            return dict.fromkeys(IDENTITY_FACTS, Unknown(UnknownReason.REFUSED))
        if isinstance(names, Unknown):
            return dict.fromkeys(IDENTITY_FACTS, names)
        if names.link is None:
            return {WrittenNames: names}
        if self._outside is None:
            off = Unknown(UnknownReason.SWITCHED_OFF)
            return {WrittenNames: names, MetadataFile: off, Picture: off}
        return {WrittenNames: names, **await self._files(self._outside, subject, names.link)}

    async def _names(self, mint: MintState) -> WrittenNames | Unknown:
        written = await self._written(mint)
        if isinstance(written, Unknown):
            return written
        if written is None:
            return WrittenNames(mint.address, IdentitySource.NONE, None, None, None, (), None, mint.slot)
        texts = written.texts
        return WrittenNames(
            account=written.account,
            source=texts.source,
            name=readable(texts.name, MAX_TEXT),
            symbol=readable(texts.symbol, MAX_TEXT),
            link=texts.uri.strip()[:MAX_LINK] or None,
            hidden=tuple(dict.fromkeys((*hidden(texts.name), *hidden(texts.symbol)))),
            imitates=self._imitated(mint.address, texts.symbol, texts.name),
            slot=written.slot,
        )

    async def _written(self, mint: MintState) -> Written | Unknown | None:
        own = mint.extensions.metadata
        pointer = mint.extensions.metadata_pointer
        place = pointer.address if pointer is not None else None
        if place == mint.address and TOKEN_METADATA in mint.extensions.unreadable:
            return Unknown(UnknownReason.UNREADABLE)
        if place == mint.address and own is not None:
            texts = TokenTexts(own.symbol, own.name, own.uri, IdentitySource.TOKEN_2022)
            return Written(mint.address, texts, mint.slot)
        accounts = await self._chain.accounts(places_outside(mint.address, place))
        return read_outside(mint.address, place, accounts)

    async def _files(self, outside: Outside, mint: str, link: str) -> Facts:
        said = await read_file(outside.fetcher, link)
        if isinstance(said, Unknown):
            return {MetadataFile: said, Picture: said}
        if not isinstance(said, Said):
            return {MetadataFile: MetadataFile(link, said)}
        name, symbol = said.name or "", said.symbol or ""
        description = Description(
            readable(name, MAX_TEXT),
            readable(symbol, MAX_TEXT),
            said.image,
            self._imitated(mint, symbol, name),
        )
        found: dict[type, MetadataFile | Picture | Unknown] = {MetadataFile: MetadataFile(link, description)}
        if said.image is not None:
            found[Picture] = await _picture(outside, mint, said.image)
        return found

    def _imitated(self, mint: str, *names: str) -> Listed | None:
        imitated = impostor_of(mint, names, self._profile)
        if imitated is None:
            return None
        is_native = imitated == NATIVE
        symbol = self._profile.native_symbol if is_native else self._profile.tokens[imitated].symbol
        return Listed(imitated, symbol)


async def _picture(outside: Outside, mint: str, link: str) -> Picture | Unknown:
    sha256 = await read_digest(outside.fetcher, link)
    twin = await outside.pictures.twin(mint, link, sha256)
    if isinstance(twin, Unknown):
        return twin
    return Picture(link, None if isinstance(sha256, Unknown) else sha256, twin)
