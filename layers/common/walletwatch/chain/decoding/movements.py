"""Who gave lamports and tokens to whom, as the instructions of the System, Token and Stake programs tell.

This says who the other side is and what is rent; how much a wallet gained or lost is told by the balances.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import (
    ADDRESS_LOOKUP_TABLE,
    ASSOCIATED_TOKEN,
    STAKE,
    SYSTEM,
    TOKEN_PROGRAMS,
    UPGRADEABLE_LOADER,
    VOTE,
)

_INITIALIZATIONS: Final = frozenset({"initializeAccount", "initializeAccount2", "initializeAccount3"})
_TRANSFERS: Final = frozenset({"transfer", "transferChecked", "transferCheckedWithFee"})
_CREATIONS: Final = frozenset({"createAccount", "createAccountWithSeed", "createAccountAllowPrefund"})
NONCE_BYTES: Final = 80
STAKE_BYTES: Final = 200
VOTE_BYTES: Final = 3762


class LamportMove(NamedTuple):
    """Lamports that went from one account to another.

    Attributes:
        top_level: By an instruction that the signers wrote themselves, not one that a program invoked.
    """

    source: str
    destination: str
    lamports: int
    top_level: bool


class TokenMove(NamedTuple):
    """Tokens that went from one token account to another.

    Attributes:
        source: None for what was minted.
        destination: None for what was burned.
        authority: Who was allowed to.
    """

    mint: str
    source: str | None
    destination: str | None
    amount: int
    top_level: bool
    authority: str | None


class Creation(NamedTuple):
    """An account that the System program made.

    Attributes:
        space: Bytes of its data; None where the instructions do not say.
        owner: The program that owns it.
    """

    space: int | None
    owner: str | None


@dataclass(slots=True)
class Movements:
    """What the instructions of one transaction moved.

    Attributes:
        owners: Owner by token account, from the balances and from instructions.
        mints: Mint by token account.
        created: By account.
        closed: Accounts that a known instruction emptied for good.
        withdrawn: Accounts that were withdrawn from, with the bytes that their kind of account has.
    """

    lamports: list[LamportMove] = field(default_factory=list)
    tokens: list[TokenMove] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    mints: dict[str, str] = field(default_factory=dict)
    created: dict[str, Creation] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    withdrawn: dict[str, int] = field(default_factory=dict)


def trace(transaction: Transaction, decoded: Sequence[Decoded]) -> Movements:
    """Follow the instructions of a transaction that succeeded."""
    tracer = _Tracer(transaction)
    for instruction in decoded:
        tracer.follow(instruction)
    return tracer.movements


class _Tracer:
    """Replays the instructions on the lamports before, to know what an account held when it was closed."""

    def __init__(self, transaction: Transaction) -> None:
        self.movements = Movements()
        self._lamports = dict(zip(transaction.accounts, transaction.before, strict=True))
        self._lamports[transaction.fee_payer] -= transaction.fee
        owners, mints = self.movements.owners, self.movements.mints
        for account in transaction.tokens:
            mints[account.address] = account.mint
            owner = account.owner_after or account.owner_before
            if owner is not None:
                owners[account.address] = owner

    def follow(self, instruction: Decoded) -> None:
        program = instruction.program
        if program in TOKEN_PROGRAMS:
            self._token(instruction)
        elif program == SYSTEM:
            self._system(instruction)
        elif program == ASSOCIATED_TOKEN:
            self._associated(instruction)
        elif program in {STAKE, VOTE}:
            self._withdrawal(instruction)
        elif program in {ADDRESS_LOOKUP_TABLE, UPGRADEABLE_LOADER}:
            self._closing(instruction)

    def _system(self, instruction: Decoded) -> None:
        fields, name = instruction.fields, instruction.name
        lamports = fields.get("lamports")
        if name in _CREATIONS:
            self._create(fields.get("newAccount"), fields.get("space"), fields.get("owner"))
            self._give(fields.get("source"), fields.get("newAccount"), lamports, instruction)
        elif name in {"transfer", "transferWithSeed"}:
            self._give(fields.get("source"), fields.get("destination"), lamports, instruction)
        elif name == "withdrawFromNonce":
            self._withdraw(fields.get("nonceAccount"), NONCE_BYTES, instruction)
        elif name in {"allocate", "allocateWithSeed", "assign", "assignWithSeed"}:
            self._create(fields.get("account"), fields.get("space"), fields.get("owner"))

    def _create(self, account: str | None, space: int | None, owner: str | None) -> None:
        if account is not None:
            earlier = self.movements.created.get(account, Creation(None, None))
            self.movements.created[account] = Creation(
                earlier.space if space is None else space, earlier.owner if owner is None else owner
            )

    def _associated(self, instruction: Decoded) -> None:
        fields = instruction.fields
        account, wallet = fields.get("account"), fields.get("wallet")
        if account is not None and wallet is not None:
            self.movements.owners.setdefault(account, wallet)

    def _withdrawal(self, instruction: Decoded) -> None:
        fields = instruction.fields
        if instruction.name == "withdraw":
            if instruction.program == STAKE:
                self._withdraw(fields.get("stakeAccount"), STAKE_BYTES, instruction)
            else:
                self._withdraw(fields.get("voteAccount"), VOTE_BYTES, instruction)
        elif instruction.name == "split":
            self._give(
                fields.get("stakeAccount"), fields.get("newSplitAccount"), fields.get("lamports"), instruction
            )
        elif instruction.name == "merge":
            self._give_all(fields.get("source"), fields.get("destination"), instruction)
        elif instruction.name == "moveLamports":
            self._give(fields.get("source"), fields.get("destination"), fields.get("lamports"), instruction)

    def _withdraw(self, source: str | None, size: int, instruction: Decoded) -> None:
        if source is not None:
            fields = instruction.fields
            self.movements.withdrawn[source] = size
            self._give(source, fields.get("destination"), fields.get("lamports"), instruction)

    def _closing(self, instruction: Decoded) -> None:
        fields = instruction.fields
        if instruction.name in {"closeLookupTable", "close"}:
            account = fields.get("lookupTableAccount") or fields.get("account")
            self._give_all(account, fields.get("recipient"), instruction)

    def _token(self, instruction: Decoded) -> None:
        fields, name = instruction.fields, instruction.name
        if name in _TRANSFERS:
            self._transfer(instruction)
        elif name == "closeAccount":
            self._give_all(fields.get("account"), fields.get("destination"), instruction)
        elif name in _INITIALIZATIONS:
            account, mint, owner = fields.get("account"), fields.get("mint"), fields.get("owner")
            if account is not None and mint is not None and owner is not None:
                self.movements.owners.setdefault(account, owner)
                self.movements.mints.setdefault(account, mint)
        elif name in {"mintTo", "mintToChecked"}:
            self._move(fields.get("mint"), None, fields.get("account"), fields.get("amount"), instruction)
        elif name in {"burn", "burnChecked"}:
            self._move(fields.get("mint"), fields.get("account"), None, fields.get("amount"), instruction)

    def _transfer(self, instruction: Decoded) -> None:
        fields, mints = instruction.fields, self.movements.mints
        source, destination, amount = fields.get("source"), fields.get("destination"), fields.get("amount")
        if source is None or destination is None:
            return
        mint = fields.get("mint") or mints.get(source) or mints.get(destination)
        self._move(mint, source, destination, amount, instruction)
        if mint == WRAPPED_NATIVE_MINT and amount:
            # The token program moves the lamports of wrapped native with it.
            self._lamports[source] = self._lamports.get(source, 0) - amount
            self._lamports[destination] = self._lamports.get(destination, 0) + amount

    def _move(
        self,
        mint: str | None,
        source: str | None,
        destination: str | None,
        amount: int | None,
        instruction: Decoded,
    ) -> None:
        if mint is not None and amount is not None:
            authority = instruction.fields.get("authority")
            self.movements.tokens.append(
                TokenMove(mint, source, destination, amount, instruction.height == 1, authority)
            )

    def _give(
        self, source: str | None, destination: str | None, lamports: int | None, instruction: Decoded
    ) -> None:
        if source is None or destination is None or not lamports:
            return
        self._lamports[source] = self._lamports.get(source, 0) - lamports
        self._lamports[destination] = self._lamports.get(destination, 0) + lamports
        self.movements.lamports.append(LamportMove(source, destination, lamports, instruction.height == 1))

    def _give_all(self, source: str | None, destination: str | None, instruction: Decoded) -> None:
        if source is not None:
            self.movements.closed.add(source)
            self._give(source, destination, max(self._lamports.get(source, 0), 0), instruction)
