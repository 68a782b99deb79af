"""What was won and lost, as bars to either side of a line."""

from decimal import Decimal

from matplotlib.axes import Axes

from walletwatch.domain.currencies import Denomination
from walletwatch.domain.pictures import Profit, Profits
from walletwatch.pictures.canvas import LABEL, Sheet, money
from walletwatch.pictures.fonts import plain

THICKNESS = 0.36
BETWEEN = 0.04


def draw(chart: Profits, on: Sheet) -> None:
    """A pair of bars for each token: what was sold, and what is still held."""
    colors = (on.palette.series[0], on.palette.series[4])
    on.legend([(colors[0], on.words.labels["realised"]), (colors[1], on.words.labels["unrealised"])])
    axes = on.axes(left=0.285, right=0.955, top=0.75, bottom=0.05)
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
    axes.set_ylim(len(chart.profits) - 0.45, -0.55)
    axes.set_yticks(range(len(chart.profits)), [plain(each.name, 11) for each in chart.profits])
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
        sign = "+" if value > 0 else ""
        axes.text(
            float(value) + side * reach * 0.02,
            row + offset,
            f"{sign}{money(value, currency, on.words)}",
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=LABEL - 1.5,
            color=on.palette.quiet,
        )
