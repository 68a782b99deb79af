"""What scans cost: requests, time with a node that answers after 50 ms, from the cache, and memory.

PostgreSQL, Valkey and the SVM node are processes of their own on this machine. The token is held by some
people and made by somebody with a history; the wallet has 50 token accounts, half of them of Token-2022, and
400 transactions. The local chain has no exchange: what a traded token's pools cost besides is counted by
tests/integration/chain/test_scans.py. The memory is all that this process ever had, its own libraries too.
"""

import asyncio
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from solders.keypair import Keypair

from benchmarks.cached import PRICES, PROFILE, latency, running
from traffic.actions import Chain as Actions
from traffic.mints import Extensions
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.domain.work import SubjectKind
from walletwatch.parts.scans import make_scan_reports
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer

LATENCY_SECONDS: Final = 0.05
TOKEN_ACCOUNTS, TRANSACTIONS, AT_ONCE = 50, 400, 20
COLD_RUNS, CACHED_RUNS = 20, 200
BATCH_SIZE: Final = 100
"""As the template sets it for the scan function."""
MOST_REQUESTS: Final = {"token": 12, "wallet": 25}
COLD_SECONDS, CACHED_MILLISECONDS, RATIO, MEBIBYTES = 2.0, 20.0, 100, 256


class Counts:
    """`ports.Metrics` that counts."""

    def __init__(self) -> None:
        self.counts = Counter[str]()

    def count(self, name: str, value: int = 1) -> None:
        """Count."""
        self.counts[name] += value

    def milliseconds(self, name: str, value: float) -> None:
        """Not of interest here."""


async def busy_wallet(url: str) -> dict[str, str]:
    """A token, and a wallet that does much."""
    owner, maker = Keypair(), Keypair()
    async with Actions(url) as acts:
        for each in (owner, maker):
            await acts.airdrop(each.pubkey(), 10**12)
        mints = []
        for number in range(TOKEN_ACCOUNTS):
            extensions = Extensions(transfer_fee=(100, 10**9)) if number % 2 else None
            mint, _ = await acts.create_mint(maker, extensions=extensions)
            await acts.mint_to(mint, maker, owner.pubkey(), 10**6 + number)
            mints.append(mint)
        friends = [Keypair().pubkey() for _ in range(AT_ONCE)]
        for first in range(0, TRANSACTIONS, AT_ONCE):
            await asyncio.gather(
                *(
                    # Different amounts, since the same transaction is made once only.
                    acts.transfer_native(owner, friend, 10**6 + first + place)
                    for place, friend in enumerate(friends)
                )
            )
    return {"token": str(mints[1].address), "wallet": str(owner.pubkey())}


async def measure(database_url: str, redis_url: str, rpc_url: str) -> bool:
    """Print the table; False where a limit is passed."""
    await migrate(database_url)
    database, redis, metrics = Database(database_url), RedisServer(redis_url), Counts()
    client = RpcClient([rpc_url], metrics=metrics, batch_size=BATCH_SIZE)
    cache = RedisCache(redis, metrics)
    lists, pools = PostgresAddressLists(database), PostgresPoolCreators(database)
    subjects = await busy_wallet(rpc_url)

    async def scan(address: str) -> float:
        # As in an environment of its own: nothing is remembered but what is in Valkey.
        reports = make_scan_reports(client, cache, metrics, PROFILE, PRICES, lists, pools)
        started = time.perf_counter()
        await reports.report(address, SubjectKind.AUTO)
        return time.perf_counter() - started

    good = True
    print(f"{'':8}{'requests':>10}{'p50 s':>8}{'p95 s':>8}{'cached ms':>11}{'ratio':>8}")
    async with latency(rpc_url, LATENCY_SECONDS):
        for name, address in subjects.items():
            cold, requests = [], 0
            for _ in range(COLD_RUNS):
                await cache.clear("*")
                before = metrics.counts["RpcRequests"]
                cold.append(await scan(address))
                requests = max(requests, metrics.counts["RpcRequests"] - before)
            cached = median([await scan(address) for _ in range(CACHED_RUNS)])
            p95 = quantiles(cold, n=20)[-1]
            ratio = median(cold) / cached
            print(
                f"{name:8}{requests:10}{median(cold):8.2f}{p95:8.2f}{cached * 1000:11.2f}{ratio:7.0f}x",
            )
            good &= requests <= MOST_REQUESTS[name] and p95 <= COLD_SECONDS
            good &= cached * 1000 <= CACHED_MILLISECONDS and ratio >= RATIO
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"at most {used} MiB")
    await client.close()
    await database.close()
    await redis.close()
    return good and used <= MEBIBYTES


def main() -> int:
    """Run it."""
    # Links that strangers wrote lead out of this machine.
    os.environ["FETCH_METADATA"] = "false"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder)) as urls:
            return 0 if asyncio.run(measure(*urls)) else 1


if __name__ == "__main__":
    sys.exit(main())
