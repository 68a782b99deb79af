"""Random transactions of many steps, built here and run on the SVM, decode to what was put into them."""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from spl.memo.constants import MEMO_PROGRAM_ID
from spl.memo.instructions import create_memo
from spl.memo.models import MemoParams
from spl.token import instructions as token
from spl.token import models
from spl.token.constants import TOKEN_PROGRAM_ID, WRAPPED_SOL_MINT

from svm_node.testing import running_node
from traffic.actions import Chain
from traffic.instructions import (
    associated_account,
    create_account_if_missing,
    pay,
)
from traffic.mints import Extensions, Mint, transfer
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.parsing.concerned import concerned_accounts
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.money import NATIVE

pytestmark = pytest.mark.integration

TRANSACTIONS = 40
RICH = 10**14
WRAPPED = Mint(WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID, 9)
ENCODINGS = ("json", "jsonParsed", "base64")


@dataclass
class Plan:
    """A transaction in the making, and what it will do to each wallet.

    Attributes:
        gains: Base units by wallet and asset, fee and rent apart.
        rent: Lamports put into accounts by wallet.
    """

    instructions: list[Instruction] = field(default_factory=list)
    signers: dict[str, Keypair] = field(default_factory=dict)
    gains: dict[str, Counter[str]] = field(default_factory=dict)
    rent: Counter[str] = field(default_factory=Counter)

    def move(self, source: Pubkey, destination: Pubkey, asset: str, sent: int, received: int) -> None:
        self.gains.setdefault(str(source), Counter())[asset] -= sent
        self.gains.setdefault(str(destination), Counter())[asset] += received

    def sign(self, key: Keypair) -> Pubkey:
        self.signers[str(key.pubkey())] = key
        return key.pubkey()


