"""A transaction, as the decoders see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, outer or inner.

    Attributes:
        program: Program id.
        accounts: Addresses in the instruction's order; empty where the answer gives the parsed form only.
        data: Instruction data; empty where the answer gives the parsed form only.
        parsed: Agave's parsed form (`type`, `info`), in encoding jsonParsed and for programs it knows.
        outer: Index of the outer instruction it is, or was invoked by.
        depth: 1 for an outer instruction, more for one invoked by a program.
    """

    program: str
    accounts: tuple[str, ...]
    data: bytes
    parsed: Mapping[str, Any] | str | None
    outer: int
    depth: int


@dataclass(frozen=True, slots=True)
class TokenBalance:
    """A token account's balance before or after.

    Attributes:
        owner: None in answers of 2021, unless the instructions tell.
        amount: Raw token amount.
    """

    account: str
    mint: str
    owner: str | None
    amount: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """One confirmed transaction.

    Attributes:
        keys: All accounts, the loaded ones behind the static ones.
        signers: Those who signed; the first one paid the fee.
        error: Short form of what went wrong; None on success.
        fee: In lamports.
        before: Lamports of each account before, by address.
        after: The same after.
        instructions: In the order of execution: an outer one, then those it invoked.
    """

    signature: str
    slot: int
    block_time: int | None
    keys: tuple[str, ...]
    signers: tuple[str, ...]
    error: str | None
    fee: int
    before: Mapping[str, int]
    after: Mapping[str, int]
    tokens_before: Sequence[TokenBalance]
    tokens_after: Sequence[TokenBalance]
    instructions: Sequence[Instruction]

    @property
    def payer(self) -> str:
        """Who paid the fee."""
        return self.signers[0]
