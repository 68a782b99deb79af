"""The shape of our answers against recordings of mainnet: the same members, of the same JSON types.

The recordings lie next to the repository, where they are; without them only the shipped ones are compared.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from svm_node.testing import RunningNode
from tests.integration.svm_node.story import Story

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus"
SHIPPED = ROOT / "tests" / "unit" / "svm_node" / "fixtures" / "parsed_instructions.json"

# Members that only some releases of Agave have, or that say more than the recorded releases did.
OPTIONAL = {"costUnits", "transactionIndex", "returnData", "computeUnitsConsumed", "stackHeight", "version"}


def shape(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return {str: "string", list: "array", dict: "object", type(None): "null"}[type(value)]


def members(value: dict[str, Any]) -> dict[str, str]:
    return {name: shape(member) for name, member in value.items() if name not in OPTIONAL}


def parsed_instructions(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "programId" in value and isinstance(value.get("parsed"), dict):
            yield value
        for member in value.values():
            yield from parsed_instructions(member)
    elif isinstance(value, list):
        for member in value:
            yield from parsed_instructions(member)


async def transactions(
    node: RunningNode, story: Story, http: aiohttp.ClientSession, encoding: str
) -> list[Any]:
    batch = [
        {
            "jsonrpc": "2.0",
            "id": number,
            "method": "getTransaction",
            "params": [action.signature, {"encoding": encoding, "maxSupportedTransactionVersion": 0}],
        }
        for number, action in enumerate(story.actions)
    ]
    async with http.post(node.url, json=batch) as response:
        return [answer["result"] for answer in await response.json()]


async def test_parsed_instructions_have_the_members_agave_gave_them(
    story: tuple[RunningNode, Story], http: aiohttp.ClientSession
) -> None:
    recorded: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in json.loads(SHIPPED.read_text()):
        key = (row["program"], row["parsed"]["type"])
        recorded.setdefault(key, []).append(members(row["parsed"]["info"]))
    compared = set()
    for transaction in await transactions(*story, http, "jsonParsed"):
        for ours in parsed_instructions(transaction):
            key = (ours["program"], ours["parsed"]["type"])
            if key in recorded:
                assert members(ours["parsed"]["info"]) in recorded[key]
                compared.add(key)
    assert {("system", "transfer"), ("spl-token", "transferChecked"), ("spl-token", "mintTo")} <= compared


@pytest.mark.skipif(not CORPUS.exists(), reason="the recordings are not there")
@pytest.mark.parametrize(
    ("encoding", "recording"),
    [
        ("json", "gemwalletcom_core/tx/nft_metaplex_transfer.json"),
        ("json", "helius-labs_photon/block_254170887_nonvote.jsonl"),
        ("jsonParsed", "gemwalletcom_core/tx/nft_token_program_transfer.json"),
    ],
)
async def test_transactions_have_the_members_agave_gave_them(
    story: tuple[RunningNode, Story], http: aiohttp.ClientSession, encoding: str, recording: str
) -> None:
    lines = (CORPUS / recording).read_text().splitlines() if recording.endswith("l") else None
    wanted = json.loads(lines[0])["response"] if lines else json.loads((CORPUS / recording).read_text())
    theirs = wanted["result"]
    for ours in await transactions(*story, http, encoding):
        assert members(ours) == members(theirs)
        ours_meta, their_meta = members(ours["meta"]), members(theirs["meta"])
        assert ours_meta.keys() == their_meta.keys()
        # `err` is null or not by what happened; all others have one type.
        assert {**ours_meta, "err": "any"} == {**their_meta, "err": "any"}
        message, their_message = ours["transaction"]["message"], theirs["transaction"]["message"]
        # Version 0 has its table lookups besides.
        assert set(message) - {"addressTableLookups"} == set(their_message) - {"addressTableLookups"}
        if encoding == "jsonParsed":
            assert members(message["accountKeys"][0]) == members(their_message["accountKeys"][0])
        for balances in ("preTokenBalances", "postTokenBalances"):
            for balance in ours["meta"][balances]:
                assert members(balance) == members(theirs["meta"]["postTokenBalances"][0])


@pytest.mark.skipif(not CORPUS.exists(), reason="the recordings are not there")
@pytest.mark.parametrize(
    ("method", "recording"),
    [
        ("getTokenAccountsByOwner", "GetTokenAccountsByOwnerResponse.json"),
        ("getTokenSupply", "GetTokenSupplyResponse.json"),
        ("getTokenAccountBalance", "GetTokenAccountBalanceResponse.json"),
        ("getTokenLargestAccounts", "GetTokenLargestAccountsResponse.json"),
        ("getSignatureStatuses", "GetSignatureStatusesResponse.json"),
        ("getSignaturesForAddress", "GetSignaturesForAddressResponse.json"),
    ],
)
async def test_other_answers_have_the_members_agave_gave_them(
    story: tuple[RunningNode, Story], http: aiohttp.ClientSession, method: str, recording: str
) -> None:
    node, told = story
    bob, classic = str(told.bob.pubkey()), str(told.classic.address)
    accounts = node.chain.accounts
    account = next(address for address, _ in accounts.tokens_of_mint(told.classic.address, 10**9))
    params: dict[str, list[Any]] = {
        "getTokenAccountsByOwner": [bob, {"mint": classic}, {"encoding": "jsonParsed"}],
        "getTokenSupply": [classic],
        "getTokenAccountBalance": [str(account)],
        "getTokenLargestAccounts": [classic],
        "getSignatureStatuses": [[told.signature("swap")]],
        "getSignaturesForAddress": [bob],
    }
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params[method]}
    async with http.post(node.url, json=request) as response:
        ours = (await response.json())["result"]
    theirs = json.loads((CORPUS / "accounts" / "bmresearch_Solnet" / recording).read_text())["result"]
    mine, recorded = first(ours), first(theirs)
    missing = {name: kind for name, kind in members(recorded).items() if name not in mine}
    assert missing == {}
    for name, kind in members(recorded).items():
        assert kind == shape(mine[name]) or "null" in {kind, shape(mine[name])}, name


def first(answer: Any) -> dict[str, Any]:
    value = answer["value"] if isinstance(answer, dict) and "value" in answer else answer
    found: dict[str, Any] = next(item for item in value if item) if isinstance(value, list) else value
    return found
