from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.quiet import Pace, QuietHours, Timing

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(22 * 60, 7 * 60)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
]

MOMENTS = st.integers(1_735_689_600, 1_830_297_600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def _local(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (_local(1, 21, 59), None),
        (_local(1, 22), _local(2, 7)),
        (_local(2, 0), _local(2, 7)),
        (_local(2, 6, 59), _local(2, 7)),
        (_local(2, 7), None),
        # The clocks are turned back and forward in these nights.
        (_local(24, 23, month=10), _local(25, 7, month=10)),
        (_local(28, 23, month=3), _local(29, 7, month=3)),
    ],
)
def test_quiet_hours_reach_over_midnight(now: datetime, until: datetime | None) -> None:
    assert Timing("Europe/Berlin", NIGHT).held_until(now) == until


def test_quiet_hours_of_some_weekdays() -> None:
    weekend = Timing("Europe/Berlin", QuietHours(22 * 60, 7 * 60, (5, 6)))
    # 2026-06-06 is a Saturday.
    assert weekend.held_until(_local(6, 6)) is None
    assert weekend.held_until(_local(6, 23)) == _local(7, 7)
    assert weekend.held_until(_local(8, 6)) == _local(8, 7)
    assert weekend.held_until(_local(8, 23)) is None


def test_quiet_hours_within_the_hour_that_is_left_out_or_repeated() -> None:
    spring = Timing("Europe/Berlin", QuietHours(2 * 60 + 15, 2 * 60 + 45))
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
    assert spring.held_until(before) is None
    assert spring.held_until(after) is None
    autumn = Timing("Europe/Berlin", QuietHours(2 * 60 + 15, 2 * 60 + 45))
    first = datetime(2026, 10, 25, 0, 20, tzinfo=UTC)
    assert autumn.held_until(first) == datetime(2026, 10, 25, 0, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pace", "now", "until"),
    [
        (Pace.NOW, _local(1, 12), None),
        (Pace.HOURLY, _local(1, 12), _local(1, 13)),
        (Pace.HOURLY, _local(1, 12, 59), _local(1, 13)),
        (Pace.DAILY, _local(1, 8, 59), _local(1, 9)),
        (Pace.DAILY, _local(1, 9), _local(2, 9)),
        (Pace.DAILY, _local(24, 10, month=10), _local(25, 9, month=10)),
    ],
)
def test_digests_come_at_full_hours_or_once_a_day(pace: Pace, now: datetime, until: datetime | None) -> None:
    assert Timing("Europe/Berlin", pace=pace, digest_hour=9).held_until(now) == until


def test_what_is_due_in_quiet_hours_waits_for_their_end() -> None:
    timing = Timing("Europe/Berlin", NIGHT, Pace.HOURLY)
    assert timing.held_until(_local(1, 21, 30)) == _local(2, 7)
    snoozed = Timing("Europe/Berlin", NIGHT, snoozed_until=_local(1, 23))
    assert snoozed.held_until(_local(1, 20)) == _local(2, 7)


def test_a_snooze_ends_by_itself_and_holds_what_is_urgent_too() -> None:
    timing = Timing("UTC", snoozed_until=_local(1, 14))
    assert timing.held_until(_local(1, 13)) == timing.urgent_until(_local(1, 13)) == _local(1, 14)
    assert timing.held_until(_local(1, 14)) is None
    assert timing.urgent_until(_local(1, 14)) is None
    assert Timing("UTC", NIGHT, Pace.DAILY).urgent_until(_local(1, 23)) is None


@given(
    zone=st.sampled_from(ZONES),
    now=MOMENTS,
    times=st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda pair: pair[0] != pair[1]),
    weekdays=st.lists(st.integers(0, 6), unique=True).map(tuple),
    pace=st.sampled_from(Pace),
    hour=st.integers(0, 23),
    snooze=st.none() | st.integers(-300, 10_000),
)
def test_nothing_is_held_for_ever_and_what_was_held_is_told_then(
    zone: str,
    now: datetime,
    times: tuple[int, int],
    weekdays: tuple[int, ...],
    pace: Pace,
    hour: int,
    snooze: int | None,
) -> None:
    until = None if snooze is None else now + timedelta(minutes=snooze)
    timing = Timing(zone, QuietHours(*times, weekdays), pace, hour, until)
    held = timing.held_until(now)
    if held is None:
        assert pace is Pace.NOW
        return
    assert now < held <= max(now, until or now) + timedelta(days=3)
    # At its end no quiet hours and no snoozing hold it any longer.
    assert Timing(zone, timing.quiet, Pace.NOW, hour, until).held_until(held) is None


@given(
    now=MOMENTS,
    zone=st.sampled_from(ZONES),
    later=st.integers(0, 3600),
)
def test_what_comes_later_is_never_due_earlier(now: datetime, zone: str, later: int) -> None:
    timing = Timing(zone, NIGHT, Pace.DAILY, 9)
    first, second = timing.held_until(now), timing.held_until(now + timedelta(seconds=later))
    assert first is not None
    assert second is not None
    assert first <= second
