"""The guarded fetcher against a real TLS server that does what strangers do.

Addresses are those of this machine, so the tests say which of them counts as public: 127.0.0.1 does, and all
others do not.
"""

import asyncio
import contextlib
import gzip
import json
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest
import trustme

from tests.fakes.metrics import FakeMetrics
from walletwatch.chain.fetching.bodies import LIMITS
from walletwatch.chain.fetching.fetcher import MAX_REDIRECTS, GuardedFetcher
from walletwatch.chain.fetching.locations import Links
from walletwatch.chain.fetching.resolving import SystemResolver
from walletwatch.domain.fetching import Fetched, FetchOutcome, Miss, Missed, Refusal, Refused, Wanted

pytestmark = pytest.mark.integration

PUBLIC = "127.0.0.1"
PRIVATE = "10.0.0.1"
HOST = "stranger.example"
OTHER = "other.example"
FILE = json.dumps({"name": "Alphabet", "symbol": "ABC"}).encode()
CID = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"

type Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def head(*headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def reply(body: bytes, *headers: str, status: str = "200 OK") -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head(*headers, f"content-length: {len(body)}", status=status) + body)

    return answer


def document(body: bytes = FILE, *headers: str) -> Answer:
    return reply(body, "content-type: application/json", *headers)


def redirect(link: str, status: int = 302) -> Answer:
    return reply(b"", f"location: {link}", "set-cookie: who=you; Path=/", status=f"{status} Elsewhere")


async def flushed(writer: asyncio.StreamWriter) -> None:
    """Let the other side, which runs in the same loop, have its turn: `drain` alone does not always wait."""
    await writer.drain()
    await asyncio.sleep(0)


@dataclass
class Stranger:
    """A server with an answer for each path; it remembers what it was asked, and by which name."""

    context: ssl.SSLContext
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    sent: int = 0
    port: int = 0

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        server = await asyncio.start_server(self._serve, PUBLIC, 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever hangs up in the middle is what these tests are about.
        with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in request[1:] if line)
            path = request[0].split(" ")[1]
            self.asked.append((path, headers))
            await self.answers[path](writer)
            await writer.drain()
        writer.close()

    async def endless(self, writer: asyncio.StreamWriter) -> None:
        """As much as is taken."""
        writer.write(head("content-type: application/json"))
        while not writer.is_closing():
            writer.write(b" " * 4096)
            self.sent += 4096
            await flushed(writer)


@dataclass
class Names:
    """`Resolve` that gives its answers one after the other, the last of them for good."""

    answers: list[Sequence[str]] = field(default_factory=lambda: [[PUBLIC]])
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def stranger(authority: trustme.CA) -> AsyncIterator[Stranger]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST, OTHER, "ipfs.example").configure_cert(context)
    server = Stranger(context)
    async with server.serving():
        yield server


@dataclass
class Opened:
    """A fetcher that trusts the test's authority."""

    fetcher: GuardedFetcher
    names: Names
    metrics: FakeMetrics

    async def fetch(self, link: str, wanted: Wanted = Wanted.JSON) -> FetchOutcome:
        return await self.fetcher.fetch(link, wanted)


@pytest.fixture
def opened(authority: trustme.CA, stranger: Stranger) -> Opened:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    names, metrics = Names(), FakeMetrics()
    fetcher = GuardedFetcher(
        Links(ipfs_gateway="https://ipfs.example", arweave_gateway="https://ar.example"),
        metrics,
        seconds=1,
        resolve=names,
        allowed=lambda address: address == PUBLIC,
        port=stranger.port,
        context=context,
    )
    return Opened(fetcher, names, metrics)


async def test_a_file_is_fetched_from_the_address_that_was_looked_at(
    stranger: Stranger, opened: Opened
) -> None:
    stranger.answers["/x?y=1"] = document()
    assert await opened.fetch(f"https://{HOST}/x?y=1#z") == Fetched(FILE)
    # The name exists nowhere but in `Names`: nobody else was asked.
    assert opened.names.asked == [HOST]
    assert stranger.names == [HOST]
    ((_, headers),) = stranger.asked
    assert headers["host"] == HOST
    assert not headers.keys() & {"cookie", "authorization", "referer"}
    assert opened.metrics.counts == {"FetchesDone": 1}


async def test_through_a_gateway(stranger: Stranger, opened: Opened) -> None:
    stranger.answers[f"/ipfs/{CID}/1.json"] = document()
    assert await opened.fetch(f"ipfs://{CID}/1.json") == Fetched(FILE)
    assert stranger.names == ["ipfs.example"]


