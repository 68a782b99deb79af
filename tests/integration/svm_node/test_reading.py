"""Blocks, transactions, signatures and accounts, each at its level."""

from typing import Any

import pytest
from solders import system_program as system
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0, MessageV1, TransactionConfig
from solders.transaction import VersionedTransaction

from svm_node.chain import Chain
from svm_node.commitment import Commitment
from svm_node.testing import RunningNode
from tests.integration.svm_node.conftest import Rpc
from tests.integration.svm_node.story import Story
from tests.unit.svm_node.wallets import funded, payment, signed
from traffic.instructions import associated_account

pytestmark = pytest.mark.integration

MILLION = 1_000_000
CONFIRMED = {"commitment": "confirmed"}
V0 = {"maxSupportedTransactionVersion": 0}


def pay(chain: Chain, wallet: Keypair, lamports: int = MILLION) -> str:
    return chain.send(signed(chain, [payment(wallet, Keypair().pubkey(), lamports)], wallet)).signature


async def test_a_transaction_is_null_below_its_level(node: RunningNode, rpc: Rpc) -> None:
    signature = pay(node.chain, funded(node.chain))
    assert (await rpc("getTransaction", signature, {**CONFIRMED, **V0}))["result"] is None
    node.chain.advance()
    assert (await rpc("getTransaction", signature, {**CONFIRMED, **V0}))["result"]["slot"] == 1
    assert (await rpc("getTransaction", signature, V0))["result"] is None
    node.chain.advance()
    node.chain.advance()
    assert (await rpc("getTransaction", signature, V0))["result"]["slot"] == 1
    error = (await rpc("getTransaction", signature, {"commitment": "processed"}))["error"]
    assert error["message"] == "Method does not support commitment below `confirmed`"


def versions(chain: Chain, wallet: Keypair) -> dict[Any, str]:
    blockhash = Hash.from_string(chain.latest_blockhash(Commitment.PROCESSED)[0])
    ix, payer = [payment(wallet, Keypair().pubkey(), MILLION)], wallet.pubkey()
    config = TransactionConfig(compute_unit_limit=1_000, loaded_accounts_data_size_limit=100_000)
    messages: dict[Any, Message | MessageV0 | MessageV1] = {
        "legacy": Message.new_with_blockhash(ix, payer, blockhash),
        0: MessageV0.try_compile(payer, ix, [], blockhash),
        1: MessageV1.try_compile(payer, ix, blockhash, config),
    }
    return {
        version: chain.send(VersionedTransaction(message, [wallet])).signature
        for version, message in messages.items()
    }


async def test_versions_and_who_may_read_them(node: RunningNode, rpc: Rpc) -> None:
    sent = versions(node.chain, funded(node.chain))
    node.chain.advance()
    for supported in (None, 0, 1):
        options = (
            dict(CONFIRMED)
            if supported is None
            else {**CONFIRMED, "maxSupportedTransactionVersion": supported}
        )
        for version, signature in sent.items():
            answer = await rpc("getTransaction", signature, options)
            if version == "legacy" or (supported is not None and version <= supported):
                assert answer["result"].get("version") == (None if supported is None else version)
            else:
                assert answer["error"] == {
                    "code": -32015,
                    "message": f"Transaction version ({version}) is not supported by the requesting client. "
                    "Please try the request again with the following configuration parameter: "
                    f'"maxSupportedTransactionVersion": {version}',
                }
        block = await rpc("getBlock", 1, options)
        assert ("error" in block) == (supported != 1)
    message = (await rpc("getTransaction", sent[1], {**CONFIRMED, "maxSupportedTransactionVersion": 1}))[
        "result"
    ]["transaction"]["message"]
    assert "addressTableLookups" not in message
    assert message["transactionConfig"] == {
        "priorityFee": None,
        "computeUnitLimit": 1_000,
        "loadedAccountsDataSizeLimit": 100_000,
        "heapSize": None,
    }


