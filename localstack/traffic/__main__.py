"""Traffic for people.

- `python -m traffic --rpc URL --wallet ADDRESS`: random transactions to a wallet, and from it if
  its keys are in the file.
- `python -m traffic new NAME`: make a wallet whose keys this tool keeps.
- `python -m traffic fund ADDRESS AMOUNT`: pay native tokens from the faucet of a test chain.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from solana.exceptions import SolanaRpcException
from solana.rpc.core import RPCException
from solders.pubkey import Pubkey

from traffic.actions import Action, Chain, UnexpectedOutcome
from traffic.actors import Actors
from traffic.randomized import Kind, MissingKeys, RandomTraffic
from traffic.sending import NotConfirmed

DEFAULT_RPC = "http://127.0.0.1:8899"
DEFAULT_KEYS = Path("traffic-keys.json")
_LAMPORTS_PER_NATIVE = 10**9


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        asyncio.run(arguments.command(arguments))
    except KeyboardInterrupt:
        return 130
    except (
        MissingKeys,
        NotConfirmed,
        UnexpectedOutcome,
        RPCException,
        SolanaRpcException,
        ValueError,
    ) as error:
        print(f"traffic: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="traffic", description="Make transactions on an SVM chain.")
    parser.set_defaults(command=_random)
    _common(parser)
    parser.add_argument("--wallet", type=_address, help="the wallet it is about; default: the one named `me`")
    parser.add_argument("--every", type=float, default=3, metavar="SECONDS")
    parser.add_argument("--count", type=int, help="stop after so many; default: never")
    parser.add_argument(
        "--kinds",
        nargs="+",
        type=Kind,
        choices=list(Kind),
        default=[],
        metavar="KIND",
        help=f"of {', '.join(Kind)}; default: all that are possible",
    )
    commands = parser.add_subparsers()
    fund = commands.add_parser("fund", help="pay native tokens from the faucet of a test chain")
    _common(fund, argparse.SUPPRESS)
    fund.add_argument("address", type=_address)
    fund.add_argument("amount", type=_native_amount, help="in whole native tokens, e.g. 2.5")
    fund.set_defaults(command=_fund)
    new = commands.add_parser("new", help="make a wallet whose keys this tool keeps, and print its address")
    _common(new, argparse.SUPPRESS)
    new.add_argument("name")
    new.set_defaults(command=_new)
    return parser


def _common(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    parser.add_argument("--rpc", default=default or DEFAULT_RPC, metavar="URL")
    parser.add_argument("--keys", type=Path, default=default or DEFAULT_KEYS, metavar="FILE")


async def _random(arguments: argparse.Namespace) -> None:
    actors = Actors.load(arguments.keys)
    wallet = arguments.wallet or actors.get("me").pubkey()
    async with Chain(arguments.rpc) as chain:
        traffic = RandomTraffic(chain, actors, wallet, kinds=arguments.kinds)
        await traffic.prepare()
        print(f"traffic for {wallet}", flush=True)
        made = 0
        while arguments.count is None or made < arguments.count:
            if made:
                await asyncio.sleep(arguments.every)
            print(describe(await traffic.step()), flush=True)
            made += 1


async def _fund(arguments: argparse.Namespace) -> None:
    async with Chain(arguments.rpc) as chain:
        print(describe(await chain.airdrop(arguments.address, arguments.amount)))


async def _new(arguments: argparse.Namespace) -> None:
    actors = Actors.load(arguments.keys)
    print(actors.get(arguments.name).pubkey())
    actors.save()


def describe(action: Action) -> str:
    """An action in one line."""
    moves = "; ".join(
        f"{move.sent} of {move.asset} from {move.source or 'nowhere'} to {move.destination or 'nowhere'}"
        for move in action.movements
    )
    return f"{action.kind} {action.signature} {moves}".rstrip()


def _address(text: str) -> Pubkey:
    try:
        return Pubkey.from_string(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no address") from error


def _native_amount(text: str) -> int:
    try:
        lamports = Decimal(text) * _LAMPORTS_PER_NATIVE
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount") from error
    if not lamports.is_finite() or lamports <= 0 or lamports != lamports.to_integral_value():
        raise argparse.ArgumentTypeError(f"{text!r} is no positive amount of at most nine decimals")
    return int(lamports)


if __name__ == "__main__":
    sys.exit(main())
