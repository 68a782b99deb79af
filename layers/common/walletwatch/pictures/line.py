"""What a wallet held, as a line over time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from walletwatch.domain.pictures import BalanceHistory
from walletwatch.pictures.canvas import Sheet, short_day

TICKS = 4
DAYS_WITH_MONTHS_ONLY = 200
LEAST_CHANGE = 0.001
"""Of the highest value, that the height of the picture stands for."""


def draw(chart: BalanceHistory, on: Sheet, zone: ZoneInfo) -> None:
    """Each value holds until the next one, so the line has steps and no slopes."""
    color = on.palette.series[0]
    axes = on.axes(left=0.135, top=0.80)
    moments = [_place(point.at) for point in chart.points]
    values = [float(point.value) for point in chart.points]
    low, high = min(values), max(values)
    # A change of less than a thousandth is told by the words; a scale for it would have no numbers that fit.
    room = max(high - low, high * LEAST_CHANGE) if high > low else abs(high) or 1.0
    # From zero on where that costs no detail; else the scale says where it begins.
    floor = 0.0 if low < room * 1.5 else low - room * 0.25
    axes.set_ylim(floor, high + room * 0.22)
    span = moments[-1] - moments[0]
    if span:
        axes.set_xlim(moments[0], moments[-1] + span * 0.015)
    else:
        axes.set_xlim(moments[0] - 0.5, moments[0] + 0.5)
    axes.step(moments, values, where="post", color=color, linewidth=2.6, solid_joinstyle="round")
    axes.fill_between(moments, values, floor, step="post", color=color, alpha=0.16, linewidth=0)
    axes.plot(
        moments[-1],
        values[-1],
        "o",
        color=color,
        markersize=9,
        markeredgecolor=on.palette.surface,
        markeredgewidth=2,
        clip_on=False,
        zorder=5,
    )
    axes.yaxis.set_major_locator(MaxNLocator(3))
    ticks = [tick for tick in axes.get_yticks() if floor <= tick <= high + room * 0.22]
    on.scale(axes, ticks if high else [0.0])
    axes.grid(axis="y", color=on.palette.faint, linewidth=1)
    axes.set_axisbelow(True)
    _label_days(axes, chart.points[0].at, chart.points[-1].at, on, zone)


def _label_days(axes: Axes, first: datetime, last: datetime, on: Sheet, zone: ZoneInfo) -> None:
    days = max(1, (last - first).days)
    span = last - first
    places = [first + span * (index + 0.5) / TICKS for index in range(TICKS)] if span else [first]
    if days < TICKS:
        labels = [moment.astimezone(zone).strftime("%H:%M") for moment in places]
    else:
        year = days > DAYS_WITH_MONTHS_ONLY
        labels = [short_day(moment.astimezone(zone).date(), on.words, year=year) for moment in places]
    axes.set_xticks([_place(moment) for moment in places], labels)


def _place(moment: datetime) -> float:
    """On the axis, in days."""
    return moment.timestamp() / 86_400
