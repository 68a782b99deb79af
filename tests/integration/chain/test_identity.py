"""A false dollar that was made on the node, with its file and picture on a real server, is found out."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from solders.keypair import Keypair

from svm_node.testing import RunningNode, running_node
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from traffic.actions import Chain
from traffic.mints import Extensions, Metadata
from walletwatch.chain.fetching.fetcher import GuardedFetcher
from walletwatch.chain.fetching.locations import Links
from walletwatch.chain.inspection.identity import IdentityReader, Outside
from walletwatch.chain.inspection.listed_pictures import ListedPictures
from walletwatch.chain.inspection.mint import MintReader
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.fetching import Refusal
from walletwatch.domain.inspection.identity import MetadataFile, Useless
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.profile import ChainProfile, ListedToken
from walletwatch.domain.risk import Facts, Level, Verdict
from walletwatch.scanner.check import make_all
from walletwatch.scanner.rules import read_rules
from walletwatch.scanner.scoring import weigh
from walletwatch.scanner.token_checks import TOKEN_CHECKS

pytestmark = pytest.mark.integration


@pytest.fixture
async def node() -> AsyncIterator[RunningNode]:
    async with running_node(slot_ms=5) as node:
        yield node


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    """Describes every token as an alphabet, with the same picture."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        if path.endswith(".png"):
            kind, body = "image/png", b"\x89PNG of a dollar"
        else:
            image = f"{origin}{path.replace('.json', '.png')}"
            kind, body = "application/json", json.dumps({"name": "Alphabet", "image": image}).encode()
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield origin


async def test_names_files_and_pictures(node: RunningNode, origin: str) -> None:
    issuer = Keypair()
    metadata = {
        "real": Metadata("A Dollar", "USDX", f"{origin}/real.json"),
        "false": Metadata("A Dollаr", "USDX", f"{origin}/false.json"),
        "hostile": Metadata("Claim at usdx.com", "X", "https://169.254.169.254/latest/meta-data"),
    }
    async with Chain(node.url) as actions:
        await actions.airdrop(issuer.pubkey(), 10**12)
        mints = {
            name: str((await actions.create_mint(issuer, extensions=Extensions(metadata=each)))[0].address)
            for name, each in metadata.items()
        }
    profile = ChainProfile("test", "XNT", None, tokens={mints["real"]: ListedToken("USDX", "A Dollar", 6)})
    client = RpcClient([node.url], metrics=FakeMetrics())
    chain, metrics = RpcChain(client), FakeMetrics()
    links = Links(
        ipfs_gateway="https://ipfs.example",
        arweave_gateway="https://ar.example",
        test_origins=frozenset({origin}),
    )
    fetcher = GuardedFetcher(links, metrics)
    pictures = ListedPictures(chain, fetcher, profile, FakeCache(FakeClock()), metrics)
    reader = IdentityReader(chain, profile, Outside(fetcher, pictures))

    async def read(name: str) -> tuple[Facts, Verdict, int]:
        mint = (await MintReader(chain).read(mints[name], {}))[MintState]
        node.node.calls.clear()
        facts = await reader.read(mints[name], {MintState: mint})
        return facts, weigh(make_all(TOKEN_CHECKS, facts), read_rules()), sum(node.node.calls.values())

    _, false, calls = await read("false")
    assert calls == 1
    assert {each.finding.rule for each in false.findings} == {
        "imitates_listed", "picture_of_listed", "file_contradicts",
    }  # fmt: skip
    assert false.level >= Level.DANGER
    facts, hostile, calls = await read("hostile")
    assert calls == 0
    assert facts[MetadataFile].content == Useless(Refusal.PRIVATE_ADDRESS)
    assert {each.finding.rule for each in hostile.findings} == {"name_lures", "metadata_private"}
    _, real, _ = await read("real")
    assert {each.finding.rule for each in real.findings} == {"file_contradicts"}
    await client.close()
    assert (metrics.counts["FetchesDone"], metrics.counts["FetchesPrivate"]) == (6, 1)
