"""`ports.Fetcher`: files from places that strangers chose.

A token's maker writes a link, and this process opens it: from inside a network, with what it may reach there.
So a link is taken apart strictly (`locations`), its host is looked up here and all of its addresses have to
be public (`addresses`), and the connection goes to the very address that was looked at: whoever changes his
mind between two lookups (DNS rebinding) is not asked again. TLS is made with the host's name. Redirects are
followed by hand, each looked at like the first link. Time and size have their limits (`bodies`), and nothing
of ours goes along: no cookies, no credentials, no proxy of the environment.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from walletwatch.chain.fetching.addresses import is_public
from walletwatch.chain.fetching.bodies import LIMITS, check_type, read_body
from walletwatch.chain.fetching.locations import (
    HTTPS_PORT,
    Links,
    Location,
    NotAllowed,
    bracketed,
    is_address,
)
from walletwatch.chain.fetching.resolving import NoSuchHost, Resolve, SystemResolver
from walletwatch.domain.fetching import Fetched, FetchOutcome, Miss, Missed, Refusal, Refused, Wanted
from walletwatch.ports.common import Metrics

if TYPE_CHECKING:
    from httpx2 import Response

SECONDS: Final = 3.0
MAX_REDIRECTS: Final = 3
MAX_ADDRESSES: Final = 3
"""Of one host, tried one after the other."""
_OK: Final = 200
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NOT_FOUND: Final = frozenset({404, 410})
_ACCEPT: Final = {Wanted.JSON: "application/json", Wanted.IMAGE: "image/*"}


class _InVain(Exception):
    """Nothing came of it."""

    def __init__(self, why: Miss) -> None:
        super().__init__(why.value)
        self.why = why


class GuardedFetcher:
    """Fetches over https from public addresses.

    Args:
        links: Tells where they lead.
        metrics: Counts how each fetch ended, and how long it took.
        seconds: For all of it: lookups, redirects and the body.
        resolve: Instead of the system's resolver, for tests.
        allowed: Instead of `is_public`, for tests.
        port: Where https is served; another one for tests.
        context: Of TLS, for tests.
    """

    def __init__(
        self,
        links: Links,
        metrics: Metrics,
        *,
        seconds: float = SECONDS,
        resolve: Resolve | None = None,
        allowed: Callable[[str], bool] = is_public,
        port: int = HTTPS_PORT,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._links = links
        self._metrics = metrics
        self._seconds = seconds
        self._resolve = resolve or SystemResolver()
        self._allowed = allowed
        self._port = port
        self._context = context

    async def fetch(self, link: str, wanted: Wanted) -> FetchOutcome:
        """What a link leads to, or why it was not, or in vain, followed. Raises nothing of the other side's.

        Args:
            link: `https:`, `ipfs:` or `ar:`, by whomever.
            wanted: What it should lead to.
        """
        began = time.monotonic()
        outcome: FetchOutcome
        try:
            async with asyncio.timeout(self._seconds):
                outcome = Fetched(await self._follow(link, wanted))
        except NotAllowed as error:
            outcome = Refused(error.why)
        except _InVain as error:
            outcome = Missed(error.why)
        except TimeoutError:
            outcome = Missed(Miss.TIMED_OUT)
        self._count(outcome)
        self._metrics.milliseconds("FetchLatency", (time.monotonic() - began) * 1000)
        return outcome

    async def _follow(self, link: str, wanted: Wanted) -> bytes:
        for _ in range(MAX_REDIRECTS + 1):
            location = self._links.locate(link)
            answer = await self._ask(location, wanted)
            if isinstance(answer, bytes):
                return answer
            link = location.led_on(answer)
        raise NotAllowed(Refusal.REDIRECTS)

    async def _ask(self, location: Location, wanted: Wanted) -> bytes | str:
        """The body, or the link that the answer leads on to."""
        import httpx2  # noqa: PLC0415 - only where the network is asked; the RPC client has it loaded by then

        addresses = await self._addresses(location)
        for address in addresses[:MAX_ADDRESSES]:
            try:
                return await self._exchange(location, address, wanted)
            except httpx2.ConnectError:
                continue
            except (httpx2.HTTPError, httpx2.InvalidURL):
                break
        raise _InVain(Miss.UNREACHABLE)

    async def _addresses(self, location: Location) -> list[str]:
        """The addresses that may be connected to.

        Raises:
            NotAllowed: Even one of them may not.
        """
        if is_address(location.host):
            addresses = [location.host]
        else:
            try:
                addresses = list(await self._resolve(location.host))
            except NoSuchHost:
                raise _InVain(Miss.NOT_FOUND) from None
            except OSError:
                raise _InVain(Miss.UNREACHABLE) from None
        if not self._links.is_test(location) and not all(map(self._allowed, addresses)):
            raise NotAllowed(Refusal.PRIVATE_ADDRESS)
        return addresses

    async def _exchange(self, location: Location, address: str, wanted: Wanted) -> bytes | str:
        import httpx2  # noqa: PLC0415 - see above

        port = location.port if self._links.is_test(location) else self._port
        request = httpx2.Request(
            "GET",
            f"{location.scheme}://{bracketed(address)}:{port}{location.target}",
            headers={
                "host": location.authority,
                "accept": _ACCEPT[wanted],
                "accept-encoding": "gzip, identity",
                "user-agent": "x1-wallet-watcher",
            },
            # The name that the certificate has to be of; the URL has only the address.
            extensions={"sni_hostname": location.host},
        )
        # One for each exchange: a connection that was made for one name is never used for another at the same
        # address. And no client: that would keep cookies, follow redirects and unpack without a limit.
        async with httpx2.AsyncHTTPTransport(verify=self._tls(), trust_env=False) as transport:
            response = await transport.handle_async_request(request)
            try:
                return await _answer(response, wanted)
            finally:
                await response.aclose()

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def _count(self, outcome: FetchOutcome) -> None:
        match outcome:
            case Fetched():
                self._metrics.count("FetchesDone")
            case Refused(Refusal.TOO_LARGE):
                self._metrics.count("FetchesTooLarge")
            case Refused(Refusal.PRIVATE_ADDRESS):
                self._metrics.count("FetchesPrivate")
            case Refused():
                self._metrics.count("FetchesRefused")
            case Missed(Miss.NOT_FOUND):
                self._metrics.count("FetchesNotFound")
            case Missed(Miss.TIMED_OUT):
                self._metrics.count("FetchesTimedOut")
            case Missed(Miss.UNREACHABLE):
                self._metrics.count("FetchesUnreachable")


async def _answer(response: "Response", wanted: Wanted) -> bytes | str:
    status, headers = response.status_code, response.headers
    if status in _REDIRECTS:
        if "location" not in headers:
            raise NotAllowed(Refusal.REDIRECTS)
        return headers["location"]
    if status in _NOT_FOUND:
        raise _InVain(Miss.NOT_FOUND)
    if status != _OK:
        raise _InVain(Miss.UNREACHABLE)
    check_type(headers.get("content-type"), wanted)
    return await read_body(response.aiter_raw(), headers.get("content-encoding"), LIMITS[wanted])
