"""Actions on the SVM node, and what the decoder makes of them, in every encoding an RPC node has."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from spl.token import instructions as token
from spl.token import models

from svm_node.testing import running_node
from traffic.actions import NATIVE, Action, Chain
from traffic.instructions import associated_account
from traffic.mints import Extensions, Mint
from walletwatch.chain.decoding import decode_transaction
from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

pytestmark = pytest.mark.integration

WHOLE = 10**9
ENCODINGS = ("json", "jsonParsed", "base64")


@dataclass
class Witness:
    """Who sees what an action did to a wallet."""

    url: str
    acts: Chain
    http: aiohttp.ClientSession
    alice: Keypair
    bob: Keypair

    async def activity(self, action: Action, wallet: Pubkey) -> Activity | None:
        """What all encodings say of the transaction; they have to say the same."""
        read = []
        for encoding in ENCODINGS:
            result = await self._transaction(action.signature, encoding)
            read.append(decode_transaction(result, str(wallet)))
            _balances(result, read[-1], wallet)
        assert read[0] == read[1] == read[2]
        return read[0]

    async def kind(self, action: Action, wallet: Pubkey) -> ActivityKind:
        activity = await self.activity(action, wallet)
        assert activity is not None
        assert _gained(activity) == _claimed(action, wallet)
        return activity.kind

    async def classic(self, **options: Any) -> Mint:
        """A token of which alice has a million."""
        mint, _ = await self.acts.create_mint(self.alice, freeze_authority=self.alice.pubkey(), **options)
        await self.acts.mint_to(mint, self.alice, self.alice.pubkey(), 10**6)
        return mint

    async def _transaction(self, signature: str, encoding: str) -> dict[str, Any]:
        options = {
            "commitment": "confirmed",
            "encoding": encoding,
            "maxSupportedTransactionVersion": 1,
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "getTransaction", "params": [signature, options]}
        async with self.http.post(self.url, json=body) as response:
            result: dict[str, Any] = json.loads(await response.read())["result"]
            return result


def _gained(activity: Activity) -> Counter[str]:
    sums: Counter[str] = Counter()
    for leg in activity.legs:
        sums[leg.asset] += leg.amount
    return Counter({asset: amount for asset, amount in sums.items() if amount})


def _claimed(action: Action, wallet: Pubkey) -> Counter[str]:
    """What the action says that the wallet gained."""
    sums: Counter[str] = Counter()
    for move in action.movements:
        if move.source == str(wallet):
            sums[move.asset] -= move.sent
        if move.destination == str(wallet):
            sums[move.asset] += move.received
    return Counter({asset: amount for asset, amount in sums.items() if amount})


def _balances(result: dict[str, Any], activity: Activity | None, wallet: Pubkey) -> None:
    """Legs, fee and rent are all that changed, by the balances of the answer itself."""
    meta, message = result["meta"], result["transaction"]
    changed: Counter[str] = Counter()
    for sign, side in ((-1, "preTokenBalances"), (1, "postTokenBalances")):
        for balance in meta[side]:
            if balance["owner"] == str(wallet):
                changed[balance["mint"]] += sign * int(balance["uiTokenAmount"]["amount"])
    wrapped = changed.pop(WRAPPED_NATIVE_MINT, 0)
    gained = _gained(activity) if activity else Counter()
    native = gained.pop(NATIVE, 0)
    assert gained == Counter({mint: amount for mint, amount in changed.items() if amount})
    if isinstance(message, list):
        return  # the keys are in the bytes; the other two encodings have compared the lamports
    keys = [key if isinstance(key, str) else key["pubkey"] for key in message["message"]["accountKeys"]]
    if str(wallet) in keys:
        index = keys.index(str(wallet))
        delta = meta["postBalances"][index] - meta["preBalances"][index]
        fee, rent = (activity.fee, activity.rent) if activity else (0, 0)
        assert delta + wrapped == native - fee - rent


@pytest.fixture
async def witness() -> AsyncIterator[Witness]:
    async with (
        running_node(slot_ms=10) as node,
        Chain(node.url) as acts,
        aiohttp.ClientSession() as http,
    ):
        alice, bob = Keypair(), Keypair()
        for key in (alice, bob):
            await acts.airdrop(key.pubkey(), 100 * WHOLE)
        yield Witness(node.url, acts, http, alice, bob)


async def test_native(witness: Witness) -> None:
    acts, alice, bob = witness.acts, witness.alice, witness.bob
    third = Keypair().pubkey()
    sent = await acts.transfer_native(alice, bob.pubkey(), 2 * WHOLE)
    assert await witness.kind(sent, alice.pubkey()) is ActivityKind.TRANSFER_OUT
    assert await witness.kind(sent, bob.pubkey()) is ActivityKind.TRANSFER_IN
    assert await witness.activity(sent, third) is None

    many = await acts.transfer_native_to_many(alice, {bob.pubkey(): 5, third: WHOLE})
    assert await witness.kind(many, alice.pubkey()) is ActivityKind.TRANSFER_OUT
    assert await witness.kind(many, third) is ActivityKind.TRANSFER_IN

    vain = await acts.transfer_native_in_vain(alice, bob.pubkey())
    failed = await witness.activity(vain, alice.pubkey())
    assert failed is not None
    assert (failed.kind, failed.success, failed.fee) == (ActivityKind.FAILED, False, 5000)
    assert failed.error == "instruction 0: Custom 1"
    assert await witness.activity(vain, bob.pubkey()) is None

    self_sent = await acts.transfer_native(alice, alice.pubkey(), 7)
    assert await witness.kind(self_sent, alice.pubkey()) is ActivityKind.SELF_TRANSFER

    wrapped = await witness.activity(await acts.wrap_native(bob, WHOLE), bob.pubkey())
    assert wrapped is not None
    assert (wrapped.legs, wrapped.details["wrapped"], wrapped.rent) == ((), "XNT", 2039280)
    unwrapped = await witness.activity(await acts.unwrap_native(bob), bob.pubkey())
    assert unwrapped is not None
    assert (unwrapped.legs, unwrapped.rent) == ((), -2039280)

    memo = await witness.activity(await acts.memo(bob, "for the rent"), bob.pubkey())
    assert memo is not None
    assert memo.details["memo"] == "for the rent"


@pytest.mark.parametrize("extensions", [None, Extensions(transfer_fee=(100, 10**7))])
async def test_tokens_of_both_programs(witness: Witness, extensions: Extensions | None) -> None:
    acts, alice, bob = witness.acts, witness.alice, witness.bob
    mint, made = await acts.create_mint(alice, freeze_authority=alice.pubkey(), extensions=extensions)
    assert await witness.kind(made, alice.pubkey()) is ActivityKind.TOKEN_CREATE
    minted = await acts.mint_to(mint, alice, alice.pubkey(), 10**6)
    assert await witness.kind(minted, alice.pubkey()) is ActivityKind.MINT
    given = await acts.mint_to(mint, alice, bob.pubkey(), 10**6)
    assert await witness.kind(given, bob.pubkey()) is ActivityKind.TRANSFER_IN

    sent = await acts.transfer_token(mint, alice, bob.pubkey(), 5_000)
    assert await witness.kind(sent, alice.pubkey()) is ActivityKind.TRANSFER_OUT
    assert await witness.kind(sent, bob.pubkey()) is ActivityKind.TRANSFER_IN
    received = await witness.activity(sent, bob.pubkey())
    assert received is not None
    assert [leg.counterparty for leg in received.legs] == [str(alice.pubkey())]
    withheld = {str(mint.address): mint.fee(5_000)} if extensions else None
    assert received.details.get("withheld") == withheld

    third = Keypair().pubkey()
    opened = await acts.transfer_token(mint, alice, third, 700, creates_account=True)
    assert await witness.kind(opened, third) is ActivityKind.TRANSFER_IN
    payer = await witness.activity(opened, alice.pubkey())
    assert payer is not None
    assert payer.rent > 2_000_000

    burned = await acts.burn(mint, alice, 11)
    assert await witness.kind(burned, alice.pubkey()) is ActivityKind.BURN
    itself = await acts.transfer_token(mint, bob, bob.pubkey(), 0)
    assert await witness.kind(itself, bob.pubkey()) is ActivityKind.SELF_TRANSFER
    vain = await acts.transfer_token_in_vain(mint, alice, bob.pubkey())
    assert await witness.kind(vain, alice.pubkey()) is ActivityKind.FAILED


async def test_an_approval_that_stands_beside_a_payment(witness: Witness) -> None:
    acts, alice, bob = witness.acts, witness.alice, witness.bob
    mint = await witness.classic()
    account = associated_account(alice.pubkey(), mint.address, mint.program)
    pay = transfer(TransferParams(from_pubkey=alice.pubkey(), to_pubkey=bob.pubkey(), lamports=WHOLE))
    approve = token.approve(
        models.ApproveParams(
            program_id=mint.program,
            source=account,
            delegate=bob.pubkey(),
            owner=alice.pubkey(),
            amount=2**64 - 1,
        )
    )
    revoke = token.revoke(models.RevokeParams(program_id=mint.program, account=account, owner=alice.pubkey()))
    spend = token.transfer(
        models.TransferParams(
            program_id=mint.program,
            source=account,
            dest=account,
            owner=bob.pubkey(),
            amount=10**6,
        )
    )
    just_enough = token.approve(
        models.ApproveParams(
            program_id=mint.program,
            source=account,
            delegate=bob.pubkey(),
            owner=alice.pubkey(),
            amount=10**6,
        )
    )
    paid = await witness.activity(await acts.run("pay", [pay, approve], [alice]), alice.pubkey())
    assert paid is not None
    assert paid.kind is ActivityKind.TRANSFER_OUT
    (approval,) = paid.details["approvals"]
    assert (approval["delegate"], approval["amount"]) == (str(bob.pubkey()), 2**64 - 1)
    assert (approval["mint"], approval["decimals"]) == (str(mint.address), mint.decimals)
    got = await witness.activity(await acts.run("pay", [pay, approve], [alice]), bob.pubkey())
    assert got is not None
    assert "approvals" not in got.details
    taken_back = await acts.run("pay", [pay, approve, revoke], [alice])
    used_up = await acts.run("pay", [pay, just_enough, spend], [alice, bob])
    for action in (taken_back, used_up):
        done = await witness.activity(action, alice.pubkey())
        assert done is not None
        assert "approvals" not in done.details


async def test_powers_over_a_token_account(witness: Witness) -> None:
    acts, alice, bob = witness.acts, witness.alice, witness.bob
    mint = await witness.classic()
    approved = await witness.activity(await acts.approve(mint, alice, bob.pubkey(), 99), alice.pubkey())
    assert approved is not None
    assert approved.kind is ActivityKind.APPROVE
    assert (approved.details["delegate"], approved.details["amount"]) == (str(bob.pubkey()), 99)
    assert await witness.kind(await acts.revoke(mint, alice), alice.pubkey()) is ActivityKind.REVOKE

    given = await acts.mint_to(mint, alice, bob.pubkey(), 5)
    assert await witness.kind(given, bob.pubkey()) is ActivityKind.TRANSFER_IN
    frozen = await acts.freeze(mint, alice, bob.pubkey())
    assert await witness.kind(frozen, bob.pubkey()) is ActivityKind.FREEZE
    thawed = await acts.thaw(mint, alice, bob.pubkey())
    assert await witness.kind(thawed, bob.pubkey()) is ActivityKind.THAW

    handed = await witness.activity(await acts.set_mint_authority(mint, alice, bob.pubkey()), alice.pubkey())
    assert handed is not None
    assert handed.kind is ActivityKind.AUTHORITY_CHANGE
    assert handed.details["authority_type"] == "mintTokens"
    assert handed.details["new_authority"] == str(bob.pubkey())

    for amount, kind in ((7, ActivityKind.TRANSFER_OUT), (0, ActivityKind.AUTHORITY_CHANGE)):
        stolen = await _hand_over(witness, amount)
        lost = await witness.activity(stolen, bob.pubkey())
        assert lost is not None
        assert lost.kind is kind
        assert sum(leg.amount for leg in lost.legs) == -amount

    third = Keypair()
    await acts.airdrop(third.pubkey(), WHOLE)
    opened = await acts.ensure_account(mint, alice, third.pubkey())
    assert await witness.kind(opened, alice.pubkey()) is ActivityKind.ACCOUNT_CREATE
    assert await witness.kind(opened, third.pubkey()) is ActivityKind.ACCOUNT_CREATE
    closed = await acts.close_account(mint, third)
    assert await witness.kind(closed, third.pubkey()) is ActivityKind.ACCOUNT_CLOSE


async def _hand_over(witness: Witness, amount: int) -> Action:
    """Bob makes alice the owner of a token account of his that holds so much."""
    acts, alice, bob = witness.acts, witness.alice, witness.bob
    mint = await witness.classic()
    await acts.mint_to(mint, alice, bob.pubkey(), amount)
    params = models.SetAuthorityParams(
        program_id=mint.program,
        account=associated_account(bob.pubkey(), mint.address, mint.program),
        authority=models.AuthorityType.ACCOUNT_OWNER,
        current_authority=bob.pubkey(),
        new_authority=alice.pubkey(),
    )
    return await acts.run("hand_over", [token.set_authority(params)], [bob])


async def test_exchanges(witness: Witness) -> None:
    acts, alice, bob = witness.acts, witness.alice, witness.bob
    ours, theirs = await witness.classic(), await witness.classic()
    await acts.transfer_token(theirs, alice, bob.pubkey(), 10**6, creates_account=True)
    swap = await acts.swap(alice, bob, gives=(ours, 300), gets=(theirs, 500), gets_lamports=WHOLE)
    assert await witness.kind(swap, alice.pubkey()) is ActivityKind.SWAP
    assert await witness.kind(swap, bob.pubkey()) is ActivityKind.SWAP


async def test_one_that_cannot_be_divided(witness: Witness) -> None:
    acts, alice, bob = witness.acts, witness.alice, witness.bob
    nft, _ = await acts.create_mint(alice, decimals=0)
    price = await witness.classic()
    minted = await acts.mint_to(nft, alice, alice.pubkey(), 1)
    assert await witness.kind(minted, alice.pubkey()) is ActivityKind.NFT_MINT
    await acts.transfer_token(price, alice, bob.pubkey(), 1_000, creates_account=True)
    sold = await acts.swap(alice, bob, gives=(nft, 1), gets=(price, 100))
    assert await witness.kind(sold, alice.pubkey()) is ActivityKind.NFT_SALE
    assert await witness.kind(sold, bob.pubkey()) is ActivityKind.NFT_PURCHASE
    back = await acts.transfer_token(nft, bob, alice.pubkey(), 1)
    assert await witness.kind(back, bob.pubkey()) is ActivityKind.NFT_OUT
    assert await witness.kind(back, alice.pubkey()) is ActivityKind.NFT_IN


async def test_stake(witness: Witness) -> None:
    acts, alice, bob = witness.acts, witness.alice, witness.bob
    vote, made = await acts.create_validator(alice)
    opened = await witness.activity(made, alice.pubkey())
    assert opened is not None
    assert opened.kind is not ActivityKind.VOTE
    stake, staked = await acts.stake(bob, vote, 5 * WHOLE)
    activity = await witness.activity(staked, bob.pubkey())
    assert activity is not None
    assert activity.kind is ActivityKind.STAKE
    assert activity.details["stake_account"] == str(stake)
    assert activity.details["vote_account"] == str(vote)
    ended = await acts.deactivate_stake(bob, stake)
    assert await witness.kind(ended, bob.pubkey()) is ActivityKind.STAKE_DEACTIVATE


@pytest.mark.parametrize("version", ["legacy", 0, 1])
async def test_every_version(witness: Witness, version: Any) -> None:
    async with Chain(witness.url, version=version) as acts:
        sent = await acts.transfer_native(witness.alice, witness.bob.pubkey(), 5)
    assert await witness.kind(sent, witness.alice.pubkey()) is ActivityKind.TRANSFER_OUT
    assert await witness.kind(sent, witness.bob.pubkey()) is ActivityKind.TRANSFER_IN
