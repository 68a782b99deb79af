"""Keeping an endpoint's API key out of what its answers are quoted in."""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

HIDDEN: Final = "[hidden]"
MIN_SECRET_LENGTH: Final = 8
"""Shorter parts of a URL are words such as `v1` or `mainnet`."""


class Redaction:
    """Hides the parts of a URL that may be secret: user, password, path, query and fragment.

    Gateways like to quote the path in their pages ("Cannot POST /<key>").
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        texts = [parts.username or "", parts.password or "", parts.path, parts.query, parts.fragment]
        pieces = {piece for text in texts for piece in re.split(r"[/&=;]", text)}
        secrets = {form for piece in pieces for form in (piece, unquote(piece))}
        self._secrets = sorted((s for s in secrets if len(s) >= MIN_SECRET_LENGTH), key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with `[hidden]` in place of each of them."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text
