"""Commands for people: `python -m walletwatch.chain decode --wallet WALLET FILE…`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from walletwatch.chain.decoding import decode_transaction
from walletwatch.domain.addresses import is_address
from walletwatch.domain.errors import MalformedTransaction

EXIT_UNREADABLE = 1
EXIT_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 1 if a file could not be read or decoded."""
    parser = argparse.ArgumentParser(
        prog="python -m walletwatch.chain", description="Look at the chain's data."
    )
    commands = parser.add_subparsers(required=True)
    decode = commands.add_parser("decode", help="print what transactions did to a wallet, one JSON a line")
    decode.add_argument("--wallet", required=True, help="address of the wallet")
    decode.add_argument("--native-symbol", default="XNT", help="what the chain calls its own token")
    decode.add_argument("files", nargs="+", type=Path, help="getTransaction results, or whole RPC answers")
    options = parser.parse_args(arguments)
    if not is_address(options.wallet):
        sys.stderr.write(f"{options.wallet}: not an address\n")
        return EXIT_USAGE
    failed = False
    for file in options.files:
        try:
            activity = decode_transaction(_result(file), options.wallet, native_symbol=options.native_symbol)
        except (OSError, ValueError, MalformedTransaction) as error:
            sys.stderr.write(f"{file}: {error}\n")
            failed = True
            continue
        sys.stdout.write(json.dumps(activity.to_dict() if activity else None, ensure_ascii=False) + "\n")
    return EXIT_UNREADABLE if failed else 0


def _result(file: Path) -> Any:
    """The result in the file, out of its envelope where it has one."""
    document = json.loads(file.read_text(encoding="utf-8"))
    return document["result"] if isinstance(document, dict) and "result" in document else document


if __name__ == "__main__":
    sys.exit(main())
