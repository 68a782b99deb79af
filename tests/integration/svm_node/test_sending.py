"""Sending and simulating: preflight, what lands as failed, and what is dropped."""

import base64
import json
from typing import Any

import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed, Processed
from solana.rpc.core import RPCException
from solana.rpc.models import TxOpts
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.rpc.errors import SendTransactionPreflightFailureMessage
from solders.rpc.responses import SendTransactionResp, SimulateTransactionResp
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from solders.transaction_status import TransactionConfirmationStatus

from svm_node.testing import RunningNode
from tests.integration.svm_node.conftest import Rpc
from tests.unit.svm_node.wallets import RICH, funded, payment, signed

pytestmark = pytest.mark.integration

MILLION = 1_000_000
BASE64 = {"encoding": "base64"}


def text(transaction: VersionedTransaction) -> str:
    return base64.b64encode(bytes(transaction)).decode()


def friend() -> Pubkey:
    return Keypair().pubkey()


async def test_solana_py_sends_and_sees_it_rise(node: RunningNode, client: AsyncClient) -> None:
    wallet = funded(node.chain)
    transaction = signed(node.chain, [payment(wallet, friend(), MILLION)], wallet)
    signature = (await client.send_raw_transaction(bytes(transaction))).value
    assert signature == transaction.signatures[0]
    levels = []
    for _ in range(4):
        (status,) = (await client.get_signature_statuses([signature])).value
        assert status is not None
        levels.append((status.confirmation_status, status.confirmations))
        node.chain.advance()
    assert levels == [
        (TransactionConfirmationStatus.Processed, 0),
        (TransactionConfirmationStatus.Confirmed, 1),
        (TransactionConfirmationStatus.Confirmed, 2),
        (TransactionConfirmationStatus.Finalized, None),
    ]


async def test_preflight_refuses_what_would_fail(node: RunningNode, client: AsyncClient, rpc: Rpc) -> None:
    wallet = funded(node.chain)
    transaction = signed(node.chain, [payment(wallet, friend(), 2 * RICH)], wallet)
    with pytest.raises(RPCException) as caught:
        await client.send_raw_transaction(bytes(transaction), TxOpts(preflight_commitment=Confirmed))
    assert isinstance(caught.value.args[0], SendTransactionPreflightFailureMessage)
    error = (await rpc("sendTransaction", text(transaction), BASE64))["error"]
    assert error["code"] == -32002
    assert error["message"] == (
        "Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1"
    )
    assert error["data"]["err"] == {"InstructionError": [0, {"Custom": 1}]}
    assert error["data"]["unitsConsumed"] == 150
    assert any("insufficient lamports" in line for line in error["data"]["logs"])
    assert node.chain.ledger.transaction(str(transaction.signatures[0])) is None


async def test_without_preflight_it_lands_as_failed_and_costs_the_fee(
    node: RunningNode, client: AsyncClient
) -> None:
    wallet = funded(node.chain)
    transaction = signed(node.chain, [payment(wallet, friend(), 2 * RICH)], wallet)
    signature = (await client.send_raw_transaction(bytes(transaction), TxOpts(skip_preflight=True))).value
    node.chain.advance()
    read = (await client.get_transaction(signature, "json", Confirmed, 0)).value
    assert read is not None
    meta = read.transaction.meta
    assert meta is not None
    assert meta.err is not None
    assert meta.fee == meta.pre_balances[0] - meta.post_balances[0] == 5_000
    (listed,) = (
        await client.get_signatures_for_address(wallet.pubkey(), limit=1, commitment=Confirmed)
    ).value
    assert listed.signature == signature
    assert listed.err is not None


@pytest.mark.parametrize("skip_preflight", [False, True])
async def test_what_cannot_land_is_refused_or_dropped(
    node: RunningNode, rpc: Rpc, skip_preflight: bool
) -> None:
    wallet = funded(node.chain)
    stale = signed(
        node.chain, [payment(wallet, friend(), MILLION)], wallet, blockhash=str(Hash(bytes([9]) * 32))
    )
    answer = await rpc("sendTransaction", text(stale), {**BASE64, "skipPreflight": skip_preflight})
    if skip_preflight:
        assert answer["result"] == str(stale.signatures[0])
        SendTransactionResp.from_json(json.dumps(answer))
    else:
        assert answer["error"]["code"] == -32002
        assert answer["error"]["message"] == "Transaction simulation failed: Blockhash not found"
        assert answer["error"]["data"]["err"] == "BlockhashNotFound"
    assert node.chain.ledger.transaction(str(stale.signatures[0])) is None


async def test_a_second_time_it_was_processed_already(node: RunningNode, rpc: Rpc) -> None:
    wallet = funded(node.chain)
    sent = text(signed(node.chain, [payment(wallet, friend(), MILLION)], wallet))
    assert "result" in await rpc("sendTransaction", sent, BASE64)
    error = (await rpc("sendTransaction", sent, BASE64))["error"]
    assert error["message"] == "Transaction simulation failed: This transaction has already been processed"
    assert error["data"]["err"] == "AlreadyProcessed"


