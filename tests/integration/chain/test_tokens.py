"""Tokens that were made on the node are called what their makers called them."""

from collections.abc import AsyncIterator

import pytest
from solders.keypair import Keypair

from svm_node.testing import RunningNode, running_node
from tests.fakes.metrics import FakeMetrics
from traffic.actions import Chain
from traffic.mints import Extensions, Metadata
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.tokens.reader import ChainTokens
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.tokens import IdentitySource

pytestmark = pytest.mark.integration

PROFILE = PROFILES["x1-mainnet"]
USDC = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"


@pytest.fixture
async def node() -> AsyncIterator[RunningNode]:
    async with running_node(slot_ms=5) as node:
        yield node


async def test_token_2022_metadata_classic_mints_and_impostors_in_one_call(node: RunningNode) -> None:
    issuer = Keypair()
    async with Chain(node.url) as actions:
        await actions.airdrop(issuer.pubkey(), 10**12)
        honest, _ = await actions.create_mint(
            issuer, decimals=4, extensions=Extensions(metadata=Metadata("Toll Token", "TOLL"))
        )
        liar, _ = await actions.create_mint(
            issuer,
            extensions=Extensions(metadata=Metadata("<b>Free</b> money", "USDС.x"), transfer_fee=(1, 1)),
        )
        plain, _ = await actions.create_mint(issuer, decimals=2)
    client = RpcClient([node.url], metrics=FakeMetrics())
    node.node.calls.clear()
    mints = [str(mint.address) for mint in (honest, liar, plain)]
    found = await ChainTokens(RpcChain(client), PROFILE).identities(
        [*mints, USDC, str(issuer.pubkey()), str(Keypair().pubkey())]
    )
    await client.close()
    assert set(found) == {*mints, USDC}
    assert dict(node.node.calls) == {"getMultipleAccounts": 1}
    first, second, third = (found[mint] for mint in mints)
    assert (first.symbol, first.name, first.decimals) == ("TOLL", "Toll Token", 4)
    assert (first.source, first.impostor_of) == (IdentitySource.TOKEN_2022, None)
    assert (second.name, second.impostor_of) == ("<b>Free</b> money", USDC)
    assert (third.symbol, third.decimals, third.source) == (None, 2, IdentitySource.NONE)
