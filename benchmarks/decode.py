"""Decoding of recorded transactions on one core, beside reading the same bytes as JSON."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from walletwatch.chain.decoding import decode_transaction

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures" / "transactions"
SECONDS = 2.0


def rate(work: Callable[[], object], count: int) -> float:
    """Transactions a second."""
    done = 0
    started = time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        work()
        done += count
    return done / (time.perf_counter() - started)


def main() -> int:
    """Print both rates and their ratio."""
    manifest = json.loads((FIXTURES / "MANIFEST.json").read_text())
    texts = [(FIXTURES / case["file"]).read_text() for case in manifest]
    results: list[tuple[Any, str]] = [
        (json.loads(text)["result"], case["wallet"]) for text, case in zip(texts, manifest, strict=True)
    ]
    decoded = rate(lambda: [decode_transaction(result, wallet) for result, wallet in results], len(results))
    read = rate(lambda: [json.loads(text) for text in texts], len(texts))
    print(f"decode {decoded:,.0f} transactions/s, json.loads {read:,.0f}/s, ratio {decoded / read:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
