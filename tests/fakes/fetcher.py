"""Files at links."""

import json
from dataclasses import dataclass, field

from walletwatch.domain.fetching import Fetched, FetchOutcome, Miss, Missed, Wanted


@dataclass
class FakeFetcher:
    """`ports.Fetcher` over a dictionary; a link that is not in it leads to nothing."""

    files: dict[str, FetchOutcome] = field(default_factory=dict)
    asked: list[tuple[str, Wanted]] = field(default_factory=list)

    def put(self, link: str, file: object) -> None:
        """A file: bytes, or what is written as JSON."""
        content = file if isinstance(file, bytes) else json.dumps(file).encode()
        self.files[link] = Fetched(content)

    async def fetch(self, link: str, wanted: Wanted) -> FetchOutcome:
        self.asked.append((link, wanted))
        return self.files.get(link, Missed(Miss.NOT_FOUND))
