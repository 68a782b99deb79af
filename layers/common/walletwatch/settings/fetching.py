"""Settings of fetching the files that tokens point to."""

import re
from typing import Final

import msgspec

from walletwatch.settings.values import listed

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+:[0-9]+")


class FetchSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of the files that tokens point to.

    Attributes:
        fetch_metadata: Whether they are fetched at all.
        ipfs_gateway: Base URL of the gateway for `ipfs:` links.
        arweave_gateway: Base URL of the gateway for `ar:` links.
        fetch_test_origins: Of a local stack only: origins, separated by commas, that are fetched from
            although they are private (`http://127.0.0.1:8080`).
    """

    stage: str = "local"
    fetch_metadata: bool = True
    ipfs_gateway: str = "https://ipfs.io"
    arweave_gateway: str = "https://arweave.net"
    fetch_test_origins: str = ""

    def __post_init__(self) -> None:
        """Check what the types cannot say."""
        if self.test_origins and self.stage != "local":
            raise ValueError("FETCH_TEST_ORIGINS is for local stacks only")
        if not all(map(_ORIGIN.fullmatch, self.test_origins)):
            raise ValueError("FETCH_TEST_ORIGINS needs origins such as http://127.0.0.1:8080")
        for name, url in (("IPFS_GATEWAY", self.ipfs_gateway), ("ARWEAVE_GATEWAY", self.arweave_gateway)):
            is_test = any(url == origin or url.startswith(f"{origin}/") for origin in self.test_origins)
            if not url.startswith("https://") and not is_test:
                raise ValueError(f"{name} is no https URL")

    @property
    def test_origins(self) -> frozenset[str]:
        """The origins that may be private."""
        return frozenset(listed(self.fetch_test_origins))
