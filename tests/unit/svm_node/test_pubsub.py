"""Subscriptions, told at the level they asked for."""

import json
from typing import Any

import pytest
from solders.keypair import Keypair

from svm_node.errors import RpcError
from svm_node.pubsub import PubSub
from svm_node.rpc.params import Params
from svm_node.rpc.registry import RpcContext
from tests.unit.svm_node.wallets import funded, payment, signed, small_chain

MILLION = 1_000_000


class Client:
    """A subscriber that remembers what it was told."""

    def __init__(self) -> None:
        self.chain = small_chain()
        self.wallet = funded(self.chain)
        for _ in range(4):
            self.chain.advance()
        self.pubsub = PubSub(RpcContext(self.chain))
        self.told: list[dict[str, Any]] = []

    def push(self, message: str) -> None:
        self.told.append(json.loads(message))

    def ask(self, method: str, *params: Any) -> Any:
        return self.pubsub.invoke(self, method, Params(params))

    def pay(self, friend: Any, lamports: int = MILLION) -> str:
        transaction = signed(self.chain, [payment(self.wallet, friend, lamports)], self.wallet)
        return self.chain.send(transaction).signature

    def values(self, method: str) -> list[Any]:
        return [
            message["params"]["result"].get("value") for message in self.told if message["method"] == method
        ]


@pytest.mark.parametrize(("commitment", "advances"), [("processed", 0), ("confirmed", 1), ("finalized", 3)])
def test_an_account_is_told_when_its_level_is_reached(commitment: str, advances: int) -> None:
    client, friend = Client(), Keypair().pubkey()
    number = client.ask("accountSubscribe", str(friend), {"commitment": commitment, "encoding": "base64"})
    client.pay(friend)
    for _ in range(advances):
        assert client.values("accountNotification") == []
        client.chain.advance()
    (message,) = client.told
    assert message["params"]["subscription"] == number
    assert message["params"]["result"]["value"]["lamports"] == MILLION


def test_a_transfer_into_a_token_account_does_not_mention_the_wallet() -> None:
    client, stranger = Client(), Keypair().pubkey()
    client.ask("logsSubscribe", {"mentions": [str(stranger)]}, {"commitment": "processed"})
    client.pay(Keypair().pubkey())
    assert client.told == []


def test_logs_of_one_address_and_of_all() -> None:
    client, friend = Client(), Keypair().pubkey()
    client.ask("logsSubscribe", {"mentions": [str(friend)]}, {"commitment": "confirmed"})
    client.ask("logsSubscribe", "all", {"commitment": "confirmed"})
    first, second = client.pay(friend), client.pay(Keypair().pubkey())
    client.chain.advance()
    told = [value["signature"] for value in client.values("logsNotification")]
    assert told.count(first) == 2
    assert told.count(second) == 1


def test_a_signature_is_told_once_even_if_it_was_there_before() -> None:
    client, friend = Client(), Keypair().pubkey()
    signature = client.pay(friend)
    client.chain.advance()
    number = client.ask("signatureSubscribe", signature, {"commitment": "confirmed"})
    assert client.told == []
    client.pubsub.after_subscribe(number)
    assert client.values("signatureNotification") == [{"err": None}]
    client.chain.advance()
    assert len(client.told) == 1
    assert len(client.pubsub) == 0


def test_accounts_of_a_program_pass_its_filters() -> None:
    client = Client()
    client.ask(
        "programSubscribe",
        "11111111111111111111111111111111",
        {"commitment": "processed", "filters": [{"dataSize": 3}]},
    )
    client.ask("programSubscribe", "11111111111111111111111111111111", {"commitment": "processed"})
    client.pay(friend := Keypair().pubkey())
    told = {value["pubkey"] for value in client.values("programNotification")}
    assert told == {str(client.wallet.pubkey()), str(friend)}
    assert len(client.told) == 2


def test_blocks_of_all_and_of_one_address() -> None:
    client, friend = Client(), Keypair().pubkey()
    options = {
        "commitment": "confirmed",
        "maxSupportedTransactionVersion": 0,
        "transactionDetails": "signatures",
    }
    client.ask("blockSubscribe", "all", options)
    client.ask("blockSubscribe", {"mentionsAccountOrProgram": str(friend)}, options)
    wanted, other = client.pay(friend), client.pay(Keypair().pubkey())
    client.chain.advance()
    client.chain.advance()
    blocks = [value["block"]["signatures"] for value in client.values("blockNotification")]
    assert sorted(blocks, key=len) == [[], [wanted], [wanted, other]]


def test_a_block_with_a_version_nobody_asked_for_is_told_as_an_error() -> None:
    client = Client()
    client.ask("blockSubscribe", "all", {"commitment": "confirmed"})
    client.pay(Keypair().pubkey())
    client.chain.advance()
    (value,) = client.values("blockNotification")
    assert value["block"] is None
    assert value["err"] == {"UnsupportedTransactionVersion": 0}


def test_slots_and_roots() -> None:
    client = Client()
    client.ask("slotSubscribe")
    client.ask("rootSubscribe")
    client.chain.advance(skip=1)
    assert [message["params"]["result"] for message in client.told] == [
        {"slot": 7, "parent": 5, "root": 3},
        3,
    ]


def test_unsubscribing_ends_it_and_strangers_cannot() -> None:
    client = Client()
    number = client.ask("slotSubscribe")
    with pytest.raises(RpcError, match="Invalid subscription id"):
        client.pubsub.invoke(Client(), "slotUnsubscribe", Params([number]))
    assert client.ask("slotUnsubscribe", number) is True
    client.chain.advance()
    assert client.told == []
    with pytest.raises(RpcError, match="Invalid subscription id"):
        client.ask("slotUnsubscribe", number)


def test_a_lost_connection_leaves_nothing_behind() -> None:
    client = Client()
    client.ask("slotSubscribe")
    client.ask("logsSubscribe", "all")
    client.pubsub.forget(client)
    client.pay(Keypair().pubkey())
    client.chain.advance()
    assert client.told == []
    assert len(client.pubsub) == 0


@pytest.mark.parametrize(
    "method", ["voteSubscribe", "slotsUpdatesSubscribe", "fooSubscribe", "fooUnsubscribe"]
)
def test_kinds_that_are_not_there(method: str) -> None:
    with pytest.raises(RpcError, match="Method not found"):
        Client().ask(method, 1)
