"""What people paste: addresses and signatures, bare or in links of an explorer."""

import re
from typing import Final

MAX_LENGTH: Final = 300
_LINK: Final = re.compile(
    r"https?://[^\s/?#]+/(?:[\w-]+/)?(?P<kind>tx|transaction|address|account|token)/"
    r"(?P<name>[1-9A-HJ-NP-Za-km-z]{32,88})/?(?:[?#]\S*)?",
    re.IGNORECASE,
)


def unlinked(text: str) -> str:
    """The address or signature that a link of an explorer is about; any other text as it is.

    The link is never opened, and its host does not matter.
    """
    text = text.strip()
    link = _LINK.fullmatch(text) if len(text) <= MAX_LENGTH else None
    return link["name"] if link else text
