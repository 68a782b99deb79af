"""What is held, as a ring of shares with its sum in the middle."""

from decimal import Decimal

from walletwatch.domain.pictures import Allocation
from walletwatch.pictures.canvas import LABEL, Sheet, money
from walletwatch.pictures.fonts import plain

LEAST_SHARE = Decimal("0.012")
"""What is smaller is drawn as large, so that it can be seen; its number says what it is."""
ROW = 0.092


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
    axes.text(0, 0, total, ha="center", va="center", fontsize=22, fontweight="bold", color=on.palette.text)
    top = 0.44 + ROW * (len(shares) - 1) / 2
    for index, (part, share, color) in enumerate(zip(chart.slices, shares, colors, strict=True)):
        y = top - index * ROW
        name = on.words.labels["others"] if part.name is None else plain(part.name, 11)
        on.write(0.545, y, "●", color=color, va="center", fontsize=LABEL + 1)
        on.write(0.59, y, name, va="center", fontsize=LABEL + 0.5)
        on.write(
            0.955, y, _percent(share, on), va="center", ha="right", fontweight="bold", fontsize=LABEL + 0.5
        )


def _percent(share: Decimal, on: Sheet) -> str:
    points = share * 100
    if points < Decimal("0.1"):
        return f"<0{on.words.point}1%"
    places = 0 if points >= 10 else 1
    return f"{points:.{places}f}".replace(".", on.words.point) + "%"
