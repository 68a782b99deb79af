"""Matching a block of recorded transactions against 100,000 watched wallets, beside reading its JSON."""

import json
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from solders.pubkey import Pubkey

from walletwatch.chain.parsing.concerned import concerned_accounts

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures" / "transactions"
BLOCK = ROOT.parent / "shared" / "corpus" / "helius-labs_photon" / "block_254170887_nonvote.jsonl"
TRANSACTIONS = 1_200
"""Of a full block of mainnet, votes among them."""
WALLETS = 100_000
ROUNDS = 9


def recorded() -> list[dict[str, Any]]:
    """The recorded block where the recordings are there, filled up with votes; else what is shipped."""
    manifest = json.loads((FIXTURES / "MANIFEST.json").read_text())
    shipped = [json.loads((FIXTURES / case["file"]).read_text())["result"] for case in manifest]
    if not BLOCK.exists():
        return list(islice(cycle(shipped), TRANSACTIONS))
    votes = [
        json.loads((FIXTURES / case["file"]).read_text())["result"]
        for case in manifest
        if case["file"].startswith("vote")
    ]
    block = [json.loads(line)["response"]["result"] for line in BLOCK.read_text().splitlines()]
    return [*block, *islice(cycle(votes), TRANSACTIONS - len(block))]


def milliseconds(work: Callable[[], object]) -> float:
    """The median of some rounds."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return sorted(times)[ROUNDS // 2] * 1000


def main() -> int:
    """Print both times and their ratio, for three numbers of wallets."""
    transactions = recorded()
    text = json.dumps(transactions)
    named = sorted({account for entry in transactions for account in concerned_accounts(entry)})
    reading = milliseconds(lambda: json.loads(text))
    for count in (10, 1_000, WALLETS):
        # Every hundredth of those in the block is watched, so that there is something to find.
        wallets = {*named[::100][:count], *(str(Pubkey.new_unique()) for _ in range(count))}
        matching = milliseconds(lambda: [concerned_accounts(entry) & wallets for entry in transactions])  # noqa: B023
        hits = sum(bool(concerned_accounts(entry) & wallets) for entry in transactions)
        print(
            f"{len(transactions)} transactions ({len(text) / 2**20:.1f} MiB) against {count:>7,} wallets:"
            f" {matching:.0f} ms ({hits} match); json.loads of them {reading:.0f} ms,"
            f" ratio {matching / reading:.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
