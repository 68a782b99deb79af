"""The main job, shown: people watch wallets in the double, money moves on the chain, the bot tells them.

Every message is waited for, timed from the moment its transaction was seen confirmed, and printed as a person
reads it. A message that is missing, comes twice, or that nobody expects fails the demo.
"""

import asyncio
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from solders.keypair import Keypair

from devstack.deploy import Deployment
from devstack.stack import Stack
from telegram_double.client import ControlClient, NothingArrived, Person, SentMessage
from traffic.actions import Action, Chain
from traffic.mints import Extensions

XNT: Final = 10**9
SWEEP_INTERVAL_SECONDS: Final = 2.0
SLACK_SECONDS: Final = 2.0
"""A message may take one interval of the sweep and this, from its transaction's confirmation."""
PATIENCE_SECONDS: Final = 30.0
QUIET_SECONDS: Final = SWEEP_INTERVAL_SECONDS + 3.0
WIDTH: Final = 88


class DemoFailed(Exception):
    """The main job does not work; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A message that a transaction has to cause.

    Attributes:
        contains: Texts that a person must find in it.
    """

    person: Person
    contains: tuple[str, ...]


@dataclass
class Transcript:
    """What was said, and how long each notification took."""

    seconds: list[float] = field(default_factory=list)
    notifications: set[tuple[int, int]] = field(default_factory=set)
    replies: set[tuple[int, int]] = field(default_factory=set)

    def say(self, line: str) -> None:
        """Print a line of the demo's own."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def show(self, name: str, message: SentMessage, note: str = "") -> None:
        """Print a message as a person reads it, with its buttons."""
        self.say(f"  {name} < bot {note}")
        for line in message.text.splitlines():
            self.say(textwrap.indent(textwrap.fill(line, WIDTH - 6) or " ", "      "))
        if message.button_texts:
            self.say("      " + " ".join(f"[{text}]" for text in message.button_texts))


def run_demo(stack: Stack, deployment: Deployment) -> str:
    """Show the main job on a stack that is deployed; the closing line.

    Raises:
        DemoFailed: Something was not as it has to be.
    """
    return asyncio.run(_demo(stack, deployment))


async def _demo(stack: Stack, deployment: Deployment) -> str:
    addresses = stack.addresses
    transcript = Transcript()
    transcript.say(
        f"sam build {deployment.build_seconds:.0f} s, sam deploy {deployment.deploy_seconds:.0f} s; "
        f"chat page {addresses.telegram_url}/\n"
    )
    async with ControlClient(addresses.telegram_url) as telegram, Chain(addresses.rpc_url) as chain:
        return await Demo(telegram, chain, transcript).run()


class Demo:
    """Two people, two wallets and what happens to them."""

    def __init__(
        self, telegram: ControlClient, chain: Chain, transcript: Transcript, *, slack: float = SLACK_SECONDS
    ) -> None:
        self._slack = slack
        self._telegram = telegram
        self._chain = chain
        self._transcript = transcript
        self._savings = Keypair()
        self._spending = Keypair()

    async def run(self) -> str:
        """The whole conversation; the closing line."""
        alice = await self._telegram.add_user("Alice")
        bob = await self._telegram.add_user("Bob")
        issuer = Keypair()
        savings, spending = self._savings.pubkey(), self._spending.pubkey()
        for wallet in (issuer.pubkey(), savings, spending):
            await self._chain.airdrop(wallet, 100 * XNT)
        known, _ = await self._chain.create_mint(issuer, decimals=6)
        new, _ = await self._chain.create_mint(issuer, decimals=2)
        taxed, _ = await self._chain.create_mint(
            issuer, decimals=6, extensions=Extensions(transfer_fee=(100, 10**12))
        )
        for mint in (known, new, taxed):
            await self._chain.mint_to(mint, issuer, issuer.pubkey(), 10**12)
        await self._chain.mint_to(known, issuer, savings, 50 * 10**6)

        await self._say(alice, "/start")
        await self._say(alice, f"/watch {savings} Savings", contains="Savings")
        await self._say(alice, f"/watch {spending} Spending", contains="Spending")
        await self._say(bob, "/start")
        await self._say(bob, f"/watch {savings}")
        await self._say(alice, "/list", contains="Spending")
        await self._say(alice, "/watch nonsense")

        both = (alice, bob)
        await self._happens(
            "Native in", await self._chain.transfer_native(issuer, savings, 5 * XNT), self._all(both, "5 XNT")
        )
        await self._happens(
            "Native out",
            await self._chain.transfer_native(self._savings, issuer.pubkey(), 1_250_000_000),
            self._all(both, "1.25 XNT"),
        )
        await self._happens(
            "A token into an account that exists",
            await self._chain.transfer_token(known, issuer, savings, 7_500_000),
            self._all(both, "7.5"),
        )
        await self._happens(
            "A token into a new account",
            await self._chain.transfer_token(new, issuer, savings, 12_345, creates_account=True),
            self._all(both, "123.45"),
        )
        await self._happens(
            "A Token-2022 token that keeps 1 % as a fee",
            await self._chain.transfer_token(taxed, issuer, savings, 200 * 10**6, creates_account=True),
            self._all(both, "198"),
        )
        await self._happens(
            "A swap: one token for another and some XNT",
            await self._chain.swap(
                self._savings, issuer, gives=(known, 20 * 10**6), gets=(new, 5_000), gets_lamports=XNT // 2
            ),
            self._all(both, "20", "50", "0.5 XNT"),
        )
        await self._happens(
            "A transaction that fails",
            await self._chain.transfer_token_in_vain(known, self._savings, issuer.pubkey()),
            self._all(both, "ailed"),
        )
        await self._happens(
            "From one watched wallet to another",
            await self._chain.transfer_native(self._savings, spending, 2 * XNT),
            [
                *self._all(both, "2 XNT", "Sent"),
                Expected(alice, ("2 XNT", "Spending")),
            ],
        )

        await self._say(alice, "/balance Savings", contains="XNT")
        await self._say(alice, f"/scan {known.address}", becomes="of 100")
        await self._say(alice, "/status")
        await self._say(bob, f"/unwatch {savings}")
        await self._happens(
            "Money for a wallet that only one still watches",
            await self._chain.transfer_native(issuer, savings, XNT),
            self._all((alice,), "1 XNT"),
        )
        await self._nothing_else(both)
        return self._close()

    def _all(self, people: Sequence[Person], *contains: str) -> list[Expected]:
        return [Expected(person, contains) for person in people]

    async def _say(self, person: Person, text: str, *, contains: str = "", becomes: str = "") -> None:
        """A person writes; the bot has to answer with a message that holds `contains`.

        Where it `becomes` something, the message is edited until it holds that.
        """
        self._transcript.say(f"  {person.first_name} > {text}")
        since = await self._telegram.cursor()
        await self._telegram.send_text(person.id, text)
        answer = await self._answer(person, text, since, contains, "new")
        self._transcript.replies.add((answer.chat_id, answer.message_id))
        self._transcript.show(person.first_name, answer)
        if becomes:
            result = await self._answer(person, text, since, becomes, "edit")
            self._transcript.show(person.first_name, result, "(in place of that)")

    async def _answer(self, person: Person, text: str, since: int, contains: str, what: str) -> SentMessage:
        try:
            return await self._telegram.wait_for_message(
                person.id, since=since, contains=contains, what=what, wait_s=PATIENCE_SECONDS
            )
        except NothingArrived as error:
            raise DemoFailed(f"{person.first_name} wrote {text!r}: {error}") from error

    async def _happens(self, title: str, action: Action, expected: Sequence[Expected]) -> None:
        """A transaction was confirmed; each expected message has to come, and each only once."""
        if action.confirmation is None:
            raise DemoFailed(f"{title}: the transaction was not confirmed")
        self._transcript.say(f"\n* {title}  (slot {action.confirmation.slot}, {action.signature[:8]}…)")
        wanted = Counter(item.person.id for item in expected)
        got: dict[int, list[SentMessage]] = {}
        for person_id, number in wanted.items():
            got[person_id] = await self._notifications(person_id, number, title)
        for item in expected:
            found = next(
                (
                    message
                    for message in got[item.person.id]
                    if all(text in message.text for text in item.contains)
                ),
                None,
            )
            if found is None:
                said = " / ".join(message.text for message in got[item.person.id])
                raise DemoFailed(f"{title}: {item.person.first_name} was told {said!r}, not {item.contains}")
            got[item.person.id].remove(found)
            self._transcript.notifications.add((found.chat_id, found.message_id))
            seconds = found.accepted_at - action.confirmation.at
            self._transcript.seconds.append(seconds)
            self._transcript.show(item.person.first_name, found, f"after {seconds:.1f} s")

    async def _notifications(self, chat_id: int, number: int, title: str) -> list[SentMessage]:
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            found = await self._new(chat_id)
            if len(found) >= number:
                return found
            if asyncio.get_running_loop().time() > deadline:
                raise DemoFailed(f"{title}: {len(found)} of {number} messages came to chat {chat_id}")
            await asyncio.sleep(0.1)

    async def _new(self, chat_id: int) -> list[SentMessage]:
        """Messages of the bot that are no reply and were not told of before."""
        known = self._transcript.notifications | self._transcript.replies
        return [
            message
            for message in await self._telegram.messages(chat_id)
            if message.from_bot and (message.chat_id, message.message_id) not in known
        ]

    async def _nothing_else(self, people: Sequence[Person]) -> None:
        await asyncio.sleep(QUIET_SECONDS)
        for person in people:
            for message in await self._new(person.id):
                raise DemoFailed(f"nobody expected this for {person.first_name}: {message.text!r}")

    def _close(self) -> str:
        seconds = self._transcript.seconds
        slowest = max(seconds)
        if slowest > SWEEP_INTERVAL_SECONDS + self._slack:
            raise DemoFailed(
                f"a message took {slowest:.1f} s; the limit is {SWEEP_INTERVAL_SECONDS + self._slack:.1f} s"
            )
        return f"DEMO OK {len(seconds)} messages, p50 {median(seconds):.1f} s, max {slowest:.1f} s"
