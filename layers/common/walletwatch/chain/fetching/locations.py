"""From a stranger's link to the one place that may be connected to.

A link is taken apart once, here, and strictly. What is connected to is put together from these parts, so that
no second parser can see another host in it: differences between parsers are what most ways around such a
guard live from.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from walletwatch.domain.fetching import Refusal

MAX_LENGTH: Final = 2_048
HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80

_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^:\[\]]+)(:(?P<port>[0-9]{0,5}))?")
_LABEL: Final = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
"""Names in Unicode are not among them: as `xn--…` they can be looked up, and nothing is to be converted."""
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label that makes the host an IPv4 address to some parsers (WHATWG URL, "ends in a number")."""
_CONTENT_ID: Final = re.compile(r"//(ipfs/)?(?P<rest>[A-Za-z0-9]{32,128}([/?].*)?)")
_TRANSACTION_ID: Final = re.compile(r"//(?P<rest>[A-Za-z0-9_-]{43}([/?].*)?)")
_KEPT: Final = "%/:=&?~+!$,;'@()*[]"
"""Characters of a path or a query that stand for themselves; all others that are not plain are quoted."""


class NotAllowed(Exception):
    """The link is not followed."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Location:
    """Where a link leads.

    Attributes:
        host: A name in ASCII without a dot at its end, or an address without brackets.
        target: Path and query, beginning with a slash.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port, this one where it is not the scheme's own (RFC 9110, 7.2)."""
        own = HTTPS_PORT if self.scheme == "https" else _HTTP_PORT
        return bracketed(self.host) if self.port == own else f"{bracketed(self.host)}:{self.port}"

    @property
    def origin(self) -> str:
        """Without the target."""
        return f"{self.scheme}://{self.authority}"

    def led_on(self, link: str) -> str:
        """The link of a redirect, which may be relative.

        Raises:
            NotAllowed: Nobody can tell where it leads.
        """
        try:
            return urljoin(f"{self.origin}{self.target}", link)
        except ValueError:
            raise NotAllowed(Refusal.MALFORMED) from None


class Links:
    """Tells where links lead; nothing is resolved, and nothing connected.

    Args:
        ipfs_gateway: Base URL in place of `ipfs:/`, before `/ipfs/`.
        arweave_gateway: Base URL in place of `ar:/`.
        test_origins: Of a local stack: origins that may have any scheme, port and address.
    """

    def __init__(
        self, *, ipfs_gateway: str, arweave_gateway: str, test_origins: frozenset[str] = frozenset()
    ) -> None:
        self._gateways: Mapping[str, Callable[[str], str]] = {
            "ipfs": lambda rest: f"{ipfs_gateway.rstrip('/')}/ipfs/{_path(_CONTENT_ID, rest)}",
            "ar": lambda rest: f"{arweave_gateway.rstrip('/')}/{_path(_TRANSACTION_ID, rest)}",
        }
        self._test_origins = test_origins

    def locate(self, link: str) -> Location:
        """Where a link leads.

        Raises:
            NotAllowed: It must not be followed, wherever its host is.
        """
        link = link.strip()
        if len(link) > MAX_LENGTH or "\\" in link or not link.isprintable():
            raise NotAllowed(Refusal.MALFORMED)
        scheme, _, rest = link.partition(":")
        through = self._gateways.get(scheme.lower())
        location = parse(through(rest) if through else link)
        if self.is_test(location):
            return location
        if location.scheme != "https":
            raise NotAllowed(Refusal.HTTP)
        if location.port != HTTPS_PORT:
            raise NotAllowed(Refusal.PORT)
        return location

    def is_test(self, location: Location) -> bool:
        """Whether it is of an origin that this deployment makes itself."""
        return location.origin in self._test_origins


def parse(link: str) -> Location:
    """The parts of an http or https link.

    Raises:
        NotAllowed: It is none, or one that could be read in more than one way.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        raise NotAllowed(Refusal.MALFORMED) from None
    if parts.scheme not in {"http", "https"}:
        raise NotAllowed(Refusal.SCHEME)
    if "@" in parts.netloc:
        raise NotAllowed(Refusal.CREDENTIALS)
    authority = _AUTHORITY.fullmatch(parts.netloc.lower())
    if authority is None:
        raise NotAllowed(Refusal.MALFORMED)
    port = int(authority["port"] or (HTTPS_PORT if parts.scheme == "https" else _HTTP_PORT))
    query = f"?{parts.query}" if parts.query else ""
    target = quote(f"{parts.path or '/'}{query}", safe=_KEPT)
    return Location(parts.scheme, _host(authority["host"]), port, target)


def bracketed(host: str) -> str:
    """As a URL writes a host: an IPv6 address stands in brackets."""
    return f"[{host}]" if ":" in host else host


def is_address(host: str) -> bool:
    """Whether a host is an address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _host(text: str) -> str:
    host = text[1:-1] if text.startswith("[") else text.removesuffix(".")
    if is_address(host):
        return host
    # An address in another form than the plain one (decimal, octal, hexadecimal, short) is none of ours.
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise NotAllowed(Refusal.MALFORMED)
    return host


def _path(form: re.Pattern[str], rest: str) -> str:
    match = form.fullmatch(rest)
    # A gateway has more at its root than files.
    if match is None or ".." in match["rest"].partition("?")[0].split("/"):
        raise NotAllowed(Refusal.MALFORMED)
    return match["rest"]
