"""Files in memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from walletwatch.domain.errors import MediaGone, MediaUnavailable


@dataclass
class FakeMedia:
    """`ports.MediaStore` over a dictionary; set `down` to let every call fail."""

    down: bool = False
    kept: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        self._check()
        kept = content if isinstance(content, bytes) else await asyncio.to_thread(content.read_bytes)
        self.kept[key] = kept, content_type

    @asynccontextmanager
    async def opened(self, key: str) -> AsyncIterator[Path]:
        self._check()
        if key not in self.kept:
            raise MediaGone(key)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(self.kept[key][0])
            yield path

    def _check(self) -> None:
        if self.down:
            raise MediaUnavailable("the fake store of files is down")
