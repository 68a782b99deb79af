"""Files on their way to people."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol


class MediaStore(Protocol):
    """Keeps files for a day, by their keys (S3)."""

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        """Keep a file, in place of the one that has this key.

        Args:
            key: Names it.
            content: The file, or where it is; then it is not read into memory.
            content_type: MIME type.

        Raises:
            MediaUnavailable: It was not taken.
        """

    def opened(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A file of one's own with what is kept, which goes at the end.

        Raises:
            MediaGone: Nothing is kept by this key, or no longer.
            MediaUnavailable: It could not be had.
        """
