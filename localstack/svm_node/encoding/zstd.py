"""Zstandard frames without compression.

`base64+zstd` promises a Zstandard frame (RFC 8878), not a small one; a frame of raw blocks needs no library.
"""

_MAGIC = (0xFD2FB528).to_bytes(4, "little")
# Single segment, content size in eight bytes, no checksum, no dictionary.
_DESCRIPTOR = bytes([0b1110_0000])
_MAX_BLOCK = 128 * 1024


def zstd_frame(content: bytes) -> bytes:
    """A Zstandard frame that holds the content as raw blocks."""
    chunks = [content[start : start + _MAX_BLOCK] for start in range(0, len(content), _MAX_BLOCK)] or [b""]
    frame = bytearray(_MAGIC + _DESCRIPTOR + len(content).to_bytes(8, "little"))
    for position, chunk in enumerate(chunks):
        is_last = position == len(chunks) - 1
        frame += (len(chunk) << 3 | is_last).to_bytes(3, "little") + chunk
    return bytes(frame)
