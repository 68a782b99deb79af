"""Reading what a stranger's server answers, and never more than was agreed to."""

import zlib
from collections.abc import AsyncIterable
from typing import Final

from walletwatch.chain.fetching.locations import NotAllowed
from walletwatch.domain.fetching import Refusal, Wanted

LIMITS: Final = {Wanted.JSON: 64 * 1024, Wanted.IMAGE: 1024 * 1024}
"""Bytes of a file, packed and unpacked."""

_BINARY: Final = frozenset({"application/octet-stream", "binary/octet-stream"})
"""What storage says of a file that was uploaded without a type."""
_JSON: Final = frozenset({"application/json", "text/json", "text/plain"}) | _BINARY
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32


def check_type(content_type: str | None, wanted: Wanted) -> None:
    """See whether an answer is what is wanted, by its own word; one that says nothing may be.

    Raises:
        NotAllowed: It is something else.
    """
    if content_type is None:
        return
    kind = content_type.partition(";")[0].strip().lower()
    if wanted is Wanted.JSON:
        fits = kind in _JSON or (kind.startswith("application/") and kind.endswith("+json"))
    else:
        fits = kind.startswith("image/") or kind in _BINARY
    if not fits:
        raise NotAllowed(Refusal.CONTENT_TYPE)


async def read_body(chunks: AsyncIterable[bytes], encoding: str | None, limit: int) -> bytes:
    """The whole of an answer, unpacked.

    Args:
        chunks: As they come.
        encoding: Of `Content-Encoding`.
        limit: Bytes, of what comes and of what it unpacks to.

    Raises:
        NotAllowed: There is more, or it cannot be unpacked.
    """
    coding = (encoding or "identity").strip().lower()
    if coding == "identity":
        return await _plain(chunks, limit)
    if coding in {"gzip", "x-gzip", "deflate"}:
        return await _unpacked(chunks, limit)
    raise NotAllowed(Refusal.ENCODING)


async def _plain(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise NotAllowed(Refusal.TOO_LARGE)
    return bytes(body)


async def _unpacked(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    body = bytearray()
    came = 0
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    async for chunk in chunks:
        came += len(chunk)
        try:
            # One byte above the limit is enough to know; a bomb goes off no further than that.
            body += unpacking.decompress(chunk, limit + 1 - len(body))
        except zlib.error:
            raise NotAllowed(Refusal.ENCODING) from None
        if came > limit or len(body) > limit:
            raise NotAllowed(Refusal.TOO_LARGE)
    if not unpacking.eof or unpacking.unused_data:
        raise NotAllowed(Refusal.ENCODING)
    return bytes(body)
