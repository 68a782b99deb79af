"""`python -m walletwatch.chain decode`: what a transaction did to a wallet, and what the bot says of it."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.chain.decoding import decode_transaction
from walletwatch.domain.activities import Activity
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import Chat, ChatKind, Subscription
from walletwatch.domain.delivery import DeliveryKind, PendingDelivery
from walletwatch.domain.errors import MalformedTransaction, WalletWatchError
from walletwatch.domain.profile import PROFILES, ChainProfile

if TYPE_CHECKING:
    from walletwatch.chain.rpc.client import RpcClient

EXIT_UNREADABLE: Final = 1
EXIT_USAGE: Final = 2
_READ_OPTIONS: Final = {
    "encoding": "json",
    "commitment": "confirmed",
    "maxSupportedTransactionVersion": 1,
}

type Source = tuple[str, Any]
"""Where a result is from, and the result, or what was wrong with it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 1 if anything could not be read or decoded, 2 for misuse."""
    parser = argparse.ArgumentParser(
        prog="python -m walletwatch.chain", description="Look at the chain's data."
    )
    commands = parser.add_subparsers(required=True)
    decode = commands.add_parser(
        "decode", help="print what transactions did to a wallet: JSON, and the message the bot would send"
    )
    decode.add_argument("--wallet", required=True, help="address of the wallet")
    decode.add_argument("--profile", choices=sorted(PROFILES), default="x1-mainnet", help="the chain")
    decode.add_argument("--native-symbol", help="what the chain calls its own token")
    decode.add_argument("--json", action="store_true", help="print no messages, one JSON a line")
    decode.add_argument("--rpc", metavar="URL", help="node to read --signature from")
    decode.add_argument("--signature", action="append", default=[], help="with --rpc; may be repeated")
    decode.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="a getTransaction result, or a whole RPC answer"
    )
    options = parser.parse_args(arguments)
    if bool(options.rpc) is not bool(options.signature) or not (options.files or options.rpc):
        decode.error("give files, or --rpc with --signature")
    if not is_address(options.wallet):
        sys.stderr.write(f"{options.wallet}: not an address\n")
        return EXIT_USAGE
    profile = PROFILES[options.profile]
    if options.native_symbol:
        profile = replace(profile, native_symbol=options.native_symbol)
    sources = [*_from_files(options.files)]
    if options.rpc:
        sources += asyncio.run(_from_rpc(options.rpc, options.signature))
    return max((_tell(source, options.wallet, profile, options.json) for source in sources), default=0)


def _tell(source: Source, wallet: str, profile: ChainProfile, only_json: bool) -> int:
    name, result = source
    try:
        if isinstance(result, Exception):
            raise result
        activity = decode_transaction(result, wallet, native_symbol=profile.native_symbol)
    except (OSError, ValueError, WalletWatchError) as error:
        sys.stderr.write(f"{name}: {error}\n")
        return EXIT_UNREADABLE
    sys.stdout.write(json.dumps(activity.to_dict() if activity else None, ensure_ascii=False) + "\n")
    if activity is not None and not only_json:
        sys.stdout.write(_message(activity, profile) + "\n\n")
    return 0


def _message(activity: Activity, profile: ChainProfile) -> str:
    """What a chat that watches the wallet without a label is sent, in Telegram's HTML."""
    subscription = Subscription(0, Chat(0, ChatKind.PRIVATE), 0, activity.wallet, None, None)
    delivery = PendingDelivery("", DeliveryKind.ACTIVITY, subscription, (activity,), datetime.now(UTC))
    return HtmlRenderer(profile).delivery(delivery).html


def _from_files(files: Sequence[Path]) -> Iterator[Source]:
    for file in files:
        try:
            yield str(file), _result(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, MalformedTransaction) as error:
            yield str(file), error


def _result(document: Any) -> Any:
    """The result, out of its envelope where it has one.

    Raises:
        MalformedTransaction: The envelope holds an error, or no transaction.
    """
    if not isinstance(document, dict):
        return document
    if document.get("error") is not None:
        raise MalformedTransaction(f"the node answered an error: {json.dumps(document['error'])[:300]}")
    result = document.get("result", document)
    if result is None:
        raise MalformedTransaction("the node does not know the transaction")
    return result


async def _from_rpc(url: str, signatures: Sequence[str]) -> Sequence[Source]:
    from walletwatch.chain.rpc.client import RpcClient  # noqa: PLC0415 - files need no RPC library

    client = RpcClient([url], metrics=_Unmeasured())
    try:
        return [(signature, await _read(client, signature)) for signature in signatures]
    finally:
        await client.close()


async def _read(client: "RpcClient", signature: str) -> Mapping[str, Any] | WalletWatchError:
    try:
        answer: Mapping[str, Any] = _result(
            {"result": await client.call("getTransaction", signature, _READ_OPTIONS)}
        )
    except WalletWatchError as error:
        return error
    return answer


class _Unmeasured:
    """`ports.Metrics` that nobody reads."""

    def count(self, name: str, value: int = 1) -> None:
        """Forget it."""

    def milliseconds(self, name: str, value: float) -> None:
        """Forget it."""
