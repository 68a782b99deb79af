"""A node with a restless life, as a process: `python -m tests.zero_miss.world SETTINGS`.

It prints `ready` with its address once the wallets are funded, and on `go` lets money move while everything
that can fail fails now and then. At the end it is sound again, pays every wallet a last time, prints `done`,
and goes on answering.
"""

import asyncio
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
from solders.keypair import Keypair

from svm_node.faults import Fault
from svm_node.testing import RunningNode, running_node
from tests.zero_miss.money import RandomMoney

FAULTS = (
    {"kind": "rate_limit", "probability": 0.02, "retry_after": 0},
    {"kind": "rate_limit_html", "probability": 0.01},
    {"kind": "http_error", "probability": 0.01},
    {"kind": "node_behind", "probability": 0.02, "slots": 12},
    {"kind": "rpc_error", "probability": 0.01, "code": -32603, "message": "Internal error"},
    {"kind": "timeout", "probability": 0.003},
    {"kind": "latency", "probability": 0.05, "seconds": 0.05, "jitter": 0.2},
    {"kind": "drop_connection", "probability": 0.01},
    {"kind": "missing_transaction", "asks": 1},
)


class Settings(msgspec.Struct, frozen=True):
    """What the test wants.

    Attributes:
        truth: File for what happened, one JSON object a line.
        per_slot: The most transactions of an ordinary slot.
    """

    seed: int
    wallets: int
    transactions: int
    per_slot: int
    slot_seconds: float
    truth: str


@dataclass
class World:
    settings: Settings
    node: RunningNode
    random: random.Random
    money: RandomMoney
    keys: list[Keypair]

    async def live(self) -> None:
        for fault in FAULTS:
            self.node.node.faults.add(Fault.from_json(fault))
        while len(self.money.happened) < self.settings.transactions:
            self._slot()
            await asyncio.sleep(self.settings.slot_seconds)
        self.node.node.faults.clear()
        for number, key in enumerate(self.keys):
            self.money.touch(key)
            if number % 50 == 0:
                self.node.chain.advance()
                await asyncio.sleep(self.settings.slot_seconds)

    def _slot(self) -> None:
        for _ in range(self.random.randint(0, self.settings.per_slot)):
            self.money.step()
        luck = self.random.random()
        if luck < 0.03:
            self.money.flood(self.random.randint(20, 300))
        if luck > 0.97:
            self.node.node.drop_sockets()
        # A leader that makes no block, now and then.
        self.node.chain.advance(skip=self.random.choice((0, 0, 0, 0, 0, 0, 0, 1, 3)))

    def tell(self) -> None:
        with Path(self.settings.truth).open("w") as file:
            for happened in self.money.happened:
                entry = {
                    "signature": happened.signature,
                    "slot": happened.slot,
                    "wallets": sorted(happened.wallets),
                }
                file.write(json.dumps(entry) + "\n")


async def _run(settings: Settings) -> None:
    seed = random.Random(settings.seed)
    keys = [Keypair.from_seed(seed.randbytes(32)) for _ in range(settings.wallets)]
    async with running_node() as node:
        world = World(settings, node, seed, RandomMoney(node.chain, keys, settings.seed), keys)
        world.money.prepare()
        node.chain.advance()
        _say("ready", node.url, *(str(key.pubkey()) for key in keys))
        loop = asyncio.get_running_loop()
        waiting = loop.run_in_executor(None, sys.stdin.readline)
        while not waiting.done():
            node.chain.advance()
            await asyncio.sleep(settings.slot_seconds)
        node.node.calls.clear()
        await world.live()
        world.tell()
        _say("done", json.dumps(dict(node.node.calls)))
        ticking = asyncio.create_task(node.node.tick(settings.slot_seconds))
        await loop.run_in_executor(None, sys.stdin.readline)
        ticking.cancel()


def _say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_run(msgspec.json.decode(sys.argv[1], type=Settings)))
