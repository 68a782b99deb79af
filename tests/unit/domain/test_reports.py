"""When reports are due, and what they say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import OTHER_WALLET, WALLET, address
from tests.lives import DAY, MINT, T0, XNT, did, received, sent
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.browsing import OwnWallet
from walletwatch.domain.money import NATIVE
from walletwatch.domain.periods import Span
from walletwatch.domain.reports import ReportPeriod, Schedule, span_before, summarise
from walletwatch.domain.usage import Told

BERLIN = ZoneInfo("Europe/Berlin")
PEER, NEW = address("peer"), address("new")
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"])
SCHEDULES = st.one_of(
    st.builds(Schedule, st.just(ReportPeriod.DAILY), st.integers(0, 1439)),
    st.builds(Schedule, st.just(ReportPeriod.WEEKLY), st.integers(0, 1439), st.integers(0, 6)),
)


@given(
    SCHEDULES,
    st.integers(T0, T0 + 4 * 365 * DAY).map(lambda at: datetime.fromtimestamp(at, UTC)),
    ZONES.map(ZoneInfo),
)
def test_the_next_report_is_at_its_time_and_soon(schedule: Schedule, after: datetime, zone: ZoneInfo) -> None:
    due = schedule.next_due(after, zone)
    assert after < due <= after + timedelta(days=schedule.period.days, hours=2)
    local = due.astimezone(zone)
    assert schedule.weekday in {None, local.weekday()}
    # A skipped hour is the only reason for another time.
    shift = (local.hour * 60 + local.minute - schedule.minute) % 1440
    assert shift in {0, 60}
    span = span_before(due, schedule.period, zone)
    assert span.start is not None
    assert span.end == int(due.timestamp())
    assert abs(span.end - span.start - schedule.period.days * DAY) <= 3600


def test_a_day_has_23_or_25_hours_where_clocks_change() -> None:
    after = datetime(2026, 10, 25, 0, tzinfo=UTC)
    due = Schedule(ReportPeriod.DAILY, 9 * 60).next_due(after, BERLIN)
    assert due == datetime(2026, 10, 25, 8, tzinfo=UTC)
    span = span_before(due, ReportPeriod.DAILY, BERLIN)
    assert (span.end or 0) - (span.start or 0) == 25 * 3600


@pytest.mark.parametrize(
    ("period", "minute", "weekday"),
    [
        (ReportPeriod.DAILY, 1440, None),
        (ReportPeriod.DAILY, -1, None),
        (ReportPeriod.DAILY, 5, 1),
        (ReportPeriod.WEEKLY, 5, None),
        (ReportPeriod.WEEKLY, 5, 7),
    ],
)
def test_there_is_no_such_time(period: ReportPeriod, minute: int, weekday: int | None) -> None:
    with pytest.raises(ValueError, match=r"day"):
        Schedule(period, minute, weekday)


def test_a_summary() -> None:
    wallets = [OwnWallet(1, 1, WALLET, None), OwnWallet(2, 2, OTHER_WALLET, None)]
    price = {NATIVE: "2"}
    lived = [
        received(9 * XNT, whom=PEER, usd={NATIVE: "1"}, at=T0 - DAY),
        received(XNT, whom=PEER, usd=price, at=T0),
        sent(2 * XNT, whom=NEW, usd=price, at=T0 + 1, fee=5000),
        sent(3 * XNT, whom=OTHER_WALLET, usd=price, at=T0 + 2),
        received(5, MINT, whom=NEW, at=T0 + 3),
        did(ActivityKind.FAILED, at=T0 + 4, success=False, fee=5000),
        sent(XNT, whom=address("too late"), usd=price, at=T0 + DAY),
    ]
    told = Told({}, {})
    summary = summarise(lived, wallets, [], told, Span(T0, T0 + DAY), UTC, is_cut=False)
    assert (summary.activities, summary.failures) == (5, 1)
    assert summary.largest_in is not None
    assert summary.largest_out is not None
    assert [summary.largest_in.usd, summary.largest_out.usd] == [2, 4]
    assert summary.new_parties == [NEW]
    assert (summary.flows.internal, summary.flows.fees) == (1, 10_000)
    # Ten for eleven dollars: two of them were sold for four.
    assert summary.realised == 4 - Decimal("2.2")
