"""Following the blocks of a local chain: calls a slot, and the time from confirmation to the queue.

For 10, 1,000 and 100,000 watched wallets, on a node in this process with slots as long as on a real chain.
"""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from svm_node.commitment import Commitment
from svm_node.ledger import Block as NodeBlock
from svm_node.ledger import TransactionRecord
from svm_node.testing import RunningNode, running_node
from traffic.instructions import pay
from walletwatch.chain.parsing.concerned import concerned_accounts
from walletwatch.chain.rpc.blocks import RpcBlocks
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.rpc.slots import WebSocketSlots
from walletwatch.domain.chain import Position
from walletwatch.domain.wallets import WatchedWallets
from walletwatch.domain.work import Backfill, BalanceCheck, DigestDue, Notification, RiskCheck, SecurityScan
from walletwatch.runtime import SystemClock
from walletwatch.services.block_follower import BlockFollower
from walletwatch.services.transactions import Transactions

SLOT_MS = 400
SECONDS = 8.0
PER_SLOT = 20


class Store:
    """The follower's row, and who is watched, in memory."""

    def __init__(self, wallets: Sequence[str]) -> None:
        self._wallets = wallets

    async def take(self, token: int) -> Position | None:
        del token
        return None

    async def begin(self, slot: int, token: int, since: datetime | None) -> WatchedWallets:
        del slot, token
        return WatchedWallets(self._wallets if since is None else (), datetime.now(UTC))

    async def move(self, position: Position, token: int) -> None:
        """Nobody goes on from here."""

    async def reached(self) -> int | None:
        return None


class Queued:
    """When each transaction was queued."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    async def check(self, checks: Sequence[BalanceCheck]) -> None:
        now = time.perf_counter()
        for check in checks:
            for info in check.transactions:
                self.at.setdefault(info.signature, now)

    async def close_digests(self, digests: Sequence[DigestDue]) -> None:
        raise NotImplementedError

    async def backfill(self, backfill: Backfill) -> None:
        raise NotImplementedError

    async def scan(self, scan: SecurityScan) -> None:
        raise NotImplementedError

    async def check_risks(self, checks: Sequence[RiskCheck]) -> None:
        raise NotImplementedError

    async def notify(self, notifications: Sequence[Notification]) -> None:
        raise NotImplementedError


class Confirmed:
    """When each transaction was confirmed."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.slots = 0

    def transaction_processed(self, record: TransactionRecord) -> None:
        """Not yet."""

    def slot_advanced(
        self, opened: NodeBlock, confirmed: Sequence[NodeBlock], finalized: Sequence[NodeBlock]
    ) -> None:
        del opened, finalized
        self.slots += 1
        for block in confirmed:
            for record in block.records:
                self.at[record.signature] = time.perf_counter()


class Memory:
    """A cache that forgets nothing."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        return {key: self._values[key] for key in keys if key in self._values}

    async def set_many(self, values: Mapping[str, bytes], ttl: timedelta) -> None:
        del ttl
        self._values.update(values)


class NoMetrics:
    """Nobody counts."""

    def count(self, name: str, value: int = 1) -> None:
        """Not counted."""

    def milliseconds(self, name: str, value: float) -> None:
        """Not measured."""


async def move_money(node: RunningNode, payer: Keypair, wallet: Pubkey) -> None:
    number = 0
    while True:
        for _ in range(PER_SLOT):
            number += 1
            blockhash = Hash.from_string(node.chain.latest_blockhash(Commitment.PROCESSED)[0])
            message = Message.new_with_blockhash(
                [pay(payer.pubkey(), wallet, 10**6 + number)], payer.pubkey(), blockhash
            )
            node.chain.send(VersionedTransaction(message, [payer]))
        await asyncio.sleep(SLOT_MS / 1000)


async def follow(follower: BlockFollower) -> None:
    await follower.start()
    while True:
        await follower.step()


async def reads(node: RunningNode, transactions: Transactions, signatures: Sequence[str]) -> float:
    """Calls of getTransaction for an activity, where two wallets are told of each transaction."""
    before = node.node.calls["getTransaction"]
    for _ in range(2):
        await transactions.read(signatures)
    return (node.node.calls["getTransaction"] - before) / (2 * len(signatures))


async def measure(count: int) -> None:
    watched = Keypair().pubkey()
    wallets = [str(watched), *(str(Pubkey.new_unique()) for _ in range(count - 1))]
    queued, confirmed, metrics, clock = Queued(), Confirmed(), NoMetrics(), SystemClock()
    async with running_node(slot_ms=SLOT_MS) as node:
        payer = Keypair()
        node.chain.airdrop(payer.pubkey(), 10**14)
        client = RpcClient([node.url], metrics=metrics)
        feed = WebSocketSlots((node.ws_url,), metrics=metrics)
        chain = RpcChain(client)
        transactions = Transactions(chain, Memory(), metrics)
        follower = BlockFollower(
            1, store=Store(wallets), blocks=RpcBlocks(client, "confirmed"), feed=feed,
            transactions=transactions, concerned=concerned_accounts,
            queues=queued, clock=clock, metrics=metrics,
        )  # fmt: skip
        tasks = [asyncio.create_task(follow(follower)), asyncio.create_task(move_money(node, payer, watched))]
        await asyncio.sleep(2)
        node.chain.listen(confirmed)
        calls = node.node.calls.copy()
        await asyncio.sleep(SECONDS)
        calls = node.node.calls - calls
        slots = confirmed.slots
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        told = list(queued.at)
        by_stream = await reads(node, transactions, told)
        by_sweep = await reads(node, Transactions(chain, Memory(), metrics), told)
        await feed.close()
        await client.close()
    waits = sorted(
        queued.at[signature] - at for signature, at in confirmed.at.items() if signature in queued.at
    )
    missing = len(confirmed.at) - len(waits)
    print(
        f"{count:>7,} wallets: {calls.total() / slots:.2f} calls a slot {dict(calls)},"
        f" confirmation to queued p50 {waits[len(waits) // 2] * 1000:.0f} ms,"
        f" p95 {waits[int(len(waits) * 0.95)] * 1000:.0f} ms,"
        f" {len(waits)} transactions, {missing} of the last slots still under way;"
        f" getTransaction for an activity, two wallets in each: stream {by_stream:.2f}, sweep {by_sweep:.2f}"
    )


def main() -> int:
    for count in (10, 1_000, 100_000):
        asyncio.run(measure(count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
