"""A transaction as the decoders see it, whatever the encoding, version or age of the answer it came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from walletwatch.domain.addresses import decode


class Instruction(NamedTuple):
    """One instruction, top-level or inner.

    Attributes:
        program: Program id.
        accounts: Addresses in the instruction's order; empty where the answer has only the parsed form.
        encoded: The data, as bytes or still in base58; empty where the answer has only the parsed form.
        parsed: Agave's parsed form, in encoding jsonParsed and for the programs it knows.
        top: Index of the top-level instruction that this is, or that invoked it.
        height: Stack height; 1 for a top-level instruction.
    """

    program: str
    accounts: tuple[str, ...]
    encoded: bytes | str
    parsed: Mapping[str, Any] | str | None
    top: int
    height: int

    @property
    def data(self) -> bytes:
        """The data; read once by the program's decoder and never by others, so it is not kept."""
        return decode(self.encoded) if isinstance(self.encoded, str) else self.encoded


class TokenAccount(NamedTuple):
    """A token account's balance of one mint before and after.

    Attributes:
        before: Raw amount; None where the account did not hold this mint before.
        after: The same after.
        owner_before: None where the account was none, and in answers of 2021, which do not tell.
        decimals: Of the mint.
    """

    address: str
    mint: str
    decimals: int
    before: int | None
    after: int | None
    owner_before: str | None
    owner_after: str | None


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction that a block holds.

    Attributes:
        signature: The first signature, base58.
        block_time: Unix seconds; None where the node does not know.
        version: None for legacy.
        accounts: All accounts: static ones, then loaded writable, then loaded readonly ones.
        signers: Those who signed; the first one paid the fee.
        before: Lamports before, in the order of `accounts`.
        after: Lamports after.
        fee: Lamports, base and priority fee together.
        error: Short form of the chain's error; None on success.
        instructions: In the order of execution: a top-level one, then those that it invoked.
    """

    signature: str
    slot: int
    block_time: int | None
    version: int | None
    accounts: tuple[str, ...]
    signers: tuple[str, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    fee: int
    error: str | None
    tokens: tuple[TokenAccount, ...]
    instructions: tuple[Instruction, ...]

    @property
    def fee_payer(self) -> str:
        """Who paid the fee."""
        return self.signers[0]