async def test_a_forged_signature(node: RunningNode, rpc: Rpc) -> None:
    wallet = funded(node.chain)
    good = signed(node.chain, [payment(wallet, friend(), MILLION)], wallet)
    forged = VersionedTransaction.populate(good.message, [Signature(bytes([1]) * 64)])
    error = (await rpc("sendTransaction", text(forged), BASE64))["error"]
    assert error == {"code": -32003, "message": "Transaction signature verification failure"}


@pytest.mark.parametrize("raw", [b"", b"\1\2", b"\0" * 100, b"\x81\xff", b"\1" * 1_233, b"\x81" * 4_097])
async def test_bytes_that_are_no_transaction(rpc: Rpc, raw: bytes) -> None:
    for method in ("sendTransaction", "simulateTransaction"):
        error = (await rpc(method, base64.b64encode(raw).decode(), BASE64))["error"]
        assert error["code"] == -32602


async def test_simulation_tells_accounts_logs_and_units(node: RunningNode, rpc: Rpc) -> None:
    wallet, receiver, bystander = funded(node.chain), friend(), friend()
    transaction = signed(node.chain, [payment(wallet, receiver, MILLION)], wallet)
    options: dict[str, Any] = {
        **BASE64,
        "sigVerify": True,
        "innerInstructions": True,
        "accounts": {"addresses": [str(receiver), str(bystander)], "encoding": "base64"},
    }
    answer = await rpc("simulateTransaction", text(transaction), options)
    value = answer["result"]["value"]
    assert value["err"] is None
    assert value["unitsConsumed"] == 150
    assert value["accounts"][0]["lamports"] == MILLION
    assert value["accounts"][1] is None
    assert value["innerInstructions"] == []
    assert isinstance(SimulateTransactionResp.from_json(json.dumps(answer)), SimulateTransactionResp)
    assert node.chain.accounts.newest(receiver) is None


async def test_simulation_replaces_the_blockhash_and_needs_no_signature(node: RunningNode, rpc: Rpc) -> None:
    wallet = funded(node.chain)
    stale = signed(
        node.chain, [payment(wallet, friend(), MILLION)], wallet, blockhash=str(Hash(bytes([9]) * 32))
    )
    unsigned = VersionedTransaction.populate(stale.message, [Signature.default()])
    refused = (await rpc("simulateTransaction", text(unsigned), BASE64))["result"]["value"]
    assert refused["err"] == "BlockhashNotFound"
    replaced = await rpc("simulateTransaction", text(unsigned), {**BASE64, "replaceRecentBlockhash": True})
    value = replaced["result"]["value"]
    assert value["err"] is None
    assert value["replacementBlockhash"]["blockhash"] == node.chain.ledger.tip.previous_blockhash
    both = {**BASE64, "replaceRecentBlockhash": True, "sigVerify": True}
    error = (await rpc("simulateTransaction", text(unsigned), both))["error"]
    assert error["message"] == "sigVerify may not be used with replaceRecentBlockhash"


async def test_solana_py_simulates(node: RunningNode, client: AsyncClient) -> None:
    wallet = funded(node.chain)
    transaction = signed(node.chain, [payment(wallet, friend(), 2 * RICH)], wallet)
    value = (await client.simulate_transaction(transaction, commitment=Processed)).value
    assert value.err is not None
    assert value.logs is not None


async def test_an_airdrop_is_a_transfer_from_the_faucet(node: RunningNode, client: AsyncClient) -> None:
    wallet = friend()
    signature = (await client.request_airdrop(wallet, MILLION)).value
    node.chain.advance()
    (listed,) = (await client.get_signatures_for_address(wallet, commitment=Confirmed)).value
    assert listed.signature == signature
    assert (await client.get_balance(wallet, Confirmed)).value == MILLION


async def test_an_airdrop_that_cannot_be(rpc: Rpc) -> None:
    error = (await rpc("requestAirdrop", str(friend()), 1))["error"]
    assert error["code"] == -32002
    assert error["data"]["err"] == {"InsufficientFundsForRent": {"account_index": 1}}


async def test_the_fee_of_a_message(node: RunningNode, client: AsyncClient) -> None:
    wallet = funded(node.chain)
    message = signed(node.chain, [payment(wallet, friend(), 1)], wallet).message
    assert isinstance(message, MessageV0)
    assert (await client.get_fee_for_message(message, Processed)).value == 5_000
    stale = signed(node.chain, [payment(wallet, friend(), 1)], wallet, blockhash=str(Hash(bytes([9]) * 32)))
    assert isinstance(stale.message, MessageV0)
    assert (await client.get_fee_for_message(stale.message, Processed)).value is None