async def test_a_picture(stranger: Stranger, opened: Opened) -> None:
    stranger.answers["/x"] = reply(b"\x89PNG", "content-type: image/png")
    assert await opened.fetch(f"https://{HOST}/x", Wanted.IMAGE) == Fetched(b"\x89PNG")
    assert await opened.fetch(f"https://{HOST}/x") == Refused(Refusal.CONTENT_TYPE)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_by_hand(stranger: Stranger, opened: Opened, status: int) -> None:
    stranger.answers |= {"/x": redirect(f"https://{OTHER}/y", status), "/y": redirect("z"), "/z": document()}
    assert await opened.fetch(f"https://{HOST}/x") == Fetched(FILE)
    assert stranger.names == [HOST, OTHER, OTHER]
    assert opened.names.asked == [HOST, OTHER, OTHER]
    # The cookies that came with them stayed behind.
    assert not any("cookie" in headers for _, headers in stranger.asked)


async def test_no_more_redirects_than_agreed(stranger: Stranger, opened: Opened) -> None:
    stranger.answers["/x"] = redirect("/x")
    assert await opened.fetch(f"https://{HOST}/x") == Refused(Refusal.REDIRECTS)
    assert len(stranger.asked) == MAX_REDIRECTS + 1
    stranger.answers["/y"] = reply(b"", status="302 Nowhere")
    assert await opened.fetch(f"https://{HOST}/y") == Refused(Refusal.REDIRECTS)


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (f"https://{PRIVATE}/latest", Refusal.PRIVATE_ADDRESS),
        ("https://169.254.169.254/latest/meta-data", Refusal.PRIVATE_ADDRESS),
        ("https://[::ffff:127.0.0.1]/", Refusal.PRIVATE_ADDRESS),
        (f"http://{HOST}/y", Refusal.HTTP),
        (f"https://{HOST}:22/", Refusal.PORT),
        (f"https://user@{HOST}/y", Refusal.CREDENTIALS),
        ("https://2130706433/", Refusal.MALFORMED),
        ("file:///etc/passwd", Refusal.SCHEME),
    ],
)
async def test_a_redirect_is_looked_at_like_the_first_link(
    stranger: Stranger, opened: Opened, link: str, why: Refusal
) -> None:
    stranger.answers["/x"] = redirect(link)
    assert await opened.fetch(f"https://{HOST}/x") == Refused(why)
    assert [path for path, _ in stranger.asked] == ["/x"]


async def test_a_host_that_changes_its_mind_is_not_asked_again(stranger: Stranger, opened: Opened) -> None:
    """DNS rebinding: public for the guard, private for the connection."""
    opened.names.answers = [[PUBLIC], [PRIVATE]]
    stranger.answers |= {"/x": document(), "/y": redirect("/x")}
    assert await opened.fetch(f"https://{HOST}/x") == Fetched(FILE)
    assert opened.names.asked == [HOST]
    opened.names.answers = [[PUBLIC], [PRIVATE]]
    assert await opened.fetch(f"https://{HOST}/y") == Refused(Refusal.PRIVATE_ADDRESS)
    assert [path for path, _ in stranger.asked] == ["/x", "/y"]
    opened.names.answers = [[PUBLIC, PRIVATE]]
    assert await opened.fetch(f"https://{HOST}/x") == Refused(Refusal.PRIVATE_ADDRESS)
    assert len(stranger.asked) == 2


async def test_another_address_is_tried_where_one_does_not_answer(
    stranger: Stranger, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger.answers["/x"] = document()
    monkeypatch.setattr(opened.fetcher, "_allowed", lambda address: address in {PUBLIC, "::1"})
    # Nobody listens there.
    opened.names.answers = [["::1", PUBLIC]]
    assert await opened.fetch(f"https://{HOST}/x") == Fetched(FILE)


async def test_a_certificate_has_to_be_of_the_host(stranger: Stranger, opened: Opened) -> None:
    stranger.answers["/x"] = document()
    assert await opened.fetch("https://third.example/x") == Missed(Miss.UNREACHABLE)
    assert await opened.fetch(f"https://{PUBLIC}/x") == Missed(Miss.UNREACHABLE)
    assert stranger.asked == []
    assert opened.metrics.counts == {"FetchesUnreachable": 2}


async def test_a_certificate_of_an_unknown_authority(stranger: Stranger) -> None:
    stranger.answers["/x"] = document()
    links = Links(ipfs_gateway="https://ipfs.example", arweave_gateway="https://ar.example")
    fetcher = GuardedFetcher(
        links, FakeMetrics(), resolve=Names(), allowed=PUBLIC.__eq__, port=stranger.port, seconds=1
    )
    assert await fetcher.fetch(f"https://{HOST}/x", Wanted.JSON) == Missed(Miss.UNREACHABLE)
    assert stranger.asked == []


@pytest.mark.parametrize("wanted", Wanted)
async def test_an_endless_answer_is_cut(stranger: Stranger, opened: Opened, wanted: Wanted) -> None:
    stranger.answers["/x"] = stranger.endless
    if wanted is Wanted.IMAGE:
        stranger.answers["/x"] = _endless_picture(stranger)
    assert await opened.fetch(f"https://{HOST}/x", wanted) == Refused(Refusal.TOO_LARGE)
    assert opened.metrics.counts == {"FetchesTooLarge": 1}
    # What the buffers of both sides take went out, and no more.
    assert LIMITS[wanted] < stranger.sent < 2**25


def _endless_picture(stranger: Stranger) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head("content-type: image/png", "transfer-encoding: chunked"))
        while not writer.is_closing():
            writer.write(b"1000\r\n" + b" " * 4096 + b"\r\n")
            stranger.sent += 4096
            await flushed(writer)

    return answer


