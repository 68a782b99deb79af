"""Reading the files that a token's maker points to: what describes it, and its picture."""

import codecs
import hashlib
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from walletwatch.domain.fetching import Fetched, Miss, Missed, Refusal, Refused, Wanted
from walletwatch.domain.inspection.identity import Useless
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.scanning import Fetcher

MAX_LINK: Final = 2_048

_OUT_OF_REACH: Final = Unknown(UnknownReason.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Said:
    """What a metadata file says, as it stands there, by Metaplex's token standard."""

    name: str | None
    symbol: str | None
    image: str | None


async def read_file(fetcher: Fetcher, link: str) -> Said | Useless | Unknown:
    """The metadata file at a link."""
    outcome = await fetcher.fetch(link, Wanted.JSON)
    match outcome:
        case Fetched(content):
            return _said(content)
        case Refused(why):
            return Useless(why)
        case Missed(Miss.NOT_FOUND):
            return Useless(Miss.NOT_FOUND)
        case Missed():
            return _OUT_OF_REACH


async def read_digest(fetcher: Fetcher, link: str) -> str | Unknown | None:
    """SHA-256 of the picture at a link, in hexadecimal; None where the link leads to none."""
    outcome = await fetcher.fetch(link, Wanted.IMAGE)
    match outcome:
        case Fetched(content):
            return hashlib.sha256(content).hexdigest()
        case Refused() | Missed(Miss.NOT_FOUND):
            return None
        case Missed():
            return _OUT_OF_REACH


def _said(content: bytes) -> Said | Useless:
    try:
        document = msgspec.json.decode(content.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return Useless(Refusal.CONTENT_TYPE)
    link = _text(document.get("image"))
    return Said(_text(document.get("name")), _text(document.get("symbol")), link[:MAX_LINK] if link else None)


def _text(value: Any) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None
