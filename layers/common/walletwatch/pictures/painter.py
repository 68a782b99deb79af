"""`ports.Painter` with matplotlib."""

import logging
from zoneinfo import ZoneInfo

from walletwatch.domain.pictures import (
    Allocation,
    BalanceHistory,
    Chart,
    Flows,
    NetworkChart,
    PictureWords,
    Profits,
    Theme,
    UseChart,
)
from walletwatch.pictures import bars, columns, graph, line, panels, ring
from walletwatch.pictures.canvas import HEIGHT, sheet
from walletwatch.pictures.palette import PALETTES

# It tells of every font that it looks at, and of those that have no bold letters.
logging.getLogger("matplotlib").setLevel(logging.WARNING)
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


class MatplotlibPainter:
    """Draws on a sheet of one size, in the colours of a theme. Pure: the same values give the same bytes."""

    def paint(self, chart: Chart, words: PictureWords, theme: Theme, zone: str) -> bytes:
        """A chart as PNG."""
        height = graph.HEIGHT if isinstance(chart, NetworkChart) else HEIGHT
        with sheet(PALETTES[theme], words, height) as on:
            match chart:
                case BalanceHistory():
                    line.draw(chart, on, ZoneInfo(zone))
                case Allocation():
                    ring.draw(chart, on)
                case Flows():
                    columns.draw(chart, on)
                case Profits():
                    bars.draw(chart, on)
                case NetworkChart():
                    graph.draw(chart, on)
                case UseChart():
                    panels.draw(chart, on)
            return on.png()
