"""The graph of the people around a wallet as an SVG picture (W3C SVG 1.1), without any script or link."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from walletwatch.bot.formatting import number, short
from walletwatch.domain.graph import Edge, Graph, Node, NodeRole
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.profile import ChainProfile

SIZE: Final = 1000
MAX_NAME: Final = 20
_MARGIN: Final = 80
_RADII: Final = {NodeRole.CENTRE: 26}
_RADIUS: Final = 15
_COLOURS: Final[Mapping[NodeRole, str]] = {
    NodeRole.CENTRE: "#2563eb",
    NodeRole.LISTED: "#dc2626",
    NodeRole.FUNDER: "#16a34a",
    NodeRole.ALLY: "#d97706",
    NodeRole.CONTACT: "#64748b",
}
_STYLE: Final = (
    "<style>text{font:15px sans-serif;text-anchor:middle;fill:#0f172a;paint-order:stroke;stroke:#fff;"
    "stroke-width:4px}.a{font-size:12px;fill:#475569}line{stroke:#94a3b8}</style>"
    '<defs><marker id="m" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0L8 4L0 8z" fill="#94a3b8"/></marker></defs>'
)


def render_svg(graph: Graph, profile: ChainProfile) -> str:
    """The picture; addresses are shortened, and called by their name where the profile knows one.

    Args:
        graph: With places; it bounds how much there is to draw.
        profile: Names the native token and known addresses.
    """
    places = {node.address: node for node in graph.nodes}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        _STYLE,
    ]
    for edge in graph.edges:
        parts += _edge(edge, places, profile)
    for node in graph.nodes:
        parts += _node(node, profile)
    return "".join([*parts, "</svg>"])


def _edge(edge: Edge, places: Mapping[str, Node], profile: ChainProfile) -> Iterator[str]:
    source, target = places[edge.source], places[edge.target]
    (x1, y1), (x2, y2) = _at(source), _at(target)
    length = max(1.0, ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5)
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    # Both directions are beside each other, each on its right hand side.
    dx, dy = -uy * 5, ux * 5
    start, end = _radius(source) + 2, length - _radius(target) - 2
    yield (
        f'<line x1="{x1 + ux * start + dx:.0f}" y1="{y1 + uy * start + dy:.0f}" '
        f'x2="{x1 + ux * end + dx:.0f}" y2="{y1 + uy * end + dy:.0f}" marker-end="url(#m)"/>'
    )
    if edge.lamports:
        amount = number(to_decimal(edge.lamports, NATIVE_DECIMALS))
        # Two amounts of one pair stand a third of the way from where they come.
        x, y = x1 + ux * length * 0.4 + dx * 2, y1 + uy * length * 0.4 + dy * 2
        yield f'<text class="a" x="{x:.0f}" y="{y:.0f}">{escape(f"{amount} {profile.native_symbol}")}</text>'


def _node(node: Node, profile: ChainProfile) -> Iterator[str]:
    x, y = _at(node)
    known = profile.labels.get(node.address)
    name = short(node.address) if known is None else known.name[:MAX_NAME]
    yield f'<circle cx="{x}" cy="{y}" r="{_radius(node)}" fill="{_COLOURS[node.role]}"/>'
    yield f'<text x="{x}" y="{y + _radius(node) + 17}">{escape(name)}</text>'


def _radius(node: Node) -> int:
    return _RADII.get(node.role, _RADIUS)


def _at(node: Node) -> tuple[int, int]:
    half = SIZE / 2 - _MARGIN
    return round(SIZE / 2 + node.x * half / 1000), round(SIZE / 2 + node.y * half / 1000)
