"""Answers are read up to their limit, as they come and as they unpack."""

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.chain.fetching.bodies import check_type, read_body
from walletwatch.chain.fetching.locations import NotAllowed
from walletwatch.domain.fetching import Refusal, Wanted

LIMIT = 1_000


async def pieces(body: bytes, size: int = 100) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def refusal(body: AsyncIterator[bytes], encoding: str | None, limit: int = LIMIT) -> Refusal:
    with pytest.raises(NotAllowed) as refused:
        await read_body(body, encoding, limit)
    return refused.value.why


@given(st.binary(max_size=LIMIT), st.integers(1, 200))
async def test_what_fits_is_read_whole(body: bytes, size: int) -> None:
    assert await read_body(pieces(body, size), None, LIMIT) == body
    assert await read_body(pieces(body, size), "Identity", LIMIT) == body
    packed = gzip.compress(body)
    if len(packed) <= LIMIT:
        assert await read_body(pieces(packed, size), "gzip", LIMIT) == body
        assert await read_body(pieces(zlib.compress(body), size), "deflate", LIMIT) == body


@pytest.mark.parametrize("encoding", [None, "gzip"])
async def test_a_byte_too_many(encoding: str | None) -> None:
    for length in (LIMIT, LIMIT + 1):
        body = b"a" * length
        sent = gzip.compress(body) if encoding else body
        if length == LIMIT:
            assert await read_body(pieces(sent), encoding, LIMIT) == body
        else:
            assert await refusal(pieces(sent), encoding) is Refusal.TOO_LARGE


async def test_an_endless_answer_is_read_no_further() -> None:
    came = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal came
        while True:
            came += 100
            yield b"x" * 100

    assert await refusal(endless(), None) is Refusal.TOO_LARGE
    assert came == LIMIT + 100


async def test_a_bomb_goes_off_no_further_than_the_limit() -> None:
    packing = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(packing.compress(bytes(2**20)) for _ in range(64)), packing.flush()])
    assert len(bomb) < 2**17
    tracemalloc.start()
    try:
        assert await refusal(pieces(bomb, 2**16), "gzip", 2**18) is Refusal.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 2**21
    finally:
        tracemalloc.stop()


PACKED = gzip.compress(b'{"name": "x"}')


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (PACKED[:-1], "gzip"), (PACKED + b"x", "gzip"), (b"{}", "gzip"), (b"", "gzip"), (PACKED, "br"),
        (PACKED, "gzip, gzip"), (gzip.compress(PACKED), "gzip, gzip"), (PACKED, "zstd"), (PACKED, "x"),
        (PACKED * 2, "gzip"),
    ],
)  # fmt: skip
async def test_what_cannot_be_unpacked(body: bytes, encoding: str) -> None:
    assert await refusal(pieces(body), encoding) is Refusal.ENCODING


async def test_padding_behind_the_end_counts_too() -> None:
    assert await refusal(pieces(PACKED + bytes(2 * LIMIT)), "gzip") is Refusal.TOO_LARGE


@pytest.mark.parametrize(
    ("content_type", "json", "image"),
    [
        (None, True, True), ("application/json", True, False), ("Application/JSON; charset=x", True, False),
        ("text/plain", True, False), ("application/ld+json", True, False), ("image/png", False, True),
        ("image/svg+xml", False, True), ("application/octet-stream", True, True), ("text/html", False, False),
        ("text/html; application/json", False, False), ("", False, False), ("video/mp4", False, False),
    ],
)  # fmt: skip
def test_only_what_is_wanted_is_taken(content_type: str | None, json: bool, image: bool) -> None:
    for wanted, fits in ((Wanted.JSON, json), (Wanted.IMAGE, image)):
        if fits:
            check_type(content_type, wanted)
        else:
            with pytest.raises(NotAllowed) as refused:
                check_type(content_type, wanted)
            assert refused.value.why is Refusal.CONTENT_TYPE
