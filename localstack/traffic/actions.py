"""What people do on a chain, as one call each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import (
    CreateAccountParams,
    TransferParams,
    create_account,
    transfer,
)
from spl.memo.constants import MEMO_PROGRAM_ID
from spl.memo.instructions import create_memo
from spl.memo.models import MemoParams
from spl.token import instructions as token
from spl.token import models
from spl.token.constants import TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID, WRAPPED_SOL_MINT

from traffic import instructions as extra
from traffic.mints import Extensions, Mint, plan_mint
from traffic.sending import Confirmation, Sender, TransactionVersion

NATIVE = "native"
_OVER_ANY_BALANCE = 2**63


@dataclass(frozen=True, slots=True)
class Movement:
    """Value that went from one wallet to another.

    Attributes:
        asset: "native" or the mint's address.
        sent: Base units that left the source.
        received: Base units that reached the destination: less, where the token withholds a fee.
        source: Wallet; None for what was minted.
        destination: Wallet; None for what was burned.
    """

    asset: str
    sent: int
    received: int
    source: str | None
    destination: str | None


@dataclass(frozen=True, slots=True)
class Action:
    """A transaction that was sent.

    Attributes:
        kind: The method that made it.
        movements: What moves if it succeeds; empty for one that is meant to fail.
        created: Addresses it made, by what they are.
        confirmation: When it was confirmed; None if nobody waited for that.
    """

    kind: str
    signature: str
    movements: tuple[Movement, ...] = ()
    created: dict[str, str] = field(default_factory=dict)
    confirmation: Confirmation | None = None


class UnexpectedOutcome(Exception):
    """A transaction succeeded that was meant to fail, or the other way round."""


class Chain:
    """Acts on the chain behind an RPC address.

    Every action waits until its transaction is confirmed, unless `wait` is False.
    """

    def __init__(
        self, rpc_url: str, *, wait: bool = True, version: TransactionVersion = 0, timeout_seconds: float = 30
    ) -> None:
        self.client = AsyncClient(rpc_url, commitment=Confirmed, timeout=timeout_seconds)
        self._sender = Sender(self.client, version=version)
        self._wait = wait
        self._timeout_seconds = timeout_seconds

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def confirm(self, signature: str) -> Confirmation:
        """Wait until a transaction is confirmed.

        Raises:
            NotConfirmed: It was not in time.
        """
        return await self._sender.wait(signature, timeout_seconds=self._timeout_seconds)

    async def run(
        self,
        kind: str,
        instructions: Sequence[Instruction],
        signers: Sequence[Keypair],
        *,
        movements: Sequence[Movement] = (),
        created: dict[str, str] | None = None,
        fails: bool = False,
        **options: Any,
    ) -> Action:
        """Send any transaction; the named actions are made of this.

        Args:
            kind: What to call it.
            instructions: What it does.
            signers: Those who sign; the first one pays the fee.
            movements: What moves.
            created: Addresses it makes.
            fails: It is meant to land as failed, so there is no preflight.
            options: `lookup_tables` and `version` of `Sender.send`.

        Raises:
            UnexpectedOutcome: It was confirmed with the other outcome than it should have.
        """
        signature = await self._sender.send(instructions, signers, skip_preflight=fails, **options)
        confirmation = await self.confirm(signature) if self._wait else None
        if confirmation is not None and confirmation.succeeded == fails:
            raise UnexpectedOutcome(f"{kind} {signature}: succeeded is {confirmation.succeeded}")
        return Action(kind, signature, tuple(movements), created or {}, confirmation)

    # Native

    async def airdrop(self, wallet: Pubkey, lamports: int) -> Action:
        """Take lamports from the faucet of a test chain."""
        signature = str((await self.client.request_airdrop(wallet, lamports, Confirmed)).value)
        confirmation = await self.confirm(signature) if self._wait else None
        moved = Movement(NATIVE, lamports, lamports, None, str(wallet))
        return Action("airdrop", signature, (moved,), {}, confirmation)

    async def transfer_native(self, source: Keypair, destination: Pubkey, lamports: int) -> Action:
        """Send native tokens."""
        return await self.transfer_native_to_many(source, {destination: lamports}, kind="transfer_native")

    async def transfer_native_to_many(
        self, source: Keypair, amounts: dict[Pubkey, int], *, kind: str = "transfer_native_to_many"
    ) -> Action:
        """Send native tokens to many in one transaction."""
        sender = source.pubkey()
        return await self.run(
            kind,
            [_pay(sender, destination, lamports) for destination, lamports in amounts.items()],
            [source],
            movements=[
                Movement(NATIVE, lamports, lamports, str(sender), str(destination))
                for destination, lamports in amounts.items()
            ],
        )

    async def transfer_native_in_vain(self, source: Keypair, destination: Pubkey) -> Action:
        """Try to send more than there is: lands as failed and costs the fee."""
        pay = _pay(source.pubkey(), destination, _OVER_ANY_BALANCE)
        return await self.run("transfer_native_in_vain", [pay], [source], fails=True)

    async def wrap_native(self, owner: Keypair, lamports: int) -> Action:
        """Turn native tokens into wrapped ones."""
        wallet = owner.pubkey()
        account = associated_account(wallet, WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID)
        return await self.run(
            "wrap_native",
            [
                _create_account_if_missing(wallet, wallet, WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID),
                _pay(wallet, account, lamports),
                token.sync_native(models.SyncNativeParams(program_id=TOKEN_PROGRAM_ID, account=account)),
            ],
            [owner],
            created={"account": str(account)},
        )

    async def unwrap_native(self, owner: Keypair) -> Action:
        """Turn all wrapped native tokens back, by closing their account."""
        wallet = owner.pubkey()
        account = associated_account(wallet, WRAPPED_SOL_MINT, TOKEN_PROGRAM_ID)
        return await self.run("unwrap_native", [_close(account, wallet, TOKEN_PROGRAM_ID)], [owner])

    # Mints

    async def create_mint(
        self,
        authority: Keypair,
        *,
        decimals: int = 6,
        freeze_authority: Pubkey | None = None,
        extensions: Extensions | None = None,
    ) -> tuple[Mint, Action]:
        """Make a token: of the classic program, or of Token-2022 if it has extensions."""
        program = TOKEN_PROGRAM_ID if extensions is None else TOKEN_2022_PROGRAM_ID
        key, creator = Keypair(), authority.pubkey()
        plan = plan_mint(
            key.pubkey(),
            creator,
            program=program,
            decimals=decimals,
            freeze_authority=freeze_authority,
            extensions=extensions,
        )
        create = await self._create_account(creator, key.pubkey(), plan.size, program, plan.rent_size)
        action = await self.run(
            "create_mint",
            [create, *plan.before, *plan.after],
            [authority, key],
            created={"mint": str(key.pubkey())},
        )
        basis_points, maximum = (extensions.transfer_fee if extensions else None) or (0, 0)
        return Mint(key.pubkey(), program, decimals, basis_points, maximum), action

    async def mint_to(self, mint: Mint, authority: Keypair, owner: Pubkey, amount: int) -> Action:
        """Make tokens for a wallet, and its token account if it has none."""
        account = associated_account(owner, mint.address, mint.program)
        params = models.MintToParams(
            program_id=mint.program,
            mint=mint.address,
            dest=account,
            mint_authority=authority.pubkey(),
            amount=amount,
        )
        create = _create_account_if_missing(authority.pubkey(), owner, mint.address, mint.program)
        return await self.run(
            "mint_to",
            [create, token.mint_to(params)],
            [authority],
            movements=[Movement(str(mint.address), amount, amount, None, str(owner))],
        )

    async def set_mint_authority(self, mint: Mint, authority: Keypair, new: Pubkey | None) -> Action:
        """Give the right to mint away, or up for good."""
        params = models.SetAuthorityParams(
            program_id=mint.program,
            account=mint.address,
            authority=models.AuthorityType.MINT_TOKENS,
            current_authority=authority.pubkey(),
            new_authority=new,
        )
        return await self.run("set_mint_authority", [token.set_authority(params)], [authority])

    async def set_paused(self, mint: Mint, authority: Keypair, *, paused: bool) -> Action:
        """Stop all transfers of a pausable token, or let them go on."""
        instruction = extra.set_paused(mint.address, authority.pubkey(), paused=paused)
        return await self.run("pause" if paused else "resume", [instruction], [authority])

    async def freeze(self, mint: Mint, authority: Keypair, owner: Pubkey) -> Action:
        """Freeze a wallet's token account."""
        account = associated_account(owner, mint.address, mint.program)
        params = models.FreezeAccountParams(
            program_id=mint.program, account=account, mint=mint.address, authority=authority.pubkey()
        )
        return await self.run("freeze", [token.freeze_account(params)], [authority])

    async def thaw(self, mint: Mint, authority: Keypair, owner: Pubkey) -> Action:
        """Thaw a wallet's token account."""
        account = associated_account(owner, mint.address, mint.program)
        params = models.ThawAccountParams(
            program_id=mint.program, account=account, mint=mint.address, authority=authority.pubkey()
        )
        return await self.run("thaw", [token.thaw_account(params)], [authority])

    # Tokens

    async def ensure_account(self, mint: Mint, payer: Keypair, owner: Pubkey) -> Action:
        """Make a wallet's associated token account, if it has none."""
        create = _create_account_if_missing(payer.pubkey(), owner, mint.address, mint.program)
        account = associated_account(owner, mint.address, mint.program)
        return await self.run("ensure_account", [create], [payer], created={"account": str(account)})

    async def transfer_token(
        self, mint: Mint, source: Keypair, destination: Pubkey, amount: int, *, creates_account: bool = False
    ) -> Action:
        """Send tokens to a wallet.

        Args:
            mint: The token.
            source: Who sends.
            destination: The wallet that receives.
            amount: Base units, before a transfer fee.
            creates_account: Make the destination's token account in the same transaction. Without that the
                account must exist, and the destination's own address is *not* part of the transaction.
        """
        sender = source.pubkey()
        instructions = [_transfer(mint, sender, destination, amount)]
        if creates_account:
            instructions.insert(
                0, _create_account_if_missing(sender, destination, mint.address, mint.program)
            )
        return await self.run(
            "transfer_token",
            instructions,
            [source],
            movements=[_token_movement(mint, sender, destination, amount)],
        )

    async def transfer_token_in_vain(self, mint: Mint, source: Keypair, destination: Pubkey) -> Action:
        """Try to send more tokens than there are: lands as failed and costs the fee."""
        over = _transfer(mint, source.pubkey(), destination, _OVER_ANY_BALANCE)
        return await self.run("transfer_token_in_vain", [over], [source], fails=True)

    async def burn(self, mint: Mint, owner: Keypair, amount: int) -> Action:
        """Destroy tokens."""
        wallet = owner.pubkey()
        params = models.BurnParams(
            program_id=mint.program,
            account=associated_account(wallet, mint.address, mint.program),
            mint=mint.address,
            owner=wallet,
            amount=amount,
        )
        burned = Movement(str(mint.address), amount, 0, str(wallet), None)
        return await self.run("burn", [token.burn(params)], [owner], movements=[burned])

    async def approve(self, mint: Mint, owner: Keypair, delegate: Pubkey, amount: int) -> Action:
        """Let a delegate spend tokens."""
        params = models.ApproveParams(
            program_id=mint.program,
            source=associated_account(owner.pubkey(), mint.address, mint.program),
            delegate=delegate,
            owner=owner.pubkey(),
            amount=amount,
        )
        return await self.run("approve", [token.approve(params)], [owner])

    async def revoke(self, mint: Mint, owner: Keypair) -> Action:
        """Take the delegate's right back."""
        account = associated_account(owner.pubkey(), mint.address, mint.program)
        params = models.RevokeParams(program_id=mint.program, account=account, owner=owner.pubkey())
        return await self.run("revoke", [token.revoke(params)], [owner])

    async def close_account(self, mint: Mint, owner: Keypair) -> Action:
        """Close an empty token account and get its rent back."""
        wallet = owner.pubkey()
        account = associated_account(wallet, mint.address, mint.program)
        return await self.run("close_account", [_close(account, wallet, mint.program)], [owner])

    async def swap(
        self,
        trader: Keypair,
        pool: Keypair,
        *,
        gives: tuple[Mint, int],
        gets: tuple[Mint, int],
        gets_lamports: int = 0,
    ) -> Action:
        """Exchange in one transaction: a token for another one and native tokens, signed by both.

        Args:
            trader: Who pays the fee.
            pool: The other side.
            gives: Token and base units that the trader gives.
            gets: Token and base units that the trader gets.
            gets_lamports: Native tokens that the trader gets besides.
        """
        us, them = trader.pubkey(), pool.pubkey()
        (given, given_amount), (gotten, gotten_amount) = gives, gets
        instructions = [
            _create_account_if_missing(us, them, given.address, given.program),
            _create_account_if_missing(us, us, gotten.address, gotten.program),
            _transfer(given, us, them, given_amount),
            _transfer(gotten, them, us, gotten_amount),
        ]
        movements = [
            _token_movement(given, us, them, given_amount),
            _token_movement(gotten, them, us, gotten_amount),
        ]
        if gets_lamports:
            instructions.append(_pay(them, us, gets_lamports))
            movements.append(Movement(NATIVE, gets_lamports, gets_lamports, str(them), str(us)))
        return await self.run("swap", instructions, [trader, pool], movements=movements)

    # Stake

    async def create_validator(self, payer: Keypair, *, commission: int = 5) -> tuple[Pubkey, Action]:
        """Make a vote account to stake for."""
        vote, node = Keypair(), Keypair()
        create = await self._create_account(
            payer.pubkey(), vote.pubkey(), extra.VOTE_ACCOUNT_SIZE, extra.VOTE_PROGRAM
        )
        initialize = extra.initialize_vote(vote.pubkey(), node.pubkey(), payer.pubkey(), commission)
        created = {"vote": str(vote.pubkey()), "node": str(node.pubkey())}
        action = await self.run(
            "create_validator", [create, initialize], [payer, vote, node], created=created
        )
        return vote.pubkey(), action

    async def stake(self, owner: Keypair, vote: Pubkey, lamports: int) -> tuple[Pubkey, Action]:
        """Make a stake account with so many lamports, rent included, and delegate it."""
        stake, wallet = Keypair(), owner.pubkey()
        create = create_account(
            CreateAccountParams(
                from_pubkey=wallet,
                to_pubkey=stake.pubkey(),
                lamports=lamports,
                space=extra.STAKE_ACCOUNT_SIZE,
                owner=extra.STAKE_PROGRAM,
            )
        )
        instructions = [
            create,
            extra.initialize_stake(stake.pubkey(), wallet),
            extra.delegate_stake(stake.pubkey(), vote, wallet),
        ]
        created = {"stake": str(stake.pubkey())}
        action = await self.run("stake", instructions, [owner, stake], created=created)
        return stake.pubkey(), action

    async def deactivate_stake(self, owner: Keypair, stake: Pubkey) -> Action:
        """End a delegation."""
        return await self.run("deactivate_stake", [extra.deactivate_stake(stake, owner.pubkey())], [owner])

    async def withdraw_stake(self, owner: Keypair, stake: Pubkey, lamports: int) -> Action:
        """Take lamports out of a stake account; all of them close it."""
        wallet = owner.pubkey()
        instruction = extra.withdraw_stake(stake, wallet, wallet, lamports)
        moved = Movement(NATIVE, lamports, lamports, str(stake), str(wallet))
        return await self.run("withdraw_stake", [instruction], [owner], movements=[moved])

    # Others

    async def memo(self, author: Keypair, text: str) -> Action:
        """Write a text into the chain."""
        params = MemoParams(program_id=MEMO_PROGRAM_ID, signer=author.pubkey(), message=text.encode())
        return await self.run("memo", [create_memo(params)], [author])

    async def _create_account(
        self, payer: Pubkey, address: Pubkey, size: int, program: Pubkey, rent_size: int | None = None
    ) -> Instruction:
        rent = await self.client.get_minimum_balance_for_rent_exemption(rent_size or size)
        return create_account(
            CreateAccountParams(
                from_pubkey=payer, to_pubkey=address, lamports=rent.value, space=size, owner=program
            )
        )


