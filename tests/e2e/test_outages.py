"""A store is away for a while under load: no update is lost, nothing is told twice, people are answered.

`OUTAGE_SECONDS` says for how long (60 for the measure; fewer by default, for the sake of those who wait).
"""

import asyncio
import os
import re
import time
from collections import Counter
from typing import Final

import pytest
from solders.keypair import Keypair

from telegram_double.client import ControlClient, Person
from tests.e2e.conftest import Deployed
from traffic.actions import Chain

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

XNT: Final = 10**9
WALLETS: Final = 9
"""So many that the money of none of them comes so fast that it is told in a digest."""
OUTAGE_SECONDS: Final = float(os.environ.get("OUTAGE_SECONDS", "6"))
RECOVERY_SECONDS: Final = 240.0
AMOUNT: Final = re.compile(r"Received (\d\.\d+) XNT")


async def _texts(telegram: ControlClient, person: Person, since: int) -> list[str]:
    return [message.text for message in await telegram.messages(person.id, since=since) if message.from_bot]


@pytest.mark.parametrize(("store", "answers"), [("valkey", True), ("postgres", False)])
async def test_a_store_is_away_under_load(
    deployed: Deployed, telegram: ControlClient, chain: Chain, store: str, answers: bool
) -> None:
    """Money moves and a person writes, each second; without PostgreSQL their answers come when it is back."""
    await telegram.set_policy(chat_per_second=30, chat_burst=100)
    person = await telegram.add_user(f"Otto {store}")
    payer, wallets = Keypair(), [Keypair().pubkey() for _ in range(WALLETS)]
    for address in (payer.pubkey(), *wallets):
        await chain.airdrop(address, 1000 * XNT)
    for number, wallet in enumerate(wallets):
        since = await telegram.cursor()
        await telegram.send_text(person.id, f"/watch {wallet} Fund {number}")
        await telegram.wait_for_message(person.id, since=since, contains="watching", wait_s=30)

    since = await telegram.cursor()
    expected: Counter[str] = Counter()
    asked = 0

    async def load(seconds: float) -> None:
        nonlocal asked
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            number = sum(expected.values())
            lamports = XNT + (number + 1) * 10**6
            await chain.transfer_native(payer, wallets[number % WALLETS], lamports)
            expected[f"{lamports / XNT:.3f}".rstrip("0")] += 1
            await telegram.send_text(person.id, "/list")
            asked += 1
            # A person may send no more than one a second.
            await asyncio.sleep(1.0)

    await load(2)
    deployed.stack.kill(store)
    await load(OUTAGE_SECONDS)
    if answers:
        during = sum(f"{WALLETS} wallets" in text for text in await _texts(telegram, person, since))
        assert during >= asked - 3, f"{during} of {asked} were answered while {store} was away"
    deployed.stack.restart(store)
    await load(2)

    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        texts = await _texts(telegram, person, since)
        told = Counter(match[1] for text in texts if (match := AMOUNT.search(text)))
        lists = sum(f"{WALLETS} wallets" in text for text in texts)
        if told.keys() >= expected.keys() and lists >= asked:
            break
        assert time.monotonic() < deadline, (expected - told, f"{lists} of {asked} answered")
        await asyncio.sleep(0.5)
    await asyncio.sleep(5)
    texts = await _texts(telegram, person, since)
    assert Counter(found[1] for text in texts if (found := AMOUNT.search(text))) == expected
    assert sum(f"{WALLETS} wallets" in text for text in texts) == asked