async def test_addresses_loaded_from_a_table(node: RunningNode, rpc: Rpc) -> None:
    chain = node.chain
    wallet, written, read = funded(chain), Keypair().pubkey(), Keypair().pubkey()
    chain.advance()
    create, table = system.create_lookup_table(
        system.CreateLookupTableParams(
            authority_address=wallet.pubkey(), payer_address=wallet.pubkey(), recent_slot=1
        )
    )
    extend = system.extend_lookup_table(
        system.ExtendLookupTableParams(
            lookup_table_address=table,
            authority_address=wallet.pubkey(),
            payer_address=wallet.pubkey(),
            new_addresses=[written, read],
        )
    )
    assert chain.send(signed(chain, [create, extend], wallet)).failure is None
    chain.advance()
    transfer = payment(wallet, written, MILLION)
    nothing = payment(wallet, wallet.pubkey(), 0)
    touch = Instruction(
        nothing.program_id,
        nothing.data,
        [*nothing.accounts, AccountMeta(read, is_signer=False, is_writable=False)],
    )
    message = MessageV0.try_compile(
        wallet.pubkey(),
        [transfer, touch],
        [AddressLookupTableAccount(table, [written, read])],
        Hash.from_string(chain.latest_blockhash(Commitment.PROCESSED)[0]),
    )
    signature = chain.send(VersionedTransaction(message, [wallet])).signature
    chain.advance()
    raw = (await rpc("getTransaction", signature, {**CONFIRMED, **V0}))["result"]
    assert raw["meta"]["loadedAddresses"] == {"writable": [str(written)], "readonly": [str(read)]}
    assert str(written) not in raw["transaction"]["message"]["accountKeys"]
    assert raw["transaction"]["message"]["addressTableLookups"] == [
        {"accountKey": str(table), "writableIndexes": [0], "readonlyIndexes": [1]}
    ]
    assert len(raw["meta"]["preBalances"]) == len(raw["transaction"]["message"]["accountKeys"]) + 2
    parsed = (await rpc("getTransaction", signature, {**CONFIRMED, **V0, "encoding": "jsonParsed"}))["result"]
    assert parsed["transaction"]["message"]["accountKeys"][-2:] == [
        {"pubkey": str(written), "signer": False, "writable": True, "source": "lookupTable"},
        {"pubkey": str(read), "signer": False, "writable": False, "source": "lookupTable"},
    ]
    assert parsed["transaction"]["message"]["instructions"][0]["parsed"]["info"]["destination"] == str(
        written
    )
    (mention,) = (await rpc("getSignaturesForAddress", str(read), CONFIRMED))["result"]
    assert mention["signature"] == signature
    shown = (await rpc("getAccountInfo", str(table), {**CONFIRMED, "encoding": "jsonParsed"}))["result"][
        "value"
    ]
    assert shown["data"]["parsed"]["info"]["addresses"] == [str(written), str(read)]


async def test_blocks_skipped_missing_and_to_come(node: RunningNode, rpc: Rpc) -> None:
    signature = pay(node.chain, funded(node.chain))
    node.chain.advance(skip=1)
    node.chain.advance()
    block = (await rpc("getBlock", 1, {**CONFIRMED, **V0, "transactionDetails": "signatures"}))["result"]
    assert block["signatures"][-1] == signature
    assert block["parentSlot"] == 0
    assert (await rpc("getBlock", 2, CONFIRMED))["error"] == {
        "code": -32007,
        "message": "Slot 2 was skipped, or missing due to ledger jump to recent snapshot",
    }
    assert (await rpc("getBlock", 4, CONFIRMED))["error"]["code"] == -32004
    assert (await rpc("getBlock", 1))["error"]["code"] == -32004
    assert (await rpc("getBlocks", 0, 10, CONFIRMED))["result"] == [0, 1, 3]
    assert (await rpc("getBlocks", 1, CONFIRMED))["result"] == [1, 3]
    assert (await rpc("getBlocksWithLimit", 1, 1, CONFIRMED))["result"] == [1]
    assert (await rpc("getBlocks", 0, 600_000))["result"] == [0]
    heights = [
        (await rpc("getBlockHeight", {"commitment": level}))["result"] for level in ("processed", "confirmed")
    ]
    assert heights == [3, 2]


async def test_a_block_holds_its_transactions_in_order_and_in_full(node: RunningNode, rpc: Rpc) -> None:
    wallet = funded(node.chain)
    sent = [pay(node.chain, wallet, MILLION + n) for n in range(4)]
    node.chain.advance()
    full = (await rpc("getBlock", 1, {**CONFIRMED, **V0}))["result"]
    assert [tx["transaction"]["signatures"][0] for tx in full["transactions"]][1:] == sent
    assert full["rewards"] == []
    alone = (await rpc("getTransaction", sent[0], {**CONFIRMED, **V0}))["result"]
    assert full["transactions"][1]["meta"] == alone["meta"]
    assert full["transactions"][1]["transaction"] == alone["transaction"]
    assert full["blockTime"] == alone["blockTime"]
    none = (await rpc("getBlock", 1, {**CONFIRMED, "transactionDetails": "none", "rewards": False}))["result"]
    assert {"transactions", "signatures", "rewards"}.isdisjoint(none)


