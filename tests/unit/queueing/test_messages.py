from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.exports import ExportFormat, ExportRequest
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.pictures import DrawRequest, PictureKind, Theme
from walletwatch.domain.work import (
    AccountHint,
    Attachment,
    Backfill,
    BalanceCheck,
    Button,
    CheckReason,
    DigestDue,
    MediaKind,
    Notification,
    Priority,
    RenderedMessage,
    RiskCheck,
    SecurityScan,
    SubjectKind,
)
from walletwatch.queueing.balance import (
    decode_balance_work,
    encode_backfill,
    encode_balance_check,
    encode_digest_due,
)
from walletwatch.queueing.draw import decode_draw_request, encode_draw_request
from walletwatch.queueing.envelope import InvalidMessage
from walletwatch.queueing.export import decode_export_request, encode_export_request
from walletwatch.queueing.notification import decode_notification, encode_notification
from walletwatch.queueing.scan import decode_scan_work, encode_risk_check, encode_security_scan

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
KEY = "0123456789abcdef" * 2

addresses = st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", min_size=32, max_size=44)
signatures = st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", min_size=1, max_size=88)
slots = st.integers(0, 2**63 - 1)
keys = st.text("0123456789abcdef", min_size=32, max_size=32)
chats = st.integers(-(2**52), 2**52)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(
    st.builds(
        BalanceCheck,
        addresses,
        st.sampled_from(CheckReason),
        st.lists(st.builds(AccountHint, addresses, slots, st.none() | slots), max_size=4).map(tuple),
        st.lists(st.builds(SignatureInfo, signatures, slots, st.booleans()), max_size=4).map(tuple),
        st.none() | slots,
    )
)
def test_a_balance_check_survives_the_queue(check: BalanceCheck) -> None:
    assert decode_balance_work(encode_balance_check(check)) == check


@given(st.builds(DigestDue, keys, st.datetimes(timezones=st.just(UTC))))
def test_a_digest_that_is_due_survives_the_queue(due: DigestDue) -> None:
    assert decode_balance_work(encode_digest_due(due)) == due


@given(st.builds(Backfill, addresses, st.integers(0, 2**40), st.none() | slots))
def test_a_backfill_survives_the_queue(backfill: Backfill) -> None:
    assert decode_balance_work(encode_backfill(backfill)) == backfill


@given(
    st.builds(
        SecurityScan,
        request_id=keys,
        subject=addresses,
        subject_kind=st.sampled_from(SubjectKind),
        chat_id=chats,
        reply_to=st.none() | st.integers(1, 2**31),
        requested_by=st.none() | st.integers(1, 2**52),
        language=st.sampled_from(["en", "zh-hans"]),
        progress=st.none() | st.integers(1, 2**31),
        topic=st.none() | st.integers(1, 2**31),
    )
)
def test_a_scan_survives_the_queue(scan: SecurityScan) -> None:
    assert decode_scan_work(encode_security_scan(scan)) == scan
    check = RiskCheck(scan.subject, "list 2026")
    assert decode_scan_work(encode_risk_check(check)) == check


@given(
    st.builds(
        Notification,
        ledger_key=keys,
        chat_id=chats,
        message=st.builds(
            RenderedMessage,
            texts,
            st.lists(
                st.lists(st.builds(Button, texts, copy_text=texts), min_size=1, max_size=3).map(tuple),
                max_size=3,
            ).map(tuple),
        ),
        created_at=st.datetimes(timezones=st.just(UTC)),
        priority=st.sampled_from(Priority),
        reply_to=st.none() | st.integers(1, 2**31),
        topic=st.none() | st.integers(1, 2**31),
    )
)
def test_a_notification_survives_the_queue(notification: Notification) -> None:
    assert decode_notification(encode_notification(notification)) == notification


@given(
    st.builds(
        DrawRequest,
        keys,
        chats,
        st.sampled_from(PictureKind),
        st.none() | st.integers(1, 2**62),
        st.none() | addresses,
        st.sampled_from(Lookback),
        st.sampled_from(Theme),
        st.sampled_from(["en", "zh"]),
        st.sampled_from(["UTC", "Asia/Kolkata"]),
        st.none() | st.integers(1, 2**31),
        st.just("native") | addresses,
    )
)
def test_a_request_for_a_picture_survives_the_queue(request: DrawRequest) -> None:
    assert decode_draw_request(encode_draw_request(request)) == request


