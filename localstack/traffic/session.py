"""What all actions share: an RPC client, and sending and awaiting a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account

from traffic.sending import Confirmation, Sender, TransactionVersion

NATIVE = "native"
OVER_ANY_BALANCE = 2**63


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


class Session:
    """A connection to a chain; the actions are made of its `run`."""

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

    async def new_account(
        self, payer: Pubkey, address: Pubkey, size: int, program: Pubkey, rent_size: int | None = None
    ) -> Instruction:
        """The instruction that makes a rent-exempt account; `rent_size` where it will grow."""
        rent = await self.client.get_minimum_balance_for_rent_exemption(rent_size or size)
        return create_account(
            CreateAccountParams(
                from_pubkey=payer, to_pubkey=address, lamports=rent.value, space=size, owner=program
            )
        )
