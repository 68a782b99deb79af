"""What came and went, as columns above and below a line."""

from decimal import Decimal
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from walletwatch.domain.pictures import Flows
from walletwatch.pictures.canvas import Sheet, compact, short_day

TICKS = 4
LEAST_COLUMNS = 7
"""There is room for so many; fewer are not as wide as the sheet."""
COLUMNS_WITH_MONTHS_ONLY_DAYS = 200


def draw(chart: Flows, on: Sheet) -> None:
    """Received above, sent below, of one scale."""
    received_color, sent_color = on.palette.series[0], on.palette.series[1]
    received = sum((flow.received for flow in chart.flows), Decimal())
    sent = sum((flow.sent for flow in chart.flows), Decimal())
    on.legend(
        [
            (received_color, f"{on.words.labels['received']} {compact(received, on.words)}"),
            (sent_color, f"{on.words.labels['sent']} {compact(sent, on.words)}"),
        ]
    )
    axes = on.axes(left=0.135, top=0.755)
    places = range(len(chart.flows))
    width = 0.78 if len(chart.flows) <= 45 else 0.9
    axes.bar(places, [float(flow.received) for flow in chart.flows], width, color=received_color)
    axes.bar(places, [-float(flow.sent) for flow in chart.flows], width, color=sent_color)
    axes.axhline(0, color=on.palette.quiet, linewidth=1.2)
    middle, half = (len(chart.flows) - 1) / 2, max(len(chart.flows), LEAST_COLUMNS) / 2
    axes.set_xlim(middle - half - 0.1, middle + half + 0.1)
    low, high = axes.get_ylim()
    room = (high - low) * 0.04
    axes.set_ylim(low - room, high + room)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    ticks = [tick for tick in axes.get_yticks() if low - room <= tick <= high + room]
    on.scale(axes, ticks if received or sent else [0.0])
    axes.grid(axis="y", color=on.palette.faint, linewidth=1)
    axes.set_axisbelow(True)
    axes.spines["bottom"].set_visible(False)
    _label_days(axes, chart, on)


def _label_days(axes: Axes, chart: Flows, on: Sheet) -> None:
    count = len(chart.flows)
    year = count * chart.days > COLUMNS_WITH_MONTHS_ONLY_DAYS
    ticks = sorted({min(count - 1, int(count * (index + 0.5) / TICKS)) for index in range(TICKS)})
    labels = [short_day(chart.flows[tick].day, on.words, year=year) for tick in ticks]
    kept = [0] + [index + 1 for index, (one, next_) in enumerate(pairwise(labels)) if one != next_]
    axes.set_xticks([ticks[index] for index in kept], [labels[index] for index in kept])
