"""Run a node: `python -m svm_node --port 8899 --ws-port 8900`.

The chain lives in memory and is gone when the node ends: every start is a new genesis. `--data-dir` only
names where a `node.json` with the addresses of the running node is written, for tools that look for it.
"""

import argparse
import asyncio
import contextlib
import json
import signal
from pathlib import Path

from svm_node.chain import ChainOptions
from svm_node.commitment import Depths
from svm_node.node import Node
from svm_node.runtime import RuntimeOptions
from svm_node.server import serving


def main() -> None:
    """Parse the command line and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="svm_node", description="A Solana-compatible node over LiteSVM.")
    parser.add_argument("--port", type=int, required=True, help="HTTP and WebSocket; 0 takes a free one")
    parser.add_argument("--ws-port", type=int, help="WebSocket as well; Solana clients expect PORT + 1")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--slot-ms", type=int, default=400, help="length of a slot; 0: slots by /control/advance"
    )
    parser.add_argument("--confirmed-after", type=int, default=1, help="blocks until a block is confirmed")
    parser.add_argument("--finalized-after", type=int, default=32, help="blocks until a block is finalized")
    parser.add_argument("--slots-per-epoch", type=int, default=432_000)
    parser.add_argument(
        "--logging-token-program", action="store_true", help="the Token program before p-token"
    )
    parser.add_argument(
        "--data-dir", type=Path, help="where to write node.json; the chain itself is not kept"
    )
    arguments = parser.parse_args()
    options = ChainOptions(
        depths=Depths(arguments.confirmed_after, arguments.finalized_after),
        slots_per_epoch=arguments.slots_per_epoch,
        runtime=RuntimeOptions(p_token=not arguments.logging_token_program),
    )
    asyncio.run(_run(options, arguments))


async def _run(options: ChainOptions, arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    node = Node(options)
    ticker = asyncio.create_task(node.tick(arguments.slot_ms / 1000)) if arguments.slot_ms else None
    async with serving(node, host=arguments.host, port=arguments.port, ws_port=arguments.ws_port) as port:
        url = f"http://{arguments.host}:{port}"
        if arguments.data_dir is not None:
            arguments.data_dir.mkdir(parents=True, exist_ok=True)
            document = {
                "url": url,
                "genesis": node.chain.genesis_hash,
                "faucet": str(node.chain.faucet.pubkey()),
            }
            (arguments.data_dir / "node.json").write_text(json.dumps(document))
        print(f"ready {url}", flush=True)
        waiting = [asyncio.create_task(stopped.wait()), *([ticker] if ticker else [])]
        # A ticker that failed ends the node, instead of leaving a chain that stands still.
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        for task in done:
            task.result()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*waiting)


if __name__ == "__main__":
    main()