class World:
    """Wallets and tokens, and the steps that a transaction can be made of."""

    def __init__(self, chain: Chain, seed: int) -> None:
        self.chain = chain
        self.random = random.Random(seed)
        self.wallets = [Keypair() for _ in range(4)]
        self.mints: list[Mint] = []
        self.rents: dict[Pubkey, int] = {}
        self.steps: list[Callable[[Plan], None]] = [
            self.pay, self.pay, self.send, self.send, self.open_and_send, self.wrap_and_unwrap,
            self.send_wrapped, self.burn, self.open_and_close, self.memo,
        ]  # fmt: skip

    async def prepare(self) -> None:
        issuer = self.wallets[0]
        for wallet in self.wallets:
            await self.chain.airdrop(wallet.pubkey(), RICH)
            await self.chain.wrap_native(wallet, 10**12)
        for extensions in (None, Extensions(transfer_fee=(250, 10**9)), Extensions(interest_basis_points=5)):
            mint, _ = await self.chain.create_mint(issuer, extensions=extensions)
            self.mints.append(mint)
            for wallet in self.wallets:
                await self.chain.mint_to(mint, issuer, wallet.pubkey(), 10**12)
            account = associated_account(issuer.pubkey(), mint.address, mint.program)
            info = await self.chain.client.get_account_info(account)
            assert info.value is not None
            self.rents[mint.address] = info.value.lamports

    def plan(self, most_steps: int) -> Plan:
        plan = Plan()
        plan.sign(self.random.choice(self.wallets))
        for _ in range(self.random.randint(1, most_steps)):
            self.random.choice(self.steps)(plan)
        return plan

    def pay(self, plan: Plan) -> None:
        source, destination = plan.sign(self._wallet()), self._anybody()
        lamports = self.random.randint(10**6, 10**10)
        plan.instructions.append(pay(source, destination, lamports))
        plan.move(source, destination, NATIVE, lamports, lamports)

    def send(self, plan: Plan) -> None:
        mint, amount = self.random.choice(self.mints), self.random.randint(0, 10**6)
        source, destination = plan.sign(self._wallet()), self._wallet().pubkey()
        plan.instructions.append(transfer(mint, source, destination, amount))
        # Token-2022 withholds nothing of what goes back into the same account.
        fee = mint.fee(amount) if source != destination else 0
        plan.move(source, destination, str(mint.address), amount, amount - fee)

    def open_and_send(self, plan: Plan) -> None:
        mint, amount = self.random.choice(self.mints), self.random.randint(1, 10**6)
        source, payer = plan.sign(self._wallet()), plan.sign(self._wallet())
        destination = Keypair().pubkey()
        plan.instructions += [
            create_account_if_missing(payer, destination, mint.address, mint.program),
            transfer(mint, source, destination, amount),
        ]
        plan.move(source, destination, str(mint.address), amount, amount - mint.fee(amount))
        plan.rent[str(payer)] += self.rents[mint.address]

    def wrap_and_unwrap(self, plan: Plan) -> None:
        """A temporary account: nothing has happened in the end."""
        stranger, payer = plan.sign(Keypair()), plan.sign(self._wallet())
        account = associated_account(stranger, WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID)
        lamports = self.random.randint(1, 10**9)
        plan.instructions += [
            create_account_if_missing(payer, stranger, WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID),
            pay(payer, account, lamports),
            token.sync_native(models.SyncNativeParams(program_id=TOKEN_PROGRAM_ID, account=account)),
            self._close(account, payer, stranger, TOKEN_PROGRAM_ID),
        ]

    def send_wrapped(self, plan: Plan) -> None:
        """Wrapped native is native."""
        source, destination = plan.sign(self._wallet()), self._wallet().pubkey()
        amount = self.random.randint(1, 10**6)
        plan.instructions.append(transfer(WRAPPED, source, destination, amount))
        plan.move(source, destination, NATIVE, amount, amount)

    def burn(self, plan: Plan) -> None:
        mint, amount = self.random.choice(self.mints), self.random.randint(1, 10**6)
        owner = plan.sign(self._wallet())
        params = models.BurnParams(
            program_id=mint.program,
            account=associated_account(owner, mint.address, mint.program),
            mint=mint.address,
            owner=owner,
            amount=amount,
        )
        plan.instructions.append(token.burn(params))
        plan.move(owner, Pubkey.default(), str(mint.address), amount, 0)

    def open_and_close(self, plan: Plan) -> None:
        """Rent that one pays and another gets at once is a payment in the end."""
        mint, owner = self.random.choice(self.mints), plan.sign(Keypair())
        payer, receiver = plan.sign(self._wallet()), self._wallet().pubkey()
        account = associated_account(owner, mint.address, mint.program)
        plan.instructions += [
            create_account_if_missing(payer, owner, mint.address, mint.program),
            self._close(account, receiver, owner, mint.program),
        ]
        rent = self.rents[mint.address]
        plan.move(payer, receiver, NATIVE, rent, rent)

    def memo(self, plan: Plan) -> None:
        author = plan.sign(self._wallet())
        params = MemoParams(program_id=MEMO_PROGRAM_ID, signer=author, message=b"hello")
        plan.instructions.append(create_memo(params))

    def _close(self, account: Pubkey, receiver: Pubkey, owner: Pubkey, program: Pubkey) -> Instruction:
        return token.close_account(
            models.CloseAccountParams(program_id=program, account=account, dest=receiver, owner=owner)
        )

    def _wallet(self) -> Keypair:
        return self.random.choice(self.wallets)

    def _anybody(self) -> Pubkey:
        return self.random.choice([Keypair().pubkey(), *(wallet.pubkey() for wallet in self.wallets)])


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _answers(http: aiohttp.ClientSession, url: str, signature: str) -> list[dict[str, Any]]:
    found = []
    for encoding in ENCODINGS:
        options = {"commitment": "confirmed", "encoding": encoding, "maxSupportedTransactionVersion": 1}
        body = {"jsonrpc": "2.0", "id": 1, "method": "getTransaction", "params": [signature, options]}
        async with http.post(url, json=body) as response:
            found.append(json.loads(await response.read())["result"])
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("version", "most_steps"), [("legacy", 2), (0, 2), (1, 6)])
async def test_a_random_transaction_decodes_to_what_was_put_into_it(
    http: aiohttp.ClientSession, version: Any, most_steps: int, seed: int
) -> None:
    async with running_node(slot_ms=5) as node, Chain(node.url, version=version) as chain:
        world = World(chain, seed)
        await world.prepare()
        for _ in range(TRANSACTIONS):
            plan = world.plan(most_steps)
            payer = next(iter(plan.signers))
            action = await chain.run("random", plan.instructions, list(plan.signers.values()))
            answers = await _answers(http, node.url, action.signature)
            fee = answers[0]["meta"]["fee"]
            wallets = {*plan.signers, *plan.gains, *plan.rent} - {str(Pubkey.default())}
            for wallet in wallets:
                activities = [decode_transaction(answer, wallet) for answer in answers]
                assert activities[0] == activities[1] == activities[2]
                activity = activities[0]
                wanted = Counter({a: n for a, n in plan.gains.get(wallet, Counter()).items() if n})
                if activity is None:
                    assert not wanted
                    continue
                told: Counter[str] = Counter()
                for leg in activity.legs:
                    told[leg.asset] += leg.amount
                assert Counter({a: n for a, n in told.items() if n}) == wanted, (wallet, activity.to_dict())
                assert activity.rent == plan.rent[wallet], (wallet, activity.to_dict())
                assert activity.fee == (fee if wallet == payer else 0)
                assert activity.kind is not ActivityKind.PROGRAM_CALL
            assert all(concerned_accounts(answer) >= wallets for answer in answers)
