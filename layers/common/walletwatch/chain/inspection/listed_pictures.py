"""The pictures of the listed tokens, with which those of others are compared."""

import asyncio
from datetime import timedelta
from typing import Final

import msgspec

from walletwatch.chain.inspection.metadata_file import Said, read_digest, read_file
from walletwatch.chain.tokens.written import read_written
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.identity import Listed, Sameness, Twin
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Metrics
from walletwatch.ports.scanning import Fetcher
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

KNOWN_FOR: Final = timedelta(hours=24)
INCOMPLETE_FOR: Final = timedelta(minutes=5)


class _ListedPicture(msgspec.Struct, frozen=True):
    mint: str
    link: str
    sha256: str | None


class _Album(msgspec.Struct, frozen=True):
    """All of them, as they are kept.

    Attributes:
        complete: Whether none of them is missing that may be there another time.
    """

    pictures: tuple[_ListedPicture, ...] = ()
    complete: bool = True


class ListedPictures:
    """Reads them once a day for all instances: one call, and the files of each listed token.

    Args:
        profile: Whose tokens they are.
    """

    def __init__(
        self, chain: Chain, fetcher: Fetcher, profile: ChainProfile, cache: Cache, metrics: Metrics
    ) -> None:
        self._chain = chain
        self._fetcher = fetcher
        self._profile = profile
        self._key = f"listed-pictures:1:{profile.name}"
        self._albums = Cached[_Album](
            cache,
            metrics,
            decode=msgspec.json.Decoder(_Album).decode,
            ttl=lambda album: KNOWN_FOR if album.complete else INCOMPLETE_FOR,
        )

    async def twin(self, mint: str, link: str, sha256: str | Unknown | None) -> Twin | Unknown | None:
        """The listed token whose picture this is; None where it is nobody's.

        Args:
            mint: Whose picture is compared; it is not its own twin.
            link: Of the picture.
            sha256: Of its content, if that could be had.

        Returns:
            Unknown where none was found among those that could be compared, which are not all.
        """
        try:
            album = await self._albums.get_or_load(self._key, self._read)
        except ChainUnavailable:
            return Unknown(UnknownReason.UNAVAILABLE)
        except ChainRefused:
            return Unknown(UnknownReason.REFUSED)
        others = [picture for picture in album.pictures if picture.mint != mint]
        for other in others:
            if other.link == link:
                return self._twin(other, Sameness.LINK)
            if other.sha256 is not None and other.sha256 == sha256:
                return self._twin(other, Sameness.CONTENT)
        if not album.complete or (others and isinstance(sha256, Unknown)):
            return Unknown(UnknownReason.UNREACHABLE)
        return None

    def _twin(self, picture: _ListedPicture, by: Sameness) -> Twin:
        return Twin(Listed(picture.mint, self._profile.tokens[picture.mint].symbol), by)

    async def _read(self) -> _Album:
        if not self._profile.tokens:
            return _Album()
        written = await read_written(self._chain, list(self._profile.tokens))
        links = {mint: each.texts.uri.strip() for mint, (_, each) in written.items() if each is not None}
        read = await asyncio.gather(*(self._picture(mint, link) for mint, link in links.items() if link))
        return _Album(
            tuple(picture for picture, _ in read if picture is not None),
            complete=all(complete for _, complete in read),
        )

    async def _picture(self, mint: str, link: str) -> tuple[_ListedPicture | None, bool]:
        """The picture of one token, and whether all of it could be had that there is."""
        said = await read_file(self._fetcher, link)
        if not isinstance(said, Said) or said.image is None:
            return None, not isinstance(said, Unknown)
        sha256 = await read_digest(self._fetcher, said.image)
        if isinstance(sha256, Unknown):
            # The link can still be compared.
            return _ListedPicture(mint, said.image, None), False
        return _ListedPicture(mint, said.image, sha256), True
