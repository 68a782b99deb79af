"""Every answer is read by solders' typed class of its method, and by solana-py's own client."""

import json
from base64 import b64encode
from typing import Any

import aiohttp
import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.models import DataSliceOpts, MemcmpOpts, TokenAccountOpts
from solders import account_decoder
from solders.hash import Hash
from solders.message import MessageV0, to_bytes_versioned
from solders.rpc import responses
from solders.signature import Signature
from solders.transaction_status import EncodedTransactionWithStatusMeta, UiTransaction

from svm_node.rpc.registry import method_names
from svm_node.testing import RunningNode
from tests.integration.svm_node.story import WHOLE, Story
from traffic.instructions import associated_account, pay

pytestmark = pytest.mark.integration

TYPED: dict[str, str] = {
    "getAccountInfo": "GetAccountInfoResp",
    "getBalance": "GetBalanceResp",
    "getBlock": "GetBlockResp",
    "getBlockHeight": "GetBlockHeightResp",
    "getBlockTime": "GetBlockTimeResp",
    "getBlocks": "GetBlocksResp",
    "getBlocksWithLimit": "GetBlocksWithLimitResp",
    "getEpochInfo": "GetEpochInfoResp",
    "getEpochSchedule": "GetEpochScheduleResp",
    "getFeeForMessage": "GetFeeForMessageResp",
    "getFirstAvailableBlock": "GetFirstAvailableBlockResp",
    "getGenesisHash": "GetGenesisHashResp",
    "getHealth": "GetHealthResp",
    "getInflationReward": "GetInflationRewardResp",
    "getIdentity": "GetIdentityResp",
    "getLatestBlockhash": "GetLatestBlockhashResp",
    "getMinimumBalanceForRentExemption": "GetMinimumBalanceForRentExemptionResp",
    "getMultipleAccounts": "GetMultipleAccountsResp",
    "getProgramAccounts": "GetProgramAccountsResp",
    "getSignatureStatuses": "GetSignatureStatusesResp",
    "getSignaturesForAddress": "GetSignaturesForAddressResp",
    "getSlot": "GetSlotResp",
    "getTokenAccountBalance": "GetTokenAccountBalanceResp",
    "getTokenAccountsByDelegate": "GetTokenAccountsByDelegateJsonParsedResp",
    "getTokenAccountsByOwner": "GetTokenAccountsByOwnerJsonParsedResp",
    "getTokenLargestAccounts": "GetTokenLargestAccountsResp",
    "getTokenSupply": "GetTokenSupplyResp",
    "getTransaction": "GetTransactionResp",
    "getTransactionCount": "GetTransactionCountResp",
    "getVersion": "GetVersionResp",
    "isBlockhashValid": "IsBlockhashValidResp",
    "minimumLedgerSlot": "MinimumLedgerSlotResp",
    "requestAirdrop": "RequestAirdropResp",
    "simulateTransaction": "SimulateTransactionResp",
    "sendTransaction": "SendTransactionResp",
}


def calls(node: RunningNode, story: Story) -> list[tuple[str, list[Any]]]:
    alice, bob = str(story.alice.pubkey()), str(story.bob.pubkey())
    classic, modern = str(story.classic.address), str(story.modern.address)
    account = associated_account(story.bob.pubkey(), story.classic.address, story.classic.program)
    swap = story.signature("swap")
    record = node.chain.ledger.transaction(swap)
    assert record is not None
    blockhash = node.chain.ledger.tip.previous_blockhash
    message = MessageV0.try_compile(
        story.alice.pubkey(),
        [pay(story.alice.pubkey(), story.bob.pubkey(), 1)],
        [],
        Hash.from_string(blockhash),
    )
    tx = {"maxSupportedTransactionVersion": 0}
    found: list[tuple[str, list[Any]]] = [
        ("getBalance", [alice]),
        ("getBlockHeight", []),
        ("getBlockTime", [record.slot]),
        ("getBlocks", [0, record.slot]),
        ("getBlocks", [0]),
        ("getBlocksWithLimit", [0, 5]),
        ("getEpochInfo", []),
        ("getEpochSchedule", []),
        ("getFeeForMessage", [message_base64(message), {"commitment": "processed"}]),
        ("getFirstAvailableBlock", []),
        ("getInflationReward", [[str(story.stake), alice]]),
        ("minimumLedgerSlot", []),
        ("getGenesisHash", []),
        ("getHealth", []),
        ("getIdentity", []),
        ("getLatestBlockhash", [{"commitment": "confirmed"}]),
        ("getMinimumBalanceForRentExemption", [165]),
        ("getMultipleAccounts", [[alice, modern, "Stake11111111111111111111111111111111111112"]]),
        (
            "getProgramAccounts",
            [str(story.classic.program), {"filters": [{"dataSize": 165}], "encoding": "base64"}],
        ),
        ("getSignatureStatuses", [[swap, "1" * 64], {"searchTransactionHistory": True}]),
        ("getSignaturesForAddress", [alice, {"limit": 5}]),
        ("getSlot", []),
        ("getTokenAccountBalance", [str(account)]),
        ("getTokenAccountsByDelegate", [bob, {"mint": classic}, {"encoding": "jsonParsed"}]),
        (
            "getTokenAccountsByOwner",
            [bob, {"programId": str(story.modern.program)}, {"encoding": "jsonParsed"}],
        ),
        ("getTokenLargestAccounts", [modern]),
        ("getTokenSupply", [modern]),
        ("getTransactionCount", []),
        ("getVersion", []),
        ("isBlockhashValid", [blockhash]),
        ("requestAirdrop", [alice, WHOLE]),
    ]
    found += [
        ("getAccountInfo", [address, {"encoding": encoding}])
        for address in (alice, classic, modern, str(account), str(story.stake))
        for encoding in ("base64", "jsonParsed", "base64+zstd")
    ]
    found += [
        ("getTransaction", [action.signature, {"encoding": encoding, **tx}])
        for action in story.actions
        for encoding in ("json", "jsonParsed", "base64", "base58")
    ]
    found += [
        ("getBlock", [record.slot, {"encoding": encoding, "transactionDetails": details, **tx}])
        for encoding in ("json", "jsonParsed", "base64", "base58")
        for details in ("full", "accounts", "signatures", "none")
    ]
    return found


