"""The RPC pool over two local endpoints, of which each now and then takes its time.

An answer takes 10 ms and one in fifty 400 ms, at random. The same calls are made without and with hedging.
"""

import asyncio
import json
import random
import sys
import time
from statistics import quantiles

from aiohttp import web
from aiohttp.test_utils import TestServer

from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.pool import PoolLimits

CALLS = 800
AT_ONCE = 4
USUAL_SECONDS, SLOW_SECONDS, SLOW_SHARE = 0.01, 0.4, 0.02
HEDGE_SECONDS = 0.03


class Metrics:
    """`ports.Metrics` that counts."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def count(self, name: str, value: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + value

    def milliseconds(self, name: str, value: float) -> None:
        """Not of interest here."""


def endpoint(seed: int) -> TestServer:
    """An endpoint with delays of its own."""
    dice = random.Random(seed)

    async def answer(request: web.Request) -> web.Response:
        asked = json.loads(await request.read())
        await asyncio.sleep(SLOW_SECONDS if dice.random() < SLOW_SHARE else USUAL_SECONDS)
        return web.json_response({"jsonrpc": "2.0", "id": asked["id"], "result": {}})

    app = web.Application()
    app.router.add_post("/", answer)
    return TestServer(app)


async def latencies(urls: list[str], hedge_seconds: float) -> tuple[float, float, float]:
    """Median and 99th percentile in ms, and the calls that were sent for each one that was made."""
    metrics = Metrics()
    client = RpcClient(urls, metrics=metrics, limits=PoolLimits(hedge_seconds=hedge_seconds))
    gate = asyncio.Semaphore(AT_ONCE)
    times: list[float] = []

    async def call() -> None:
        async with gate:
            started = time.perf_counter()
            await client.call("getAccountInfo")
            times.append((time.perf_counter() - started) * 1000)

    await client.call("getSlot")
    await asyncio.gather(*(call() for _ in range(CALLS)))
    await client.close()
    cuts = quantiles(times, n=100)
    return cuts[49], cuts[98], (metrics.counts["RpcCalls"] - 1) / CALLS


async def measure() -> None:
    """Print both and the ratio of their tails."""
    async with endpoint(1) as first, endpoint(2) as second:
        urls = [str(server.make_url("/")) for server in (first, second)]
        median, tail, _ = await latencies(urls, 0)
        hedged_median, hedged_tail, sent = await latencies(urls, HEDGE_SECONDS)
        print(f"plain   p50 {median:6.1f} ms  p99 {tail:6.1f} ms")
        print(
            f"hedged  p50 {hedged_median:6.1f} ms  p99 {hedged_tail:6.1f} ms  {sent:.3f} calls sent for each"
        )
        print(f"p99 hedged / plain {hedged_tail / tail:.2f}")


def main() -> int:
    """Run it."""
    asyncio.run(measure())
    return 0


if __name__ == "__main__":
    sys.exit(main())
