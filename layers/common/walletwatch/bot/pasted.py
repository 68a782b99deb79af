"""What people paste: addresses and signatures, bare or in links of an explorer."""

import re
from collections.abc import Sequence
from typing import Final

from walletwatch.domain.addresses import is_address

_WORD: Final = re.compile(r"[^\s,;]+")
MAX_LENGTH: Final = 300
_LINK: Final = re.compile(
    r"https?://[^\s/?#]+/(?:[\w-]+/)?(?P<kind>tx|transaction|address|account|token)/"
    r"(?P<name>[1-9A-HJ-NP-Za-km-z]{32,88})/?(?:[?#]\S*)?",
    re.IGNORECASE,
)


def all_unlinked(text: str) -> str:
    """A text in which each link of an explorer is what it is about."""
    return _WORD.sub(lambda word: unlinked(word[0]), text)


def addresses_in(text: str) -> Sequence[str]:
    """The addresses among the words of a text, each once."""
    return [*dict.fromkeys(filter(is_address, map(unlinked, _WORD.findall(text))))]


def unlinked(text: str) -> str:
    """The address or signature that a link of an explorer is about; any other text as it is.

    The link is never opened, and its host does not matter.
    """
    text = text.strip()
    link = _LINK.fullmatch(text) if len(text) <= MAX_LENGTH else None
    return link["name"] if link else text
