"""What is refused before anything is connected: unit tests open no sockets, so a connection would fail."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.fakes.metrics import FakeMetrics
from walletwatch.chain.fetching.fetcher import GuardedFetcher
from walletwatch.chain.fetching.locations import Links
from walletwatch.chain.fetching.resolving import NoSuchHost, SystemResolver
from walletwatch.domain.fetching import FetchOutcome, Miss, Missed, Refusal, Refused, Wanted

LINKS = Links(ipfs_gateway="https://ipfs.example", arweave_gateway="https://ar.example")
PRIVATE = Refused(Refusal.PRIVATE_ADDRESS)


@dataclass
class Names:
    """`Resolve` by a table."""

    known: dict[str, Sequence[str]] = field(default_factory=dict)
    error: OSError | None = None
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if self.error is not None:
            raise self.error
        return self.known[host]


async def fetch(link: str, names: Names, metrics: FakeMetrics | None = None) -> FetchOutcome:
    fetcher = GuardedFetcher(LINKS, metrics or FakeMetrics(), resolve=names, seconds=1)
    return await fetcher.fetch(link, Wanted.JSON)


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"], ["127.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"], ["fd00:ec2::254"],
        ["93.184.215.14", "10.0.0.1"], ["2606:4700::1", "fe80::1%eth0"], ["100.64.0.1"], ["0.0.0.0"],
    ],
)  # fmt: skip
async def test_even_one_private_address_is_enough_to_be_refused(addresses: Sequence[str]) -> None:
    metrics = FakeMetrics()
    assert await fetch("https://a.example/x", Names({"a.example": addresses}), metrics) == PRIVATE
    assert metrics.counts == {"FetchesPrivate": 1}
    assert len(metrics.durations["FetchLatency"]) == 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]", "169.254.169.254"],
)
async def test_addresses_in_the_link_are_looked_at_too(host: str) -> None:
    names = Names()
    assert await fetch(f"https://{host}/x", names) == PRIVATE
    assert names.asked == []


async def test_a_gateway_is_looked_at_like_any_host() -> None:
    names = Names({"ipfs.example": ["10.0.0.1"]})
    link = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
    assert await fetch(link, names) == PRIVATE


@pytest.mark.parametrize(
    ("error", "why", "counted"),
    [
        (NoSuchHost(socket.EAI_NONAME, "no such host"), Miss.NOT_FOUND, "FetchesNotFound"),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), Miss.UNREACHABLE, "FetchesUnreachable"),
    ],
)
async def test_a_name_without_an_address(error: OSError, why: Miss, counted: str) -> None:
    metrics = FakeMetrics()
    assert await fetch("https://a.example/", Names(error=error), metrics) == Missed(why)
    assert metrics.counts == {counted: 1}


async def test_a_name_server_that_does_not_answer() -> None:
    async def resolve(_host: str) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    metrics = FakeMetrics()
    fetcher = GuardedFetcher(LINKS, metrics, resolve=resolve, seconds=0.01)
    assert await fetcher.fetch("https://a.example/", Wanted.IMAGE) == Missed(Miss.TIMED_OUT)
    assert metrics.counts == {"FetchesTimedOut": 1}


async def test_a_link_that_is_not_followed_asks_nobody() -> None:
    names, metrics = Names(), FakeMetrics()
    assert await fetch("http://a.example/", names, metrics) == Refused(Refusal.HTTP)
    assert names.asked == []
    assert metrics.counts == {"FetchesRefused": 1}


class TestTheSystemsResolver:
    async def test_addresses_come_once_and_ipv4_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def getaddrinfo(host: str, port: None, *, type: int) -> list[object]:  # noqa: A002 - its name
            assert (host, type) == ("a.example", socket.SOCK_STREAM)
            six = (socket.AF_INET6, type, 6, "", ("2606:4700::1", 0, 0, 0))
            return [six, (socket.AF_INET, type, 6, "", ("1.1.1.1", 0)), six]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        assert await SystemResolver()("a.example") == ["1.1.1.1", "2606:4700::1"]

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (socket.gaierror(socket.EAI_NONAME, "unknown"), NoSuchHost),
            (socket.gaierror(socket.EAI_AGAIN, "later"), socket.gaierror),
            (UnicodeError("label too long"), NoSuchHost),
        ],
    )
    async def test_a_name_that_nobody_has_is_told_from_a_failure(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: type[Exception]
    ) -> None:
        def getaddrinfo(*_args: object, **_more: object) -> list[object]:
            raise error

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with pytest.raises(expected):
            await SystemResolver()("a.example")
