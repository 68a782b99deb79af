"""What is held, as a ring of shares with its sum in the middle."""

from decimal import Decimal

from walletwatch.domain.pictures import Allocation
from walletwatch.domain.shares import WHOLE, tenths_of
from walletwatch.pictures.canvas import LABEL, RIGHT, Sheet, money
from walletwatch.pictures.fonts import plain

LEAST_SHARE = Decimal("0.012")
"""What is smaller is drawn as large, so that it can be seen; its number says what it is."""
ROW = 0.092
MIDDLE = (0.27, 0.43)
HOLE = 0.25
"""As wide as the hole of the ring, as a share of the sheet."""
NAMES = 0.59
MAX_LETTERS = 14


def draw(chart: Allocation, on: Sheet) -> None:
    """The largest share begins at the top and goes on clockwise; beside it each is named, in this order."""
    axes = on.axes(left=0.02, right=0.52, top=0.81, bottom=0.05)
    axes.set_axis_off()
    axes.set_aspect("equal")
    shares = [each.value / chart.total for each in chart.slices]
    colors = [
        on.palette.rest if each.name is None else on.palette.series[index]
        for index, each in enumerate(chart.slices)
    ]
    axes.pie(
        [float(max(share, LEAST_SHARE)) for share in shares],
        colors=colors,
        startangle=90,
        counterclock=False,
        radius=1.0,
        wedgeprops={"width": 0.3, "edgecolor": on.palette.surface, "linewidth": 2.5},
    )
    total = money(chart.total, chart.currency, on.words)
    on.write_within(
        MIDDLE[0], MIDDLE[1], total, HOLE, LABEL, ha="center", va="center", fontsize=22, fontweight="bold"
    )
    top = 0.44 + ROW * (len(shares) - 1) / 2
    tenths = tenths_of([each.value for each in chart.slices])
    size = LABEL + 0.5
    for index, (part, share, color) in enumerate(zip(chart.slices, tenths, colors, strict=True)):
        y = top - index * ROW
        name = on.words.labels["others"] if part.name is None else plain(part.name, MAX_LETTERS)
        percent = _percent(share, on, is_whole=len(tenths) == 1)
        number = on.write(RIGHT, y, percent, va="center", ha="right", fontweight="bold", fontsize=size)
        room = RIGHT - on.width(number) - NAMES - 0.02
        on.write(0.545, y, "●", color=color, va="center", fontsize=LABEL + 1)
        on.write_within(NAMES, y, name, room, size, va="center", fontsize=size)


def _percent(tenths: int, on: Sheet, *, is_whole: bool) -> str:
    """What is there is not said to be nothing, and what is not all is not said to be all."""
    sign, tenths = (
        ("<", 1) if not tenths else (">", 999) if tenths == WHOLE and not is_whole else ("", tenths)
    )
    points, tenth = divmod(tenths, 10)
    return f"{sign}{points}{f'{on.words.point}{tenth}' if tenth else ''}%"