@given(
    st.builds(
        ExportRequest,
        keys,
        chats,
        st.sampled_from(ExportFormat),
        st.none() | st.integers(1, 2**62),
        st.sampled_from(Lookback),
        st.sampled_from(["en", "zh"]),
        st.sampled_from(["UTC", "Asia/Kolkata"]),
        st.datetimes(timezones=st.just(UTC)),
        st.none() | st.integers(1, 2**31),
        st.none() | st.integers(1, 2**31),
    )
)
def test_a_request_for_an_export_survives_the_queue(request: ExportRequest) -> None:
    assert decode_export_request(encode_export_request(request)) == request


FILE = Attachment(MediaKind.DOCUMENT, f"exports/{KEY}.zip", "walletwatch-2026-11-30.zip", "gone")


@pytest.mark.parametrize("file", [FILE, replace(FILE, kind=MediaKind.PHOTO), None])
@pytest.mark.parametrize("edits", [None, 7])
def test_a_notification_with_a_file_survives_the_queue(file: Attachment | None, edits: int | None) -> None:
    made = datetime(2026, 11, 1, tzinfo=UTC)
    notification = Notification(KEY, 1, RenderedMessage("hello"), made, attachment=file, edits=edits)
    assert decode_notification(encode_notification(notification)) == notification


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "exports/../secrets"},
        {"key": "https://elsewhere.example/file"},
        {"file_name": "../up"},
        {"file_name": "a/b"},
        {"file_name": ""},
        {"file_name": "x" * 101},
        {"lost": ""},
        {"kind": "video"},
    ],
)
def test_a_file_from_elsewhere_is_refused(changes: dict[str, str]) -> None:
    made = datetime(2026, 11, 1, tzinfo=UTC)
    body = msgspec.json.decode(
        encode_notification(Notification(KEY, 1, RenderedMessage("hello"), made, attachment=FILE))
    )
    body["attachment"] |= changes
    with pytest.raises(InvalidMessage):
        decode_notification(msgspec.json.encode(body).decode())


def test_a_notification_of_the_release_before_has_no_file() -> None:
    made = datetime(2026, 11, 1, tzinfo=UTC)
    body = msgspec.json.decode(encode_notification(Notification(KEY, 1, RenderedMessage("hello"), made)))
    del body["attachment"], body["edits"]
    assert decode_notification(msgspec.json.encode(body).decode()).attachment is None


def test_a_scan_of_the_release_before_has_no_topic() -> None:
    scan = SecurityScan(KEY, WALLET, SubjectKind.AUTO, 1, None, None, "en", topic=7)
    body = msgspec.json.decode(encode_security_scan(scan))
    del body["topic"]
    assert decode_scan_work(msgspec.json.encode(body).decode()) == replace(scan, topic=None)


def _changed(**changes: object) -> str:
    fields = msgspec.json.decode(encode_balance_check(BalanceCheck(WALLET, CheckReason.CHANGED)))
    return msgspec.json.encode(fields | changes).decode()


def _due(**changes: object) -> str:
    due = DigestDue(KEY, datetime(2026, 11, 1, tzinfo=UTC))
    return msgspec.json.encode(msgspec.json.decode(encode_digest_due(due)) | changes).decode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        _changed(v=2),
        _changed(type="security_scan"),
        _changed(wallet="0xnot an address"),
        _changed(wallet=WALLET.lower()),
        _changed(reason="because"),
        _changed(hints=[{"address": WALLET, "slot": -1, "since_slot": None}]),
        _due(due_at="2026-11-01T12:00:00"),
        _due(digest_key=KEY.upper()),
    ],
)
def test_what_is_not_ours_is_refused(body: str) -> None:
    with pytest.raises(InvalidMessage):
        decode_balance_work(body)


def test_a_notification_with_callback_data_over_telegrams_limit_is_refused() -> None:
    body = encode_notification(
        Notification(
            KEY,
            1,
            RenderedMessage("hello", [[Button("ok", callback_data="x" * 65)]]),
            datetime(2026, 11, 1, tzinfo=UTC),
        )
    )
    with pytest.raises(InvalidMessage):
        decode_notification(body)


def test_a_field_of_a_later_release_is_passed_over() -> None:
    assert decode_balance_work(_changed(surprise=1)) == decode_balance_work(_changed())
