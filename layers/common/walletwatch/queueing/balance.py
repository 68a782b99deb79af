"""The messages of the balance queue."""

from typing import Annotated

import msgspec

from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.work import AccountHint, Backfill, BalanceCheck, BroadcastStep, CheckReason, DigestDue
from walletwatch.queueing.envelope import VERSION, Address, Envelope, LedgerKey, Moment, Slot, decode, encode


class _Hint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Address
    slot: Slot
    since_slot: Slot | None


class _Transaction(msgspec.Struct, frozen=True, array_like=True):
    signature: Annotated[str, msgspec.Meta(min_length=1, max_length=88)]
    slot: Slot
    failed: bool


class _BalanceCheck(Envelope, frozen=True, tag="balance_check", tag_field="type"):
    wallet: Address
    reason: CheckReason
    hints: list[_Hint]
    transactions: list[_Transaction] = msgspec.field(default_factory=list)
    since_slot: Slot | None = None


class _DigestDue(Envelope, frozen=True, tag="digest_due", tag_field="type"):
    digest_key: LedgerKey
    due_at: Moment


class _BroadcastStep(Envelope, frozen=True, tag="broadcast_step", tag_field="type"):
    broadcast_id: Annotated[int, msgspec.Meta(gt=0)]
    due_at: Moment


class _Backfill(Envelope, frozen=True, tag="backfill", tag_field="type"):
    wallet: Address
    not_before: Annotated[int, msgspec.Meta(ge=0)]
    before_slot: Slot | None


_balance_work = msgspec.json.Decoder(_BalanceCheck | _Backfill | _DigestDue | _BroadcastStep)


def encode_balance_check(check: BalanceCheck) -> str:
    """The body of a message for the balance queue."""
    hints = [_Hint(hint.address, hint.slot, hint.since_slot) for hint in check.hints]
    transactions = [_Transaction(info.signature, info.slot, info.failed) for info in check.transactions]
    return encode(_BalanceCheck(VERSION, check.wallet, check.reason, hints, transactions, check.since_slot))


def encode_backfill(backfill: Backfill) -> str:
    """The body of a message for the balance queue."""
    return encode(_Backfill(VERSION, backfill.wallet, backfill.not_before, backfill.before_slot))


def encode_digest_due(due: DigestDue) -> str:
    """The body of a message for the balance queue."""
    return encode(_DigestDue(VERSION, due.digest_key, due.due_at))


def encode_broadcast_step(step: BroadcastStep) -> str:
    """The body of a message for the balance queue."""
    return encode(_BroadcastStep(VERSION, step.broadcast_id, step.due_at))


def decode_balance_work(body: str) -> BalanceCheck | Backfill | DigestDue | BroadcastStep:
    """Read a message of the balance queue.

    Raises:
        InvalidMessage: It is not one, or of a version this code does not know.
    """
    wire = decode(_balance_work, body)
    if isinstance(wire, _BroadcastStep):
        return BroadcastStep(wire.broadcast_id, wire.due_at)
    if isinstance(wire, _DigestDue):
        return DigestDue(wire.digest_key, wire.due_at)
    if isinstance(wire, _Backfill):
        return Backfill(wire.wallet, wire.not_before, wire.before_slot)
    return BalanceCheck(
        wire.wallet,
        wire.reason,
        tuple(AccountHint(hint.address, hint.slot, hint.since_slot) for hint in wire.hints),
        tuple(SignatureInfo(info.signature, info.slot, info.failed) for info in wire.transactions),
        wire.since_slot,
    )
