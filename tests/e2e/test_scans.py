"""Scans in a chat, of what was made on the chain to harm people."""

from dataclasses import dataclass

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from svm_node.programs import MEMO_PROGRAM
from telegram_double.client import ControlClient, Person, SentMessage
from traffic.actions import Chain
from traffic.mints import Extensions, Metadata, Mint
from walletwatch.bot.texts import texts

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

XNT = 10**9
SUPPLY = 10**12
DETAILS = texts("en")("button.details")


def is_danger(verdict: SentMessage) -> bool:
    """Whether anybody would be kept from buying it."""
    return "🔴" in verdict.text or "⛔" in verdict.text


@dataclass
class Asking:
    """Somebody who scans."""

    telegram: ControlClient
    person: Person

    async def scan(self, address: Pubkey) -> SentMessage:
        """The verdict."""
        since = await self.telegram.cursor()
        await self.telegram.send_text(self.person.id, f"/scan {address}")
        return await self.telegram.wait_for_message(
            self.person.id, since=since, contains="of 100", what="any", wait_s=30
        )

    async def details(self, verdict: SentMessage) -> str:
        """The first page behind the button."""
        since = await self.telegram.cursor()
        await self.telegram.press(verdict, text=DETAILS)
        shown = await self.telegram.wait_for_message(self.person.id, since=since, what="edit", wait_s=20)
        return shown.text


@pytest.fixture
async def asking(telegram: ControlClient) -> Asking:
    return Asking(telegram, await telegram.add_user("Sana"))


@dataclass
class Maker:
    """Makes tokens, and gives some to a holder."""

    chain: Chain
    key: Keypair
    holder: Keypair

    async def token(self, extensions: Extensions | None = None, *, freezes: bool = False) -> Mint:
        authority = self.key.pubkey() if freezes else None
        mint, _ = await self.chain.create_mint(self.key, extensions=extensions, freeze_authority=authority)
        for owner in (self.key, self.holder):
            await self.chain.ensure_account(mint, self.key, owner.pubkey())
            if extensions is not None and extensions.default_frozen:
                await self.chain.thaw(mint, self.key, owner.pubkey())
            await self.chain.mint_to(mint, self.key, owner.pubkey(), SUPPLY)
        return mint


@pytest.fixture
async def maker(chain: Chain) -> Maker:
    maker = Maker(chain, Keypair(), Keypair())
    for each in (maker.key, maker.holder):
        await chain.airdrop(each.pubkey(), 20 * XNT)
    return maker


async def test_what_a_token_can_do_to_its_holders(asking: Asking, maker: Maker) -> None:
    key = maker.key.pubkey()
    frozen = await asking.scan((await maker.token(Extensions(default_frozen=True), freezes=True)).address)
    assert is_danger(frozen)
    assert "frozen" in frozen.text
    assert "default_account_state: frozen" in await asking.details(frozen)

    hooked = await asking.scan((await maker.token(Extensions(transfer_hook=MEMO_PROGRAM))).address)
    assert is_danger(hooked)
    assert "refused" in hooked.text
    assert str(MEMO_PROGRAM)[:4] in await asking.details(hooked)

    taken = await maker.token(Extensions(permanent_delegate=key))
    await maker.chain.seize(taken, maker.key, maker.holder.pubkey(), SUPPLY // 2)
    verdict = await asking.scan(taken.address)
    assert is_danger(verdict)
    assert "took" in verdict.text
    assert f"permanent_delegate: {key}" in await asking.details(verdict)


async def test_what_will_be_or_was_done(asking: Asking, maker: Maker) -> None:
    greedy = await maker.token(Extensions(transfer_fee=(100, 10**18)))
    await maker.chain.set_transfer_fee(greedy, maker.key, 9_900, 10**18)
    verdict = await asking.scan(greedy.address)
    assert is_danger(verdict)
    assert "99 %" in verdict.text
    assert "9900 basis points" in await asking.details(verdict)

    stopped = await maker.token(Extensions(pausable=maker.key.pubkey()))
    await maker.chain.set_paused(stopped, maker.key, paused=True)
    verdict = await asking.scan(stopped.address)
    assert is_danger(verdict)
    assert "stopped" in verdict.text or "paused" in verdict.text

    trapped = await maker.token(freezes=True)
    for owner in (maker.key, maker.holder):
        await maker.chain.freeze(trapped, maker.key, owner.pubkey())
    verdict = await asking.scan(trapped.address)
    assert is_danger(verdict)
    assert "frozen" in await asking.details(verdict)


async def test_a_false_dollar_and_a_token_that_is_no_more(asking: Asking, maker: Maker) -> None:
    named = Extensions(metadata=Metadata("USD Coin on X1", "USDC.x"))
    false = await maker.token(named)
    verdict = await asking.scan(false.address)
    assert is_danger(verdict)
    assert "USDC.x" in verdict.text
    assert "symbol: USDC.x" in await asking.details(verdict)

    keeper = maker.key.pubkey()
    closable = Extensions(close_authority=keeper)
    kept, _ = await maker.chain.create_mint(maker.key, extensions=closable)
    verdict = await asking.scan(kept.address)
    assert f"close_authority: {keeper}" in await asking.details(verdict)
    closed, _ = await maker.chain.create_mint(maker.key, extensions=closable)
    await maker.chain.close_mint(closed, maker.key)
    verdict = await asking.scan(closed.address)
    assert is_danger(verdict)
    assert "This was a token" in verdict.text
    assert f"closeAccount: {closed.address}" in await asking.details(verdict)


async def test_a_wallet_and_whom_it_is_connected_with(asking: Asking, maker: Maker) -> None:
    friend = Keypair().pubkey()
    await maker.chain.transfer_native(maker.holder, friend, 3 * XNT)
    verdict = await asking.scan(maker.holder.pubkey())
    await asking.details(verdict)
    since = await asking.telegram.cursor()
    await asking.telegram.press(verdict, text=texts("en")("button.connections"))
    shown = await asking.telegram.wait_for_message(asking.person.id, since=since, what="edit", wait_s=20)
    assert f"{friend}: sent 3 XNT" in shown.text


async def test_a_wallet_that_lets_somebody_in(asking: Asking, maker: Maker) -> None:
    spender = Keypair().pubkey()
    mint = await maker.token()
    await maker.chain.approve(mint, maker.holder, spender, SUPPLY)
    verdict = await asking.scan(maker.holder.pubkey())
    assert str(spender) in verdict.text
    assert "revoke" in verdict.text
    since = await asking.telegram.cursor()
    await asking.telegram.send_text(asking.person.id, f"/scan {maker.holder.pubkey()}")
    again = await asking.telegram.wait_for_message(asking.person.id, since=since, wait_s=20)
    # It is remembered: nobody has to wait for it twice.
    assert again.text == verdict.text