def associated_account(owner: Pubkey, mint: Pubkey, program: Pubkey) -> Pubkey:
    """The address of a wallet's associated token account."""
    return token.get_associated_token_address(owner, mint, program)


def _pay(source: Pubkey, destination: Pubkey, lamports: int) -> Instruction:
    return transfer(TransferParams(from_pubkey=source, to_pubkey=destination, lamports=lamports))


def _create_account_if_missing(payer: Pubkey, owner: Pubkey, mint: Pubkey, program: Pubkey) -> Instruction:
    return token.create_idempotent_associated_token_account(payer, owner, mint, program)


def _transfer(mint: Mint, source: Pubkey, destination: Pubkey, amount: int) -> Instruction:
    return token.transfer_checked(
        models.TransferCheckedParams(
            program_id=mint.program,
            source=associated_account(source, mint.address, mint.program),
            mint=mint.address,
            dest=associated_account(destination, mint.address, mint.program),
            owner=source,
            amount=amount,
            decimals=mint.decimals,
        )
    )


def _close(account: Pubkey, owner: Pubkey, program: Pubkey) -> Instruction:
    return token.close_account(
        models.CloseAccountParams(program_id=program, account=account, dest=owner, owner=owner)
    )


def _token_movement(mint: Mint, source: Pubkey, destination: Pubkey, amount: int) -> Movement:
    return Movement(str(mint.address), amount, amount - mint.fee(amount), str(source), str(destination))
