"""Signing, sending and awaiting transactions."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solana.rpc.models import TxOpts
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.compute_budget import set_compute_unit_limit
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0, MessageV1
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from solders.transaction_status import TransactionConfirmationStatus

type TransactionVersion = Literal["legacy", 0, 1]

_UNIT_LIMIT = 300_000
_FIRST_POLL_SECONDS = 0.02
_LONGEST_POLL_SECONDS = 0.2


class NotConfirmed(Exception):
    """A transaction did not reach `confirmed` in time."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A transaction that reached `confirmed`.

    Attributes:
        slot: The slot it landed in.
        at: Unix seconds, by this machine's clock, when it was first seen confirmed.
        succeeded: Whether it did what it says; False: it only paid its fee.
    """

    slot: int
    at: float
    succeeded: bool


class Sender:
    """Sends transactions to one chain."""

    def __init__(self, client: AsyncClient, *, version: TransactionVersion = 0) -> None:
        self._client = client
        self._version: TransactionVersion = version
        self._sent: set[Signature] = set()

    async def send(
        self,
        instructions: Sequence[Instruction],
        signers: Sequence[Keypair],
        *,
        skip_preflight: bool = False,
        lookup_tables: Sequence[AddressLookupTableAccount] = (),
        version: TransactionVersion | None = None,
    ) -> str:
        """Send one transaction; returns its signature.

        Args:
            instructions: What it does.
            signers: Those who sign; the first one pays the fee.
            skip_preflight: Send it even if it will fail.
            lookup_tables: Tables a version 0 message may load addresses from.
            version: Another version than the sender's own.

        Raises:
            solana.rpc.core.RPCException: The node refuses it.
        """
        latest = await self._client.get_latest_blockhash(Confirmed)
        transaction = self._sign(
            instructions, signers, latest.value.blockhash, lookup_tables, version or self._version
        )
        options = TxOpts(skip_preflight=skip_preflight, preflight_commitment=Confirmed)
        response = await self._client.send_raw_transaction(bytes(transaction), options)
        return str(response.value)

    async def wait(self, signature: str, *, timeout_seconds: float = 30) -> Confirmation:
        """Wait until a transaction is confirmed.

        Raises:
            NotConfirmed: It was not in time.
        """
        deadline = time.monotonic() + timeout_seconds
        wanted = Signature.from_string(signature)
        pause = _FIRST_POLL_SECONDS
        while time.monotonic() < deadline:
            (status,) = (await self._client.get_signature_statuses([wanted])).value
            if status is not None and status.confirmation_status in (
                TransactionConfirmationStatus.Confirmed,
                TransactionConfirmationStatus.Finalized,
            ):
                return Confirmation(slot=status.slot, at=time.time(), succeeded=status.err is None)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_POLL_SECONDS)
        raise NotConfirmed(f"{signature} was not confirmed in {timeout_seconds} s")

    def _sign(
        self,
        instructions: Sequence[Instruction],
        signers: Sequence[Keypair],
        blockhash: Hash,
        lookup_tables: Sequence[AddressLookupTableAccount],
        version: TransactionVersion,
    ) -> VersionedTransaction:
        for attempt in count():
            # The same wish twice on one blockhash would be the same transaction; a compute limit tells them
            # apart, and only such a second one carries it.
            extra = [set_compute_unit_limit(_UNIT_LIMIT + attempt)] if attempt else []
            message = _compile(
                signers[0].pubkey(), [*extra, *instructions], blockhash, lookup_tables, version
            )
            transaction = VersionedTransaction(message, list(signers))
            if transaction.signatures[0] not in self._sent:
                self._sent.add(transaction.signatures[0])
                return transaction
        raise AssertionError("count() has no end")


def _compile(
    payer: Pubkey,
    instructions: Sequence[Instruction],
    blockhash: Hash,
    lookup_tables: Sequence[AddressLookupTableAccount],
    version: TransactionVersion,
) -> Message | MessageV0 | MessageV1:
    if version == "legacy":
        return Message.new_with_blockhash(list(instructions), payer, blockhash)
    if version == 1:
        return MessageV1.try_compile(payer, list(instructions), blockhash)
    return MessageV0.try_compile(payer, list(instructions), list(lookup_tables), blockhash)