async def test_what_is_packed_is_unpacked_and_a_bomb_is_cut(stranger: Stranger, opened: Opened) -> None:
    packing = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(packing.compress(bytes(2**20)) for _ in range(32)), packing.flush()])
    assert len(bomb) < LIMITS[Wanted.JSON]
    stranger.answers |= {
        "/packed": document(gzip.compress(FILE), "content-encoding: gzip"),
        "/bomb": document(bomb, "content-encoding: gzip"),
        "/other": document(FILE, "content-encoding: br"),
    }
    assert await opened.fetch(f"https://{HOST}/packed") == Fetched(FILE)
    assert await opened.fetch(f"https://{HOST}/bomb") == Refused(Refusal.TOO_LARGE)
    assert await opened.fetch(f"https://{HOST}/other") == Refused(Refusal.ENCODING)


async def _silence(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def _slow_body(writer: asyncio.StreamWriter) -> None:
    writer.write(head("content-type: application/json", "content-length: 1000"))
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _slow_head(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("answer", [_silence, _slow_body, _slow_head])
async def test_time_is_bounded_in_all(stranger: Stranger, opened: Opened, answer: Answer) -> None:
    stranger.answers |= {"/x": redirect("/y"), "/y": answer}
    async with asyncio.timeout(2):
        assert await opened.fetch(f"https://{HOST}/x") == Missed(Miss.TIMED_OUT)
    assert opened.metrics.counts == {"FetchesTimedOut": 1}
    (milliseconds,) = opened.metrics.durations["FetchLatency"]
    assert 1000 <= milliseconds < 1500


async def _nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


async def _hangs_up(writer: asyncio.StreamWriter) -> None:
    writer.write(head("content-type: application/json", "content-length: 1000") + FILE)


async def _endless_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"x-more: " + b"x" * 4096 + b"\r\n")
        await flushed(writer)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply(b"", status="404 Not Found"), Miss.NOT_FOUND), (reply(b"", status="410 Gone"), Miss.NOT_FOUND),
        (reply(b"", status="403 No"), Miss.UNREACHABLE), (reply(b"", status="500 Oh"), Miss.UNREACHABLE),
        (reply(b"", status="206 Some of it"), Miss.UNREACHABLE), (_nonsense, Miss.UNREACHABLE),
        (_hangs_up, Miss.UNREACHABLE), (_endless_head, Miss.UNREACHABLE),
    ],
)  # fmt: skip
async def test_what_is_no_answer(stranger: Stranger, opened: Opened, answer: Answer, why: Miss) -> None:
    stranger.answers["/x"] = answer
    assert await opened.fetch(f"https://{HOST}/x") == Missed(why)


async def test_nobody_there(stranger: Stranger, opened: Opened, unused_tcp_port: int) -> None:
    fetcher = opened.fetcher
    fetcher._port = unused_tcp_port
    assert await opened.fetch(f"https://{HOST}/x") == Missed(Miss.UNREACHABLE)


async def test_by_default_this_machine_is_refused_and_an_origin_of_the_stack_is_not() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await document()(writer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, PUBLIC, 0)
    origin = f"http://{PUBLIC}:{server.sockets[0].getsockname()[1]}"

    def fetcher(*origins: str) -> GuardedFetcher:
        links = Links(
            ipfs_gateway="https://ipfs.example",
            arweave_gateway="https://ar.example",
            test_origins=frozenset(origins),
        )
        return GuardedFetcher(links, FakeMetrics())

    async with server:
        assert await fetcher(origin).fetch(f"{origin}/x", Wanted.JSON) == Fetched(FILE)
        assert await fetcher().fetch(f"{origin}/x", Wanted.JSON) == Refused(Refusal.HTTP)
        private = Refused(Refusal.PRIVATE_ADDRESS)
        assert await fetcher(origin).fetch("https://127.0.0.1/x", Wanted.JSON) == private
        assert await fetcher(origin).fetch("https://localhost/x", Wanted.JSON) == private


async def test_the_systems_resolver_knows_this_machine() -> None:
    assert (await SystemResolver()("localhost"))[0] in {"127.0.0.1", "::1"}
