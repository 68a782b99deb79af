"""What was won and lost, as bars to either side of a line."""

from decimal import Decimal

from matplotlib.axes import Axes

from walletwatch.domain.currencies import Denomination
from walletwatch.domain.pictures import Profit, Profits
from walletwatch.pictures.canvas import LABEL, LEFT, Sheet, money
from walletwatch.pictures.fonts import plain

THICKNESS = 0.36
BETWEEN = 0.04
AXIS = 0.285
NAME_ROOM = AXIS - LEFT - 0.02
"""Shares of the sheet."""
LEAST_ROWS = 3
"""There is room for so many; fewer are not as thick as the sheet is high."""


def draw(chart: Profits, on: Sheet) -> None:
    """A pair of bars for each token: what was sold, and what is still held."""
    colors = (on.palette.series[0], on.palette.series[4])
    on.legend([(colors[0], on.words.labels["realised"]), (colors[1], on.words.labels["unrealised"])])
    axes = on.axes(left=AXIS, right=0.955, top=0.75, bottom=0.05)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    values = [
        value for each in chart.profits for value in (each.realised, each.unrealised) if value is not None
    ]
    low, high = float(min(*values, Decimal())), float(max(*values, Decimal()))
    reach = (high - low) or 1.0
    # Room for the numbers at the ends of the bars.
    axes.set_xlim(low - reach * (0.34 if low < 0 else 0.02), high + reach * 0.34)
    axes.axvline(0, color=on.palette.quiet, linewidth=1.2)
    for row, each in enumerate(chart.profits):
        _pair(axes, row, each, colors, reach, chart.currency, on)
    axes.set_ylim(max(len(chart.profits), LEAST_ROWS) - 0.45, -0.55)
    names = [on.trimmed(plain(each.name, 14), NAME_ROOM) for each in chart.profits]
    axes.set_yticks(range(len(chart.profits)), names)
    axes.tick_params(axis="y", labelcolor=on.palette.text)


def _pair(
    axes: Axes,
    row: int,
    each: Profit,
    colors: tuple[str, str],
    reach: float,
    currency: Denomination,
    on: Sheet,
) -> None:
    for value, offset, color in (
        (each.realised, -(THICKNESS + BETWEEN) / 2, colors[0]),
        (each.unrealised, (THICKNESS + BETWEEN) / 2, colors[1]),
    ):
        if value is None:
            continue
        axes.barh(row + offset, float(value), THICKNESS, color=color)
        side = 1 if value >= 0 else -1
        axes.text(
            float(value) + side * reach * 0.02,
            row + offset,
            money(value, currency, on.words, signed=True),
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=LABEL - 1.5,
            color=on.palette.quiet,
        )
