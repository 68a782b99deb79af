"""The uses of powers over a token, from the newest transactions that mention its mint: two calls.

Freezing, minting, pausing and setting a fee always name the mint, and so does every transfer of a token with
a fee, a hook or a pause. Only of a token whose sole extension is a permanent delegate may a transfer leave
the mint out (spl-token-2022, `Transfer`); then it is in nobody's history but the account's.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.decoding.registry import decode_instructions
from walletwatch.chain.inspection.histories import Page, read_page, read_transactions
from walletwatch.chain.parsing.model import TokenAccount, Transaction
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.inspection.deeds import DeedKind, MintDeeds, Usage
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.programs import TOKEN_PROGRAMS
from walletwatch.domain.risk import Facts, Unknown
from walletwatch.ports.chain import Chain

NEWEST: Final = 60
"""Transactions; with those that others ask for at the same time they fit into a batch."""
MAX_DEEDS: Final = 100

_TRANSFERS: Final = frozenset({"transfer", "transferChecked", "transferCheckedWithFee"})
_BURNS: Final = frozenset({"burn", "burnChecked"})
_MINTS: Final = frozenset({"mintTo", "mintToChecked"})
_TRADES: Final = frozenset({ActivityKind.SWAP, ActivityKind.LIQUIDITY_ADD, ActivityKind.LIQUIDITY_REMOVE})


class DeedsReader:
    """Reads the part of a token's inspection that the uses of its powers are."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def read(self, mint: str, facts: Facts) -> Facts:
        """`MintDeeds`, with the help of `MintState`."""
        state = facts[MintState]
        if isinstance(state, Unknown):
            return {MintDeeds: state}
        page = await read_page(self._chain, mint)
        if isinstance(page, Unknown):
            return {MintDeeds: page}
        newest = [info.signature for info in page.signatures[-NEWEST:]]
        transactions = await read_transactions(self._chain, newest)
        if isinstance(transactions, Unknown):
            return {MintDeeds: transactions}
        ordered = [transactions[signature] for signature in newest]
        # Other parts' answers are not kept waiting for the decoding.
        return {MintDeeds: await asyncio.to_thread(deeds_of, state, page, ordered)}


def deeds_of(state: MintState, page: Page, transactions: Iterable[Transaction]) -> MintDeeds:
    """What was done, from transactions that are the newest of a page, the oldest first."""
    read = [(each, _of_tokens(each)) for each in transactions]
    story = _Story(state.address, _delegates(state, (each for _, decoded in read for each in decoded)))
    for transaction, decoded in read:
        story.follow(transaction, decoded)
    fee = state.extensions.transfer_fee
    deeds = story.deeds
    if fee is not None and story.last_fee is not None and story.last_fee.before < 0:
        # The mint keeps the schedule that the last change replaced.
        known = replace(story.last_fee, before=fee.older.basis_points)
        deeds = [known if each is story.last_fee else each for each in deeds]
    raised = [
        each for each in deeds if each.kind is not DeedKind.FEE_RAISED or 0 <= each.before < each.amount
    ]
    complete = page.whole and len(read) == len(page.signatures) and len(raised) <= MAX_DEEDS
    return MintDeeds(state.address, tuple(reversed(raised[-MAX_DEEDS:])), len(read), complete)


def _of_tokens(transaction: Transaction) -> Sequence[Decoded]:
    """The instructions of the token programs, and those that trade."""
    decoded = decode_instructions(transaction.instructions)
    return [each for each in decoded if each.program in TOKEN_PROGRAMS or each.action in _TRADES]


def _delegates(state: MintState, instructions: Iterable[Decoded]) -> frozenset[str]:
    """Who is the permanent delegate, and who was."""
    found = {state.extensions.permanent_delegate}
    for instruction in instructions:
        fields = instruction.fields
        if instruction.name == "initializePermanentDelegate" and fields.get("mint") == state.address:
            found.add(fields.get("delegate"))
        elif (fields.get("account"), fields.get("authorityType")) == (state.address, "permanentDelegate"):
            found |= {fields.get("authority"), fields.get("newAuthority")}
    return frozenset(each for each in found if each is not None)


