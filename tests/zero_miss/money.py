"""Random transactions of many wallets, run on the chain in this process, with the truth about each."""

import random
import struct
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from solders.account import Account
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account
from solders.transaction import VersionedTransaction
from spl.memo.constants import MEMO_PROGRAM_ID
from spl.token import instructions as token
from spl.token import models
from spl.token.constants import TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID

from svm_node.chain import Chain
from svm_node.commitment import Commitment
from traffic.instructions import associated_account, close, create_account_if_missing, pay

FUNDS = 10**12
TOKENS = 10**12
MINTS = 3
FAR_TOO_MUCH = 2**62
TABLE_PROGRAM = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
TABLE_HEADER = 56
NEVER = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Happened:
    """A transaction, and whom it has to be told to."""

    signature: str
    slot: int
    wallets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mint:
    address: Pubkey
    program: Pubkey
    authority: Keypair


class RandomMoney:
    """Wallets that pay each other in every way there is."""

    def __init__(self, chain: Chain, wallets: Sequence[Keypair], seed: int) -> None:
        self.happened: list[Happened] = []
        self._chain = chain
        self._wallets = wallets
        self._random = random.Random(seed)
        self._stranger = Keypair()
        self._mints: list[Mint] = []
        self._holders: set[tuple[Pubkey, Pubkey]] = set()
        self._number = 0
        self._steps: Sequence[Callable[[], None]] = (
            self._pay, self._pay, self._pay, self._pay_many, self._pay_through_table, self._send_tokens,
            self._send_tokens, self._send_tokens, self._send_for_another, self._open_and_close, self._fail,
            self._fail_for_another, self._pay_itself, self._note,
        )  # fmt: skip

    def prepare(self) -> None:
        """Fund everybody, and give half of the wallets some of each token."""
        for key in (self._stranger, *self._wallets):
            self._chain.airdrop(key.pubkey(), FUNDS)
            if self._random.random() < 0.05:
                self._chain.advance()
        for program in (TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID)[:MINTS]:
            self._mints.append(self._make_mint(program))
        for mint in self._mints:
            for owner in self._wallets[::2]:
                self._mint_to(mint, owner.pubkey())
        self.happened.clear()

    def step(self) -> None:
        """One random transaction."""
        self._random.choice(self._steps)()

    def flood(self, count: int) -> None:
        """Many payments to one wallet at once, from a stranger."""
        target = self._wallet().pubkey()
        for _ in range(count):
            self._run([pay(self._stranger.pubkey(), target, self._amount())], [self._stranger], {target})

    def touch(self, wallet: Keypair) -> None:
        """Payments that anybody who looks at the wallet's balances must see.

        What left no trace in them, as it was undone before anybody looked, is found in the history then.
        """
        for mint in self._mints:
            if (wallet.pubkey(), mint.address) in self._holders:
                self._mint_to(mint, wallet.pubkey(), {wallet.pubkey()})
        self._run(
            [pay(self._stranger.pubkey(), wallet.pubkey(), 12_345)], [self._stranger], {wallet.pubkey()}
        )

    # What happens

    def _pay(self) -> None:
        source, target = self._two()
        self._run([pay(source.pubkey(), target, self._amount())], [source], {source.pubkey(), target})

    def _pay_many(self) -> None:
        source = self._wallet()
        targets = {self._wallet().pubkey() for _ in range(self._random.randint(2, 6))} - {source.pubkey()}
        payments = [pay(source.pubkey(), target, self._amount()) for target in sorted(targets, key=str)]
        self._run(payments, [source], {source.pubkey(), *targets})

    def _pay_through_table(self) -> None:
        """The receiver's address is not in the message, only in the table that it names."""
        source, target = self._two()
        table = self._make_table(target)
        self._run(
            [pay(source.pubkey(), target, self._amount())], [source], {source.pubkey(), target}, table=table
        )

    def _send_tokens(self) -> None:
        mint = self._random.choice(self._mints)
        source = self._holder()
        target = self._wallet().pubkey()
        if source.pubkey() == target:
            return
        instructions = [self._transfer(mint, source.pubkey(), target, source.pubkey())]
        if (target, mint.address) not in self._holders:
            instructions.insert(
                0, create_account_if_missing(source.pubkey(), target, mint.address, mint.program)
            )
        self._run(instructions, [source], {source.pubkey(), target})
        self._holders.add((target, mint.address))

    def _send_for_another(self) -> None:
        """A stranger whom the owner had approved moves tokens between two accounts: no wallet is named."""
        mint = self._random.choice(self._mints)
        source, target = self._holder(), self._holder()
        if source == target:
            return
        account = associated_account(source.pubkey(), mint.address, mint.program)
        approve = token.approve(
            models.ApproveParams(
                program_id=mint.program, source=account, delegate=self._stranger.pubkey(),
                owner=source.pubkey(), amount=1000,
            )
        )  # fmt: skip
        self._run([approve], [source], {source.pubkey()})
        transfer = self._transfer(mint, source.pubkey(), target.pubkey(), self._stranger.pubkey())
        self._run([transfer], [self._stranger], {source.pubkey(), target.pubkey()})

    def _open_and_close(self) -> None:
        """A token account that comes and goes, with transfers in between that do not name its owner."""
        mint, owner = self._random.choice(self._mints), self._wallet()
        source = self._holder()
        if source == owner:
            return
        key = owner.pubkey()
        if (key, mint.address) in self._holders:
            return
        self._run(
            [create_account_if_missing(source.pubkey(), key, mint.address, mint.program)],
            [source],
            {source.pubkey(), key},
        )
        self._run([self._transfer(mint, source.pubkey(), key, source.pubkey(), 7)], [source],
                  {source.pubkey(), key})  # fmt: skip
        account = associated_account(key, mint.address, mint.program)
        back = self._transfer(mint, key, source.pubkey(), key, 7)
        self._run([back, close(account, key, mint.program)], [owner], {source.pubkey(), key})

    def _fail(self) -> None:
        source, target = self._two()
        self._run([pay(source.pubkey(), target, FAR_TOO_MUCH)], [source], {source.pubkey()}, fails=True)

    def _fail_for_another(self) -> None:
        """A failure that changes nothing of the wallet's: another one pays the fee."""
        source, target = self._two()
        payment = pay(source.pubkey(), target, FAR_TOO_MUCH)
        self._run([payment], [self._stranger, source], {source.pubkey()}, fails=True)

    def _pay_itself(self) -> None:
        source = self._wallet()
        self._run([pay(source.pubkey(), source.pubkey(), self._amount())], [source], {source.pubkey()})

    def _note(self) -> None:
        author = self._wallet()
        self._run([], [author], {author.pubkey()})

    # How

    def _run(
        self,
        instructions: Sequence[Instruction],
        signers: Sequence[Keypair],
        concerned: AbstractSet[Pubkey],
        *,
        fails: bool = False,
        table: AddressLookupTableAccount | None = None,
    ) -> None:
        # A note makes two transactions of the same kind different.
        self._number += 1
        signer = AccountMeta(signers[0].pubkey(), is_signer=True, is_writable=False)
        steps = [*instructions, Instruction(MEMO_PROGRAM_ID, str(self._number).encode(), [signer])]
        if fails:
            steps.reverse()
        blockhash = Hash.from_string(self._chain.latest_blockhash(Commitment.PROCESSED)[0])
        payer = signers[0].pubkey()
        message: Message | MessageV0
        if table is not None:
            message = MessageV0.try_compile(payer, steps, [table], blockhash)
        else:
            message = Message.new_with_blockhash(steps, payer, blockhash)
        record = self._chain.send(VersionedTransaction(message, list(signers)))
        assert (record.failure is not None) == fails, (record.failure, instructions)
        wallets = frozenset(map(str, concerned - {self._stranger.pubkey()}))
        self.happened.append(Happened(record.signature, record.slot, wallets))

    def _make_mint(self, program: Pubkey) -> Mint:
        key, authority = Keypair(), self._stranger
        steps = [
            create_account(
                CreateAccountParams(
                    from_pubkey=authority.pubkey(), to_pubkey=key.pubkey(),
                    lamports=self._chain.rent_exempt_minimum(82), space=82, owner=program,
                )
            ),
            token.initialize_mint(
                models.InitializeMintParams(
                    program_id=program, mint=key.pubkey(), decimals=6, mint_authority=authority.pubkey()
                )
            ),
        ]  # fmt: skip
        self._run(steps, [authority, key], set())
        return Mint(key.pubkey(), program, authority)

    def _mint_to(self, mint: Mint, owner: Pubkey, concerned: AbstractSet[Pubkey] = frozenset()) -> None:
        account = associated_account(owner, mint.address, mint.program)
        steps = [
            create_account_if_missing(mint.authority.pubkey(), owner, mint.address, mint.program),
            token.mint_to(
                models.MintToParams(
                    program_id=mint.program, mint=mint.address, dest=account,
                    mint_authority=mint.authority.pubkey(), amount=TOKENS,
                )
            ),
        ]  # fmt: skip
        self._run(steps, [mint.authority], concerned)
        self._holders.add((owner, mint.address))

    def _make_table(self, address: Pubkey) -> AddressLookupTableAccount:
        """A lookup table that is there already, as most are."""
        key = Pubkey.find_program_address([b"table", bytes(address)], MEMO_PROGRAM_ID)[0]
        table = AddressLookupTableAccount(key, [address])
        if self._chain.accounts.newest(key) is None:
            # The program's state: type, deactivation slot, slot and index of the extension, no authority.
            data = struct.pack("<IQQB", 1, NEVER, 0, 0).ljust(TABLE_HEADER, b"\0") + bytes(address)
            self._chain.set_account(key, Account(10**9, data, TABLE_PROGRAM))
        return table

    def _transfer(
        self, mint: Mint, source: Pubkey, target: Pubkey, authority: Pubkey, amount: int = 3
    ) -> Instruction:
        return token.transfer_checked(
            models.TransferCheckedParams(
                program_id=mint.program,
                source=associated_account(source, mint.address, mint.program),
                mint=mint.address,
                dest=associated_account(target, mint.address, mint.program),
                owner=authority,
                amount=amount,
                decimals=6,
            )
        )

    def _wallet(self) -> Keypair:
        return self._random.choice(self._wallets)

    def _two(self) -> tuple[Keypair, Pubkey]:
        source, target = self._random.sample(self._wallets, 2)
        return source, target.pubkey()

    def _holder(self) -> Keypair:
        """One of those that were given tokens at the start."""
        return self._random.choice(self._wallets[::2])

    def _amount(self) -> int:
        return self._random.randint(10**6, 10**7)
