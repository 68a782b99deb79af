"""Subscriptions over WebSocket, each notified at the commitment level it asked for."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from solders.pubkey import Pubkey

from svm_node.chain import Chain
from svm_node.commitment import Commitment
from svm_node.errors import UnsupportedTransactionVersion, invalid_params, method_not_found
from svm_node.ledger import Block, TransactionRecord
from svm_node.programs import VOTE_PROGRAM
from svm_node.rpc.accounts import AccountWriter
from svm_node.rpc.blocks import encode_block
from svm_node.rpc.filters import matches, read_filters
from svm_node.rpc.params import Params, as_pubkey, wrong_type
from svm_node.rpc.registry import RpcContext, with_context

_NO_ACCOUNT = {
    "lamports": 0,
    "data": ["", "base64"],
    "owner": "11111111111111111111111111111111",
    "executable": False,
    "rentEpoch": 0,
    "space": 0,
}


class Subscriber(Protocol):
    """The other end of a connection."""

    def push(self, message: str) -> None:
        """Send a text; must not block."""


type Render = Callable[[Block, Sequence[TransactionRecord]], Iterator[Any]]
"""Makes the results to notify of, out of transactions of a block."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A wish to be told.

    Attributes:
        kind: The part before "Subscribe", e.g. "account".
        render: Makes the notifications; None for kinds that are not about transactions.
        once: Whether the first notification ends it.
        whole_blocks: Whether it is told of closed blocks only.
    """

    number: int
    subscriber: Subscriber
    kind: str
    commitment: Commitment
    render: Render | None = None
    once: bool = False
    whole_blocks: bool = False


class PubSub:
    """Keeps the subscriptions and notifies them; listens to the chain."""

    def __init__(self, context: RpcContext) -> None:
        self._context = context
        self._chain: Chain = context.chain
        self._numbers = count(1)
        self._subscriptions: dict[int, Subscription] = {}
        self._by_commitment: defaultdict[Commitment, dict[int, Subscription]] = defaultdict(dict)
        self._chain.listen(self)

    def __len__(self) -> int:
        return len(self._subscriptions)

    def invoke(self, subscriber: Subscriber, name: str, params: Params) -> Any:
        """Run `…Subscribe` or `…Unsubscribe`.

        Raises:
            RpcError: There is no such subscription, or its parameters are wrong.
        """
        if name.endswith("Unsubscribe"):
            return self._unsubscribe(subscriber, name.removesuffix("Unsubscribe"), params)
        kind = name.removesuffix("Subscribe")
        make = self._makers().get(kind)
        if make is None:
            raise method_not_found()
        subscription = make(next(self._numbers), subscriber, params)
        self._subscriptions[subscription.number] = subscription
        self._by_commitment[subscription.commitment][subscription.number] = subscription
        return subscription.number

    def forget(self, subscriber: Subscriber) -> None:
        """End all subscriptions of a connection."""
        for number in [n for n, s in self._subscriptions.items() if s.subscriber is subscriber]:
            self._remove(number)

    def after_subscribe(self, number: int) -> None:
        """Notify a signature subscription whose transaction has its level already.

        Called once the number of the subscription was sent, as a notification must not come before it.
        """
        subscription = self._subscriptions.get(number)
        if subscription is None or not subscription.once or subscription.render is None:
            return
        block = self._chain.block_at(subscription.commitment)
        self._notify(subscription, block, ())

    # ChainListener

    def transaction_processed(self, record: TransactionRecord) -> None:
        """Notify those who asked for `processed`."""
        block = self._chain.ledger.tip
        for subscription in list(self._by_commitment[Commitment.PROCESSED].values()):
            if not subscription.whole_blocks:
                self._notify(subscription, block, [record])

    def slot_advanced(self, opened: Block, confirmed: Sequence[Block], finalized: Sequence[Block]) -> None:
        """Notify of the slot, of the root, and of what reached a level."""
        root = self._chain.block_at(Commitment.FINALIZED).slot
        slot = {"slot": opened.slot, "parent": opened.parent_slot, "root": root}
        for subscription in list(self._subscriptions.values()):
            if subscription.kind == "slot":
                self._push(subscription, slot)
            elif subscription.kind == "root":
                for block in finalized:
                    self._push(subscription, block.slot)
        for commitment, blocks in ((Commitment.CONFIRMED, confirmed), (Commitment.FINALIZED, finalized)):
            for block in blocks:
                for subscription in list(self._by_commitment[commitment].values()):
                    self._notify(subscription, block, block.records)

    def _notify(self, subscription: Subscription, block: Block, records: Sequence[TransactionRecord]) -> None:
        if subscription.render is None:
            return
        for result in subscription.render(block, records):
            self._push(subscription, result)
            if subscription.once:
                self._remove(subscription.number)
                return

    @staticmethod
    def _push(subscription: Subscription, result: Any) -> None:
        message = {
            "jsonrpc": "2.0",
            "method": f"{subscription.kind}Notification",
            "params": {"result": result, "subscription": subscription.number},
        }
        subscription.subscriber.push(json.dumps(message))

    def _unsubscribe(self, subscriber: Subscriber, kind: str, params: Params) -> bool:
        if kind not in self._makers():
            raise method_not_found()
        subscription = self._subscriptions.get(params.u64(0))
        if subscription is None or subscription.subscriber is not subscriber or subscription.kind != kind:
            raise invalid_params("Invalid subscription id.")
        self._remove(subscription.number)
        return True

    def _remove(self, number: int) -> None:
        subscription = self._subscriptions.pop(number)
        del self._by_commitment[subscription.commitment][number]

    # Kinds

    def _makers(self) -> dict[str, Callable[[int, Subscriber, Params], Subscription]]:
        return {
            "slot": self._slot,
            "root": self._root,
            "account": self._account,
            "program": self._program,
            "logs": self._logs,
            "signature": self._signature,
            "block": self._block,
        }

    @staticmethod
    def _slot(number: int, subscriber: Subscriber, params: Params) -> Subscription:  # noqa: ARG004 - one shape
        return Subscription(number, subscriber, "slot", Commitment.PROCESSED)

    @staticmethod
    def _root(number: int, subscriber: Subscriber, params: Params) -> Subscription:  # noqa: ARG004 - one shape
        return Subscription(number, subscriber, "root", Commitment.FINALIZED)

    def _account(self, number: int, subscriber: Subscriber, params: Params) -> Subscription:
        address, config = params.pubkey(0), params.config(1)
        AccountWriter(self._context, config, 0)

        def render(block: Block, records: Sequence[TransactionRecord]) -> Iterator[Any]:
            if any(address in record.changed for record in records):
                account = self._chain.accounts.at(address, block.slot)
                writer = AccountWriter(self._context, config, block.slot)
                yield with_context(block.slot, writer.write(account) or _NO_ACCOUNT)

        return Subscription(number, subscriber, "account", config.commitment(), render)

    def _program(self, number: int, subscriber: Subscriber, params: Params) -> Subscription:
        program, config = params.pubkey(0), params.config(1)
        filters = read_filters(config.get("filters"))
        AccountWriter(self._context, config, 0)

        def render(block: Block, records: Sequence[TransactionRecord]) -> Iterator[Any]:
            writer = AccountWriter(self._context, config, block.slot)
            for address in _changed(records):
                account = self._chain.accounts.at(address, block.slot)
                if account is not None and account.owner == program and matches(filters, account):
                    yield with_context(block.slot, writer.write_keyed(address, account))

        return Subscription(number, subscriber, "program", config.commitment(), render)

    def _logs(self, number: int, subscriber: Subscriber, params: Params) -> Subscription:
        wanted, config = _logs_filter(params.required(0)), params.config(1)

        def render(block: Block, records: Sequence[TransactionRecord]) -> Iterator[Any]:
            for record in records:
                if wanted(record):
                    value = {
                        "signature": record.signature,
                        "err": record.failure.json if record.failure else None,
                        "logs": record.meta.logs(),
                    }
                    yield with_context(block.slot, value)

        return Subscription(number, subscriber, "logs", config.commitment(), render)

    def _signature(self, number: int, subscriber: Subscriber, params: Params) -> Subscription:
        signature, config = params.signature(0), params.config(1)
        commitment = config.commitment()

        def render(block: Block, records: Sequence[TransactionRecord]) -> Iterator[Any]:  # noqa: ARG001
            record = self._chain.ledger.transaction(signature)
            if record is not None and self._chain.level_of(record.slot) >= commitment:
                err = record.failure.json if record.failure else None
                yield with_context(record.slot, {"err": err})

        return Subscription(number, subscriber, "signature", commitment, render, once=True)

    def _block(self, number: int, subscriber: Subscriber, params: Params) -> Subscription:
        wanted, config = _block_filter(params.required(0)), params.config(1)
        commitment = config.commitment()
        if commitment is Commitment.PROCESSED:
            raise invalid_params("Method does not support commitment below `confirmed`")

        def render(block: Block, records: Sequence[TransactionRecord]) -> Iterator[Any]:
            if wanted is None:
                shown = block
            else:
                chosen = [record for record in records if wanted in record.keys.all()]
                # Agave tells of a block only if one of its transactions is wanted.
                if not chosen:
                    return
                shown = Block(
                    block.slot,
                    block.parent_slot,
                    block.height,
                    block.time,
                    block.previous_blockhash,
                    block.blockhash,
                    chosen,
                )
            try:
                value = {"slot": block.slot, "err": None, "block": encode_block(shown, config)}
            except UnsupportedTransactionVersion as error:
                value = {
                    "slot": block.slot,
                    "err": {"UnsupportedTransactionVersion": error.version},
                    "block": None,
                }
            yield with_context(block.slot, value)

        return Subscription(number, subscriber, "block", commitment, render, whole_blocks=True)


def _changed(records: Iterable[TransactionRecord]) -> dict[Pubkey, None]:
    return dict.fromkeys(address for record in records for address in record.changed)


def _logs_filter(value: Any) -> Callable[[TransactionRecord], bool]:
    if value == "allWithVotes":
        return lambda _: True
    if value == "all":
        return lambda record: VOTE_PROGRAM not in record.keys.static
    if isinstance(value, dict) and isinstance(mentions := value.get("mentions"), list):
        if len(mentions) != 1:
            raise invalid_params("Invalid Request: Only 1 address supported")
        address = as_pubkey(mentions[0])
        return lambda record: address in record.keys.all()
    raise wrong_type(value, "a logs filter")


def _block_filter(value: Any) -> Pubkey | None:
    if value == "all":
        return None
    if isinstance(value, dict) and isinstance(address := value.get("mentionsAccountOrProgram"), str):
        return as_pubkey(address)
    raise wrong_type(value, "a block filter")