@dataclass(slots=True)
class _Story:
    """What the transactions told so far.

    Attributes:
        delegates: All that were the permanent one.
        fee: In basis points; -1 while nobody has told.
        last_fee: The newest deed that set one.
    """

    mint: str
    delegates: frozenset[str]
    fee: int = -1
    traded: bool = False
    deeds: list[Usage] = field(default_factory=list)
    last_fee: Usage | None = None

    def follow(self, transaction: Transaction, decoded: Sequence[Decoded]) -> None:
        """The next transaction."""
        accounts = {account.address: account for account in transaction.tokens if account.mint == self.mint}
        for instruction in decoded:
            # A thaw changes the deeds that are there already.
            found = list(self._deeds(transaction, instruction, accounts))
            self.deeds.extend(found)
        # The first trade of all: what is minted in the same transaction is its beginning.
        self.traded = self.traded or any(each.action in _TRADES for each in decoded)

    def _deeds(
        self, transaction: Transaction, instruction: Decoded, accounts: dict[str, TokenAccount]
    ) -> Iterator[Usage]:
        fields, name = instruction.fields, instruction.name
        if name in _TRANSFERS or name in _BURNS:
            yield from self._seizure(transaction, instruction, accounts)
        if fields.get("mint") != self.mint:
            return
        if name == "freezeAccount":
            yield self._usage(
                transaction, DeedKind.FROZEN, fields.get("freezeAuthority"), fields.get("account"), accounts
            )
        elif name == "thawAccount":
            self._undo(DeedKind.FROZEN, fields.get("account"))
        elif name == "pause":
            yield self._usage(transaction, DeedKind.PAUSED, fields.get("authority"), self.mint, accounts)
        elif name == "resume":
            self._undo(DeedKind.PAUSED, self.mint)
        elif name in _MINTS:
            yield self._usage(
                transaction,
                DeedKind.MINTED,
                fields.get("mintAuthority"),
                fields.get("account"),
                accounts,
                amount=fields.get("amount"),
            )
        elif name in {"setTransferFee", "initializeTransferFeeConfig"}:
            yield from self._fee(transaction, instruction)

    def _seizure(
        self, transaction: Transaction, instruction: Decoded, accounts: dict[str, TokenAccount]
    ) -> Iterator[Usage]:
        fields = instruction.fields
        by, address = fields.get("authority"), fields.get("source") or fields.get("account")
        account = accounts.get(str(address))
        if by not in self.delegates or account is None:
            return
        owner = account.owner_before or account.owner_after
        if owner is None or owner == by:
            return
        kind = DeedKind.BURNED if instruction.name in _BURNS else DeedKind.TAKEN
        yield self._usage(transaction, kind, by, address, accounts, amount=fields.get("amount"))

    def _fee(self, transaction: Transaction, instruction: Decoded) -> Iterator[Usage]:
        points = instruction.fields.get("transferFeeBasisPoints")
        if not isinstance(points, int):
            return
        if instruction.name == "setTransferFee":
            by = instruction.fields.get("transferFeeConfigAuthority")
            usage = self._usage(transaction, DeedKind.FEE_RAISED, by, self.mint, {}, amount=points)
            self.last_fee = replace(usage, before=self.fee)
            yield self.last_fee
        self.fee = points

    def _usage(
        self,
        transaction: Transaction,
        kind: DeedKind,
        by: object,
        address: object,
        accounts: dict[str, TokenAccount],
        *,
        amount: object = 0,
    ) -> Usage:
        account = accounts.get(str(address))
        return Usage(
            kind,
            str(by),
            str(address),
            (account.owner_before or account.owner_after) if account else None,
            amount if isinstance(amount, int) else 0,
            0,
            undone=False,
            traded=self.traded,
            signature=transaction.signature,
            slot=transaction.slot,
            at=transaction.block_time,
        )

    def _undo(self, kind: DeedKind, account: object) -> None:
        self.deeds = [
            replace(each, undone=True) if (each.kind, each.account) == (kind, account) else each
            for each in self.deeds
        ]