async def test_pages_of_signatures(node: RunningNode, rpc: Rpc) -> None:
    wallet = funded(node.chain)
    sent = []
    for number in range(25):
        sent.append(pay(node.chain, wallet, MILLION + number))
        if number % 3 == 0:
            node.chain.advance()
    node.chain.advance()
    pages: list[str] = []
    before: dict[str, Any] = {}
    while True:
        page = (
            await rpc("getSignaturesForAddress", str(wallet.pubkey()), {**CONFIRMED, "limit": 7, **before})
        )["result"]
        if not page:
            break
        pages += [entry["signature"] for entry in page]
        before = {"before": page[-1]["signature"]}
    assert pages[:-1] == sent[::-1]
    newer = await rpc("getSignaturesForAddress", str(wallet.pubkey()), {**CONFIRMED, "until": sent[20]})
    assert [entry["signature"] for entry in newer["result"]] == sent[:20:-1]
    unknown = "1" * 64
    assert (await rpc("getSignaturesForAddress", str(wallet.pubkey()), {"before": unknown}))["result"] == []
    late = (await rpc("getSignaturesForAddress", str(wallet.pubkey()), {"minContextSlot": 10**6}))["error"]
    assert late["code"] == -32016


async def test_signatures_wait_for_their_level(node: RunningNode, rpc: Rpc) -> None:
    wallet = funded(node.chain)
    node.chain.advance()
    pay(node.chain, wallet)
    address = str(wallet.pubkey())
    assert len((await rpc("getSignaturesForAddress", address, CONFIRMED))["result"]) == 1
    assert (await rpc("getSignaturesForAddress", address))["result"] == []


async def test_token_balances_and_parsed_legs_of_a_swap(story: tuple[RunningNode, Story], http: Any) -> None:
    node, told = story
    request = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "getTransaction",
        "params": [told.signature("swap"), {"encoding": "jsonParsed", **V0}],
    }
    async with http.post(node.url, json=request) as response:
        result = (await response.json())["result"]
    meta, keys = result["meta"], result["transaction"]["message"]["accountKeys"]

    def held(side: str, owner: Any, mint: Any) -> int:
        return sum(
            int(balance["uiTokenAmount"]["amount"])
            for balance in meta[side]
            if (balance["owner"], balance["mint"]) == (str(owner), str(mint))
        )

    alice, pool = told.alice.pubkey(), told.pool.pubkey()
    deltas = {
        (name, mint): held("postTokenBalances", who, where) - held("preTokenBalances", who, where)
        for name, who in (("alice", alice), ("pool", pool))
        for mint, where in (("classic", told.classic.address), ("modern", told.modern.address))
    }
    assert deltas == {
        ("alice", "classic"): -300,
        ("pool", "classic"): 300,
        # 1 % of what is sent is withheld.
        ("alice", "modern"): 495,
        ("pool", "modern"): -500,
    }
    account = associated_account(alice, told.modern.address, told.modern.program)
    indexes = [b["accountIndex"] for b in meta["postTokenBalances"] if b["owner"] == str(alice)]
    assert str(account) in {keys[index]["pubkey"] for index in indexes}
    kinds = [i["parsed"]["type"] for i in result["transaction"]["message"]["instructions"]]
    assert kinds == ["createIdempotent", "createIdempotent", "transferChecked", "transferChecked", "transfer"]
    inner = {
        group["index"]: [i["parsed"]["type"] for i in group["instructions"]]
        for group in meta["innerInstructions"]
    }
    assert inner[0] == [
        "getAccountDataSize",
        "createAccount",
        "initializeImmutableOwner",
        "initializeAccount3",
    ]
    assert {i["stackHeight"] for group in meta["innerInstructions"] for i in group["instructions"]} == {2}


async def test_filters_of_program_accounts(story: tuple[RunningNode, Story], http: Any) -> None:
    node, told = story

    async def find(*filters: Any, **options: Any) -> Any:
        params = [str(told.classic.program), {"filters": list(filters), "encoding": "base64", **options}]
        request = {"jsonrpc": "2.0", "id": 1, "method": "getProgramAccounts", "params": params}
        async with http.post(node.url, json=request) as response:
            return (await response.json())["result"]

    mint = {"memcmp": {"offset": 0, "bytes": str(told.classic.address)}}
    owner = {"memcmp": {"offset": 32, "bytes": str(told.bob.pubkey()), "encoding": "base58"}}
    assert len(await find({"dataSize": 165}, mint)) == 3
    (one,) = await find({"dataSize": 165}, mint, owner)
    assert len(await find(mint, "tokenAccountState")) == 3
    assert await find({"dataSize": 1}) == []
    context = await find(
        {"dataSize": 165}, mint, owner, withContext=True, dataSlice={"offset": 64, "length": 8}
    )
    assert context["value"][0]["pubkey"] == one["pubkey"]
    assert context["value"][0]["account"]["space"] == 165
    assert len(context["value"][0]["account"]["data"][0]) == 12
