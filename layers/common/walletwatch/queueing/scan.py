"""The messages of the scan queue."""

from typing import Annotated

import msgspec

from walletwatch.domain.work import RiskCheck, SecurityScan, SubjectKind
from walletwatch.queueing.envelope import VERSION, Address, Envelope, LedgerKey, decode, encode


class _SecurityScan(Envelope, frozen=True, tag="security_scan", tag_field="type"):
    request_id: LedgerKey
    subject: Address
    subject_kind: SubjectKind
    chat_id: int
    reply_to: int | None
    requested_by: int | None
    language: Annotated[str, msgspec.Meta(min_length=2, max_length=16)]
    progress: int | None = None
    topic: int | None = None


class _RiskCheck(Envelope, frozen=True, tag="risk_check", tag_field="type"):
    wallet: Address
    cause: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


_scan_work = msgspec.json.Decoder(_SecurityScan | _RiskCheck)


def encode_security_scan(scan: SecurityScan) -> str:
    """The body of a message for the scan queue."""
    return encode(
        _SecurityScan(
            VERSION,
            scan.request_id,
            scan.subject,
            scan.subject_kind,
            scan.chat_id,
            scan.reply_to,
            scan.requested_by,
            scan.language,
            scan.progress,
            scan.topic,
        )
    )


def encode_risk_check(check: RiskCheck) -> str:
    """The body of a message for the scan queue."""
    return encode(_RiskCheck(VERSION, check.wallet, check.cause))


def decode_scan_work(body: str) -> SecurityScan | RiskCheck:
    """Read a message of the scan queue.

    Raises:
        InvalidMessage: It is not one, or of a version this code does not know.
    """
    wire = decode(_scan_work, body)
    if isinstance(wire, _RiskCheck):
        return RiskCheck(wire.wallet, wire.cause)
    return SecurityScan(
        wire.request_id,
        wire.subject,
        wire.subject_kind,
        wire.chat_id,
        wire.reply_to,
        wire.requested_by,
        wire.language,
        wire.progress,
        wire.topic,
    )
