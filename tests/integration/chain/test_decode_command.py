"""The command that people look at transactions with, against the SVM node."""

import asyncio
import json

import pytest
from solders.keypair import Keypair

from svm_node.testing import running_node
from traffic.actions import Chain
from walletwatch.commandline.decode import main

pytestmark = pytest.mark.integration

UNKNOWN = "5" * 87


async def test_a_transaction_is_read_from_a_node(capsys: pytest.CaptureFixture[str]) -> None:
    async with running_node(slot_ms=5) as node, Chain(node.url) as chain:
        alice, bob = Keypair(), Keypair().pubkey()
        await chain.airdrop(alice.pubkey(), 10**10)
        sent = await chain.transfer_native(alice, bob, 5 * 10**9)
        arguments = ["decode", "--wallet", str(bob), "--rpc", node.url, "--signature", sent.signature]
        # The command has an event loop of its own.
        assert await asyncio.to_thread(main, [*arguments, "--signature", UNKNOWN]) == 1
        told = capsys.readouterr()
        data, *message = told.out.rstrip().splitlines()
        assert json.loads(data)["legs"][0]["amount"] == 5 * 10**9
        assert "5 XNT" in message[0]
        assert told.err.startswith(f"{UNKNOWN}: ")
    assert await asyncio.to_thread(main, arguments) == 1
    assert capsys.readouterr().err.startswith(f"{sent.signature}: ")
