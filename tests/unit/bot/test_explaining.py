"""/tx, and what people paste: recorded transactions through the bot."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.things import address
from tests.unit.bot.conftest import ANNA, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.pasted import unlinked
from walletwatch.chain.decoding.outline import outline

FOLDER = Path(__file__).parents[2] / "fixtures/transactions"
RECORDED = json.loads((FOLDER / "MANIFEST.json").read_text())
BY_FILE = {entry["file"]: entry for entry in RECORDED}
CONCERNED = sorted(name for name, entry in BY_FILE.items() if entry["activity"])


def _recorded(name: str) -> tuple[dict[str, Any], str, str]:
    """The answer of the chain, the signature, and a wallet it concerns."""
    entry = BY_FILE[name]
    result = json.loads((FOLDER / name).read_text())["result"]
    return result, outline(result).signature, entry["wallet"]


def _land(chat: Chat, name: str) -> tuple[str, str]:
    result, signature, wallet = _recorded(name)
    chat.chain.land(signature, result)
    return signature, wallet


@pytest.mark.parametrize("name", CONCERNED)
async def test_every_recorded_transaction_is_explained_to_whom_it_concerns(chat: Chat, name: str) -> None:
    signature, wallet = _land(chat, name)
    await chat.send(f"/watch {wallet} Mine")
    await chat.send(f"/tx {signature}")
    assert "👛 Mine" in chat.last
    assert "None of your wallets" not in chat.last
    assert "⛽ Fee" in chat.last


@pytest.mark.parametrize("name", sorted(BY_FILE))
async def test_every_recorded_transaction_is_explained_to_a_stranger(chat: Chat, name: str) -> None:
    signature, _ = _land(chat, name)
    await chat.send(f"/watch {WALLET}")
    await chat.send(f"/tx {signature}")
    assert "None of your wallets" in chat.last
    assert "Programs: " in chat.last
    assert any(data.startswith("1:wa:") for data in chat.buttons)


async def test_a_swap_says_what_became_of_it(chat: Chat) -> None:
    signature, _ = _land(chat, "swap_native_to_token.json")
    result, _, _ = _recorded("swap_native_to_token.json")
    chat.chain.current_slot = result["slot"] + 3
    await chat.send(f"/tx {signature}")
    assert "✅" in chat.last
    assert "🔄 Swapped" in chat.last
    assert "Confirmed 3 slots ago" in chat.last
    chat.chain.current_slot = result["slot"] + 32
    await chat.send(f"/tx {signature}")
    assert "🔒 Final" in chat.last


async def test_a_failed_one_says_so(chat: Chat) -> None:
    signature, _ = _land(chat, "failed_swap.json")
    await chat.send(f"/tx {signature}")
    assert "❌ It failed" in chat.last
    assert chat.last.count("Reason: ") == 1


@pytest.mark.parametrize(
    "text",
    [
        "{signature}",
        " {signature}\n",
        "https://explorer.mainnet.x1.xyz/tx/{signature}",
        "https://solscan.io/tx/{signature}?cluster=mainnet#x",
        "/tx https://explorer.mainnet.x1.xyz/tx/{signature}/",
    ],
)
async def test_a_signature_or_its_link_is_enough(chat: Chat, text: str) -> None:
    signature, _ = _land(chat, "native_in.json")
    await chat.send(text.format(signature=signature))
    assert "🧾" in chat.last


async def test_a_link_to_an_address_is_the_address(chat: Chat) -> None:
    link = f"https://explorer.mainnet.x1.xyz/address/{OTHER}?tab=tokens"
    await chat.send(link)
    assert f"1:wa:{OTHER}" in chat.buttons
    await chat.send(f"/watch {link} Pocket")
    assert "Now watching <b>Pocket</b>" in chat.last


async def test_it_asks_and_the_next_text_is_the_answer(chat: Chat) -> None:
    signature, _ = _land(chat, "native_in.json")
    await chat.send("/tx")
    assert "Which transaction" in chat.last
    await chat.send(signature)
    assert "🧾" in chat.last
    await chat.send("/tx", chat=GROUP)
    assert "For example" in chat.last


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x" * 88, "not the signature"),
        ("0" * 88, "not the signature"),
        ("5" * 60, "not the signature"),
        (WALLET, "an address"),
        ("<b>", "not the signature"),
        ("reward-1-x", "not the signature"),
    ],
)
async def test_what_is_no_signature_is_said(chat: Chat, text: str, complaint: str) -> None:
    await chat.send(f"/tx {text}")
    assert complaint in chat.last
    assert "transactions" not in chat.chain.calls


async def test_failures_are_told_apart(chat: Chat) -> None:
    result, signature, _ = _recorded("native_in.json")
    await chat.send(f"/tx {signature}")
    assert "doesn't know this transaction" in chat.last
    chat.chain.land(signature, result | {"meta": None})
    await chat.send(f"/tx {signature}")
    assert "can't read" in chat.last
    other, _, _ = _recorded("native_seed.json")
    chat.chain.results[signature] = other
    await chat.send(signature)
    assert "can't read" in chat.last
    chat.chain.down = True
    await chat.send(signature)
    assert "can't reach the chain" in chat.last


@pytest.mark.parametrize(
    "text",
    [
        "https://explorer.mainnet.x1.xyz/tx/short",
        "javascript://x/tx/" + "5" * 88,
        "https://a b/tx/" + "5" * 88,
        "https://x/tx/" + "5" * 400,
        "see https://x.y/tx/" + "5" * 88,
        address("x") + " " + address("y"),
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert unlinked(text) == text


async def test_names_and_confirmations_may_be_missing(chat: Chat) -> None:
    signature, _ = _land(chat, "token_in.json")
    chat.chain.current_slot = 0
    await chat.send(signature, user=ANNA)
    assert "Confirmed 0 slots ago" in chat.last
