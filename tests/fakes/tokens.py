"""Tokens that tests name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.tokens import TokenIdentity


@dataclass
class FakeTokens:
    """`ports.Tokens` over a dictionary; set `down` to let every call fail."""

    known: dict[str, TokenIdentity] = field(default_factory=dict)
    down: bool = False
    asked: list[frozenset[str]] = field(default_factory=list)

    async def identities(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity]:
        self.asked.append(frozenset(mints))
        if self.down:
            raise ChainUnavailable("the fake chain is down")
        return {mint: self.known[mint] for mint in mints if mint in self.known}
