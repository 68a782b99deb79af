"""Lives of wallets on a chain in memory: transactions that follow each other, each with its own time."""

import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tests.fakes.chain import FakeChain
from tests.unit.chain.scenes import LAMPORTS, Story, address, anchor_tag
from walletwatch.domain.addresses import decode_address, encode
from walletwatch.domain.chain import AccountData
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import TOKEN

XDEX = "sEsYH97wqmfnkzHedjNcw3zyJdPvUmsa9AixhS4b4fN"
POOLS = address("pools")
"""Owner of all vaults."""
VAULT = 10**12
"""What any token account holds before a transaction."""
BEGAN = 1_790_000_000


def vault(mint: str) -> str:
    return Story.account(mint, POOLS)


def made(mint: str, maker: str, payer: str | None = None) -> Story:
    """A token is made; its authority is its maker, who signs unless somebody else pays."""
    return Story(payer or maker).call(TOKEN, b"\x14\6" + decode_address(maker) + b"\0", mint)


def added(mint: str, maker: str, money: str = WRAPPED_NATIVE_MINT) -> Story:
    story = Story(maker).call(XDEX, anchor_tag("deposit") + bytes(24), maker)
    return story.send(mint, maker, POOLS, 10**6, inside=True).send(money, maker, POOLS, 10**6, inside=True)


def removed(mint: str, maker: str, part: int, money: str = WRAPPED_NATIVE_MINT) -> Story:
    """Liquidity is taken out: so many base units of each vault's `VAULT`."""
    story = Story(maker).call(XDEX, anchor_tag("withdraw") + bytes(24), maker)
    story.burn(address(f"LP of {mint}"), maker, 5, inside=True)
    return story.send(mint, POOLS, maker, part, inside=True).send(money, POOLS, maker, part, inside=True)


def mint_account(mint: str, *, supply: int = 10**9, authority: str | None = None) -> AccountData:
    option = bytes(36) if authority is None else b"\1\0\0\0" + decode_address(authority)
    data = option + struct.pack("<QBB", supply, 6, 1) + bytes(36)
    return AccountData(mint, TOKEN, 1, data, 500)


def token_account(account: str, mint: str, amount: int) -> AccountData:
    data = decode_address(mint) + decode_address(POOLS) + struct.pack("<Q", amount) + bytes(93)
    return AccountData(account, TOKEN, 1, data, 500)


@dataclass
class Lives:
    """Lands stories on a `FakeChain`, ten seconds apart."""

    chain: FakeChain = field(default_factory=FakeChain)
    now: int = BEGAN
    _count: int = 0

    def land(self, story: Story, *mentioned: str, new: tuple[str, ...] = ()) -> str:
        """A transaction happens to the addresses mentioned; those that are new had nothing before."""
        self._count += 1
        self.now += 10
        signature = encode(sha256(str(self._count).encode()).digest() * 2)
        result = story.result()
        result["blockTime"] = self.now
        result["slot"] = self.chain.current_slot + 1
        result["transaction"]["signatures"] = [signature]
        meta, keys = result["meta"], result["transaction"]["message"]["accountKeys"]
        for each in new:
            at = keys.index(each)
            meta["preBalances"][at] -= LAMPORTS
            meta["postBalances"][at] -= LAMPORTS
        self.chain.land(signature, result, *dict.fromkeys([*mentioned, story.signer]))
        return signature

    def fund(self, source: str, *targets: str, lamports: int = 10**9) -> str:
        """New wallets get their first money."""
        story = Story(source)
        for target in targets:
            story.pay(source, target, lamports)
        return self.land(story, *targets, new=targets)

    def fail(self, *mentioned: str) -> None:
        signature = encode(sha256(f"failed {self._count}".encode()).digest() * 2)
        self._count += 1
        result: dict[str, Any] = {"blockTime": self.now}
        self.chain.land(signature, result, *mentioned, failed=True)
