"""A wallet and those around it, as dots and arrows."""

import math
from decimal import Decimal

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from walletwatch.domain.pictures import Edge, NetworkChart, Node
from walletwatch.pictures.canvas import LABEL, Sheet, compact
from walletwatch.pictures.fonts import plain

type Place = tuple[float, float]

HEIGHT = 6.2
"""Inches of its sheet."""
INNER: Place = (0.76, 0.58)
"""Half axes of the ellipse on which those are whom the wallet deals with."""
OUTER: Place = (1.32, 1.12)
ABOVE = 0.15
"""From here up names are above their dots, out of the way of the arrows."""
MAX_AMOUNTS = 6
"""Arrows of the wallet that have their amount beside them: the thickest."""


def draw(chart: NetworkChart, on: Sheet) -> None:
    """The wallet in the middle, whom it deals with around it, whom only those deal with outside."""
    axes = on.axes(left=0.02, right=0.98, top=0.825, bottom=0.005)
    axes.set_axis_off()
    places = _places(chart)
    axes.set_xlim(-1.6, 1.6)
    axes.set_ylim(-1.36, 1.36)
    most = max((edge.amount for edge in chart.edges), default=Decimal())
    for edge in chart.edges:
        _arrow(axes, places, edge, most, on)
    centre = chart.nodes[0].address
    own = [edge for edge in chart.edges if edge.amount > 0 and centre in {edge.source, edge.target}]
    for edge in sorted(own, key=lambda edge: edge.amount, reverse=True)[:MAX_AMOUNTS]:
        _amount(axes, places, edge, on)
    for index, node in enumerate(chart.nodes):
        _dot(axes, places[node.address], node, on, is_centre=index == 0)
    entries = []
    if any(node.listed for node in chart.nodes):
        entries.append((on.palette.warned, on.words.labels["warned"]))
    if any(node.grouped for node in chart.nodes):
        entries.append((on.palette.series[4], on.words.labels["group"]))
    on.legend(entries)


def _places(chart: NetworkChart) -> dict[str, Place]:
    """Each contact has a sector, as wide as what is behind it needs, so that no arrows cross."""
    centre, *others = (node.address for node in chart.nodes)
    near = [address for address in others if _linked(chart, centre, address)]
    behind: dict[str, list[str]] = {address: [] for address in near}
    for address in others:
        if address not in behind:
            contact = next((each for each in near if _linked(chart, each, address)), None)
            if contact is not None:
                behind[contact].append(address)
    places: dict[str, Place] = {centre: (0.0, 0.0)}
    sectors = {address: max(1.0, 1.15 * len(each)) for address, each in behind.items()}
    turn = math.tau / (sum(sectors.values()) or 1.0)
    # The first one is at the right, where there is most room for a name.
    begin = math.tau / 4 - turn * sectors.get(near[0], 1.0) / 2 if near else 0.0
    for address, width in sectors.items():
        angle = begin + turn * width / 2
        places[address] = _at(angle, INNER)
        for index, other in enumerate(behind[address]):
            share = (index + 0.5) / len(behind[address])
            places[other] = _at(begin + turn * width * share, OUTER)
        begin += turn * width
    return places


def _at(angle: float, half_axes: Place) -> Place:
    return half_axes[0] * math.sin(angle), half_axes[1] * math.cos(angle)


def _linked(chart: NetworkChart, one: str, other: str) -> bool:
    return any({edge.source, edge.target} == {one, other} for edge in chart.edges)


def _arrow(axes: Axes, places: dict[str, Place], edge: Edge, most: Decimal, on: Sheet) -> None:
    share = float(edge.amount / most) if most else 0.0
    color = on.palette.rest if edge.amount else on.palette.faint
    axes.add_patch(
        FancyArrowPatch(
            places[edge.source],
            places[edge.target],
            arrowstyle="-|>",
            mutation_scale=15,
            shrinkA=11,
            shrinkB=11,
            connectionstyle="arc3,rad=0.13",
            linewidth=1.3 + 3.2 * math.sqrt(share),
            color=color,
            zorder=1,
        )
    )


def _amount(axes: Axes, places: dict[str, Place], edge: Edge, on: Sheet) -> None:
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    # Beyond the middle of the bow, where the arrows to the centre are apart.
    share = 0.56 if math.hypot(x2, y2) > math.hypot(x1, y1) else 0.44
    x = x1 + (x2 - x1) * share + (y2 - y1) * 0.07
    y = y1 + (y2 - y1) * share - (x2 - x1) * 0.07
    axes.text(
        x,
        y,
        compact(edge.amount, on.words),
        ha="center",
        va="center",
        fontsize=LABEL - 2.5,
        color=on.palette.quiet,
        bbox={"facecolor": on.palette.surface, "edgecolor": "none", "pad": 1.2},
        zorder=3,
    )


def _dot(axes: Axes, place: Place, node: Node, on: Sheet, *, is_centre: bool) -> None:
    x, y = place
    color = on.palette.series[0] if is_centre else on.palette.rest
    if node.grouped:
        color = on.palette.series[4]
    if node.listed:
        color = on.palette.warned
    axes.plot(
        x, y, "o", markersize=19 if is_centre else 13, color=color,
        markeredgecolor=on.palette.surface, markeredgewidth=2, zorder=4,
    )  # fmt: skip
    axes.text(
        x,
        y + (-0.165 if is_centre else 0.13 if y > ABOVE else -0.13),
        plain(node.name, 12),
        ha="center",
        va="center",
        fontsize=LABEL - 1.5,
        fontweight="bold" if is_centre else "normal",
        color=on.palette.text,
        bbox={"facecolor": on.palette.surface, "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
        zorder=5,
    )
