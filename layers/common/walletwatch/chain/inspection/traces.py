"""What the instructions of a wallet's history name: accounts given away, nonces, approvals. No I/O.

Sources: spl-token (`SetAuthority`, `Approve`, `Revoke`), Agave's system program (`InitializeNonceAccount`,
`AuthorizeNonceAccount`, `AdvanceNonceAccount`). All of these are signed by whom they concern, so a wallet's
history has them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.decoding.registry import decode_instructions
from walletwatch.chain.inspection.histories import History
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.inspection.traces import Approval, ClosedMint, SignedOnNonce
from walletwatch.domain.programs import SYSTEM, TOKEN_2022, TOKEN_PROGRAMS

_APPROVALS: Final = frozenset({"approve", "approveChecked"})
_NONCES: Final = frozenset({"initializeNonce", "authorizeNonce", "advanceNonce"})
_MINTINGS: Final = frozenset({"initializeMint", "initializeMint2"})
_CREATIONS: Final = frozenset({"createAccount", "createAccountWithSeed", "createAccountAllowPrefund"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A transaction of the wallet's history."""

    signature: str
    slot: int


@dataclass(slots=True)
class Traces:
    """What was found, the newest of each kind.

    Attributes:
        given: Token accounts that the wallet set another owner of, with the transaction.
        mints: Of which it had a token account, then others that its transactions moved; the newest first.
        nonces: Accounts that it may have the say about, with the newest transaction that says so.
        payers: By nonce account, who paid for it.
        signed_on: Nonces of others on which it signed.
        approvals: By token account; what was revoked is gone.
        closed: That the address itself was a mint.
    """

    given: dict[str, Seen] = field(default_factory=dict)
    mints: dict[str, None] = field(default_factory=dict)
    nonces: dict[str, Seen] = field(default_factory=dict)
    payers: dict[str, str] = field(default_factory=dict)
    signed_on: tuple[SignedOnNonce, ...] = ()
    approvals: dict[str, Approval] = field(default_factory=dict)
    closed: ClosedMint | None = None


def traces_of(history: History) -> Traces:
    """Everything of the kind in a wallet's history."""
    wallet, found = history.wallet, Traces()
    advanced: dict[tuple[str, str], Seen] = {}
    times: Counter[tuple[str, str]] = Counter()
    other_mints: dict[str, None] = {}
    was_mint = False
    for transaction in history.transactions:
        for account in transaction.tokens:
            own = wallet in {account.owner_before, account.owner_after}
            (found.mints if own else other_mints)[account.mint] = None
        decoded = decode_instructions(transaction.instructions)
        seen = Seen(transaction.signature, transaction.slot)
        was_mint = was_mint or _is_made(wallet, decoded)
        if was_mint:
            found.closed = _closed(wallet, decoded, seen) or found.closed
        if wallet not in transaction.signers:
            continue
        _follow_tokens(found, wallet, transaction, decoded, seen)
        for key in _follow_nonces(found, wallet, decoded, seen):
            advanced[key] = seen
            times[key] += 1
    # Where there are too many of them to look at, the newest matter most.
    found.mints = dict.fromkeys([*reversed(found.mints), *reversed(other_mints)])
    found.signed_on = tuple(
        SignedOnNonce(address, authority, times[address, authority], seen.signature, seen.slot)
        for (address, authority), seen in reversed(advanced.items())
    )
    return found


def _follow_tokens(
    found: Traces, wallet: str, transaction: Transaction, decoded: list[Decoded], seen: Seen
) -> None:
    for instruction in decoded:
        if instruction.program not in TOKEN_PROGRAMS:
            continue
        fields = instruction.fields
        if instruction.name == "setAuthority" and fields.get("authorityType") == "accountOwner":
            account, new = fields.get("account"), fields.get("newAuthority")
            if account is None:
                continue
            if fields.get("authority") == wallet and new not in {None, wallet}:
                found.given[account] = seen
            # The program forgets the delegate with the owner.
            found.approvals.pop(account, None)
        elif instruction.name in _APPROVALS and fields.get("owner") == wallet:
            account, delegate = fields.get("source"), fields.get("delegate")
            if account is not None and delegate is not None:
                found.approvals[account] = Approval(
                    account, delegate, seen.signature, seen.slot, transaction.block_time
                )
        elif instruction.name == "revoke":
            found.approvals.pop(str(fields.get("source")), None)


def _is_made(address: str, decoded: Sequence[Decoded]) -> bool:
    return any(each.name in _MINTINGS and each.fields.get("mint") == address for each in decoded)


def _closed(address: str, decoded: Sequence[Decoded], seen: Seen) -> ClosedMint | None:
    """Token-2022 closes a mint of which there is nothing, by its close authority (`CloseAccount`)."""
    for each in decoded:
        if (each.program, each.name, each.fields.get("account")) == (TOKEN_2022, "closeAccount", address):
            return ClosedMint(address, str(each.fields.get("owner")), seen.signature, seen.slot)
    return None


def _follow_nonces(
    found: Traces, wallet: str, decoded: list[Decoded], seen: Seen
) -> Iterator[tuple[str, str]]:
    """The nonces of others that the transaction was signed on, with their authorities."""
    paid: dict[str, str] = {}
    for instruction in decoded:
        if instruction.program != SYSTEM:
            continue
        fields = instruction.fields
        if instruction.name in _CREATIONS:
            if "source" in fields and "newAccount" in fields:
                paid[fields["newAccount"]] = fields["source"]
            continue
        account, authority = fields.get("nonceAccount"), fields.get("nonceAuthority")
        if account is None or authority is None:
            continue
        if instruction.name == "initializeNonce" and account in paid:
            found.payers[account] = paid[account]
        if instruction.name in _NONCES and wallet in {
            authority, fields.get("newAuthorized"), found.payers.get(account)
        }:  # fmt: skip
            found.nonces[account] = seen
        if _is_durable(instruction) and authority != wallet:
            yield account, authority


def _is_durable(instruction: Decoded) -> bool:
    """Whether the transaction was signed on this nonce, and not on a recent blockhash."""
    return instruction.name == "advanceNonce" and instruction.top == 0 and instruction.height == 1
