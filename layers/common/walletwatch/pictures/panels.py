"""How the bot is used: a small chart for each of some figures, day by day."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from walletwatch.domain.analytics import Series
from walletwatch.domain.pictures import UseChart
from walletwatch.pictures.canvas import LEFT, RIGHT, Sheet, compact, short_day

GAP: Final = 0.07
ROWS: Final = ((0.735, 0.535), (0.335, 0.135))
"""Upper and lower edges, as shares of the sheet."""
HEADING: Final = 0.035


def draw(chart: UseChart, on: Sheet) -> None:
    """People above, wallets and messages below; each has a scale of its own, whose top is written."""
    middle = (LEFT + RIGHT) / 2
    left, right = (LEFT, middle - GAP / 2), (middle + GAP / 2, RIGHT)
    colors = on.palette.series
    _panel(on, "new", chart.new, left, ROWS[0], colors[0])
    _panel(on, "active", chart.active, right, ROWS[0], colors[2])
    _panel(on, "wallets", chart.wallets, left, ROWS[1], colors[4])
    _panel(on, "sent", chart.sent, right, ROWS[1], colors[0], chart.failed)


def _panel(
    on: Sheet,
    name: str,
    series: Series,
    across: tuple[float, float],
    down: tuple[float, float],
    color: str,
    failed: Series | None = None,
) -> None:
    (left, right), (top, bottom) = across, down
    on.write(left, top + HEADING, on.words.labels[name], va="bottom")
    values = series.values
    above = failed.values if failed else (0,) * len(values)
    highest = max(map(sum, zip(values, above, strict=True)))
    on.write(
        right,
        top + HEADING,
        f"{on.words.labels['top']} {compact(Decimal(highest), on.words)}",
        ha="right",
        va="bottom",
        color=on.palette.quiet,
    )
    axes = on.axes(left=left, right=right, top=top, bottom=bottom)
    places = range(len(values))
    axes.bar(places, values, 0.78, color=color)
    if failed:
        axes.bar(places, above, 0.78, bottom=values, color=on.palette.warned)
    axes.set_xlim(-0.6, len(values) - 0.4)
    axes.set_ylim(0, max(1, highest))
    axes.set_yticks([])
    last = len(values) - 1
    ends = sorted({0, last})
    axes.set_xticks(ends, [short_day(series.first + timedelta(days=day), on.words) for day in ends])
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
    axes.get_xticklabels()[0].set_horizontalalignment("left")