def message_base64(message: MessageV0) -> str:
    return b64encode(to_bytes_versioned(message)).decode()


async def test_every_method_is_read_by_its_typed_class(
    story: tuple[RunningNode, Story], http: aiohttp.ClientSession
) -> None:
    node, told = story
    asked = calls(node, told)
    batch = [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        for number, (method, params) in enumerate(asked)
    ]
    answers: list[Any] = []
    for start in range(0, len(batch), 50):
        async with http.post(node.url, json=batch[start : start + 50]) as response:
            answers += await response.json()
    assert [answer["id"] for answer in answers] == list(range(len(asked)))
    for (method, params), answer in zip(asked, answers, strict=True):
        name = TYPED[method]
        if method == "getAccountInfo" and params[1]["encoding"] == "jsonParsed":
            is_parsed = isinstance(answer["result"]["value"]["data"], dict)
            name = "GetAccountInfoJsonParsedResp" if is_parsed else name
        read = getattr(responses, name).from_json(json.dumps(answer))
        assert type(read).__name__ == name, (method, params, answer)
    # sending and simulating are read by solana-py in test_sending.
    assert {method for method, _ in asked} | {"sendTransaction", "simulateTransaction"} == set(method_names())


async def test_solana_py_reads_accounts(story: tuple[RunningNode, Story]) -> None:
    node, told = story
    bob = told.bob.pubkey()
    async with AsyncClient(node.url) as client:
        whole = (await client.get_multiple_accounts([told.classic.address, bob])).value
        assert [account is not None for account in whole] == [True, True]
        sliced = await client.get_multiple_accounts(
            [associated_account(bob, told.classic.address, told.classic.program)],
            data_slice=DataSliceOpts(offset=64, length=8),
        )
        assert sliced.value[0] is not None
        assert int.from_bytes(sliced.value[0].data, "little") == 12_000
        mint = (await client.get_account_info_json_parsed(told.modern.address)).value
        assert mint is not None
        assert isinstance(mint.data, account_decoder.ParsedAccount)
        assert mint.data.program == "spl-token-2022"
        info: Any = mint.data.parsed["info"]
        names = [item["extension"] for item in info["extensions"]]
        assert set(names) == {
            "transferFeeConfig",
            "mintCloseAuthority",
            "permanentDelegate",
            "pausableConfig",
            "metadataPointer",
            "tokenMetadata",
        }
        owned = await client.get_token_accounts_by_owner_json_parsed(
            bob, TokenAccountOpts(mint=told.classic.address)
        )
        (holding,) = owned.value
        parsed: Any = holding.account.data.parsed["info"]
        assert parsed["tokenAmount"]["amount"] == "12000"
        stakes = await client.get_program_accounts(
            told.stake.from_string("Stake11111111111111111111111111111111111111"),
            encoding="base64",
            filters=[200, MemcmpOpts(offset=12, bytes=str(bob))],
        )
        assert [keyed.pubkey for keyed in stakes.value] == [told.stake]


async def test_solana_py_reads_transactions(story: tuple[RunningNode, Story]) -> None:
    node, told = story
    async with AsyncClient(node.url) as client:
        for encoding in ("json", "jsonParsed"):
            read = await client.get_transaction(
                Signature.from_string(told.signature("swap")),
                encoding=encoding,
                max_supported_transaction_version=0,
            )
            assert read.value is not None
            assert isinstance(read.value.transaction, EncodedTransactionWithStatusMeta)
            assert isinstance(read.value.transaction.transaction, UiTransaction)
            meta = read.value.transaction.meta
            assert meta is not None
            assert meta.err is None
            assert meta.post_token_balances is not None
            assert {str(balance.owner) for balance in meta.post_token_balances} == {
                str(told.alice.pubkey()),
                str(told.pool.pubkey()),
            }
        signatures = await client.get_signatures_for_address(told.alice.pubkey(), limit=1_000)
        block = await client.get_block(signatures.value[0].slot, "jsonParsed", 0)
        assert block.value is not None
