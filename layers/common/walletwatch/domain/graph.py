"""The people around a wallet as a small graph with places: the same facts always give the same picture.

The wallet is in the middle, those it deals with are on a circle around it, and whoever is only met through
one of these stands behind that one.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from walletwatch.domain.inspection.funding import FundingChain
from walletwatch.domain.inspection.network import Contact, Listed, Network
from walletwatch.domain.risk import Unknown

MAX_CONTACTS: Final = 10
MAX_BEYOND: Final = 10
INNER: Final = 550
OUTER: Final = 1000
"""Radius of the circles, in thousandths of half the picture."""
OUTER_PLACES: Final = 20
"""On the outer circle; so far apart that names do not overlap."""


class NodeRole(StrEnum):
    """What an address is to the wallet, the most important first."""

    CENTRE = "centre"
    LISTED = "listed"
    FUNDER = "funder"
    ALLY = "ally"
    """In one group with the wallet."""
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Node:
    """An address with its place.

    Attributes:
        x: From -1000 to 1000, to the right.
        y: The same, downwards.
    """

    address: str
    role: NodeRole
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Money that went from one to another.

    Attributes:
        lamports: 0 where only tokens moved.
    """

    source: str
    target: str
    lamports: int


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes, the middle one first, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(network: Network, funding: FundingChain | None, listed: Listed | None) -> Graph:
    """The most important people around a wallet.

    Args:
        network: Of the wallet.
        funding: Where it is known.
        listed: Those on lists, where the lists could be asked.
    """
    sources: Mapping[str, str] = listed.sources if listed else {}
    funders = funding.funders if funding else ()
    allies = frozenset(_allies(network))
    wallet = network.wallet

    def role(address: str) -> NodeRole:
        if address in sources:
            return NodeRole.LISTED
        if address in funders:
            return NodeRole.FUNDER
        return NodeRole.ALLY if address in allies else NodeRole.CONTACT

    # What weighs most comes in first; sorting keeps the order by amounts among equals.
    order = list(NodeRole)
    ranked = sorted(network.contacts, key=lambda each: order.index(role(each.address)))
    inner = [each for each in ranked if each.address != wallet][:MAX_CONTACTS]
    edges = [edge for contact in inner for edge in _edges(wallet, contact)]
    shown = {wallet, *(contact.address for contact in inner)}
    behind: dict[str, list[str]] = defaultdict(list)
    for before, other, found in _beyond(network, funding, sources, shown):
        if other not in shown and sum(map(len, behind.values())) < MAX_BEYOND and before in shown:
            behind[before].append(other)
            shown.add(other)
        if {before, other} <= shown:
            edges += found
    nodes = [Node(wallet, NodeRole.CENTRE, 0, 0)]
    angles = {contact.address: math.tau * at / len(inner) - math.pi / 2 for at, contact in enumerate(inner)}
    nodes += [_place(address, role(address), angle, INNER) for address, angle in angles.items()]
    nodes += [_place(address, role(address), *place) for address, place in _outside(behind, angles)]
    return Graph(tuple(nodes), tuple(dict.fromkeys(edges)))


def _allies(network: Network) -> Iterable[str]:
    own = (group for group in network.groups if network.wallet in group.members)
    return (member for group in own for member in group.members)


def _edges(wallet: str, contact: Contact) -> Sequence[Edge]:
    found = []
    if contact.sent or contact.tokens_out:
        found.append(Edge(wallet, contact.address, contact.sent))
    if contact.received or contact.tokens_in:
        found.append(Edge(contact.address, wallet, contact.received))
    return found


def _beyond(
    network: Network, funding: FundingChain | None, sources: Mapping[str, str], shown: set[str]
) -> Iterable[tuple[str, str, Sequence[Edge]]]:
    """Who stands behind whom: the trail of the first money, then those on lists; nobody without a contact."""
    reached = set(shown)
    for hop in funding.hops if funding else ():
        if hop.wallet in reached and hop.wallet != network.wallet:
            reached.add(hop.funder)
            yield hop.wallet, hop.funder, [Edge(hop.funder, hop.wallet, hop.lamports)]
    for link in () if isinstance(network.links, Unknown) else network.links:
        if link.beyond.address in sources and link.contact in shown - {network.wallet}:
            yield link.contact, link.beyond.address, _edges(link.contact, link.beyond)


def _outside(
    behind: Mapping[str, Sequence[str]], angles: Mapping[str, float]
) -> Iterable[tuple[str, tuple[float, int]]]:
    """Angle and radius of each that is met through another: the free place that is nearest to that one."""
    known = dict(angles)
    free = [math.tau * number / OUTER_PLACES - math.pi / 2 for number in range(OUTER_PLACES)]
    for before, others in behind.items():
        for other in others:
            known[other] = min(free, key=partial(_apart, known[before]))
            free.remove(known[other])
            yield other, (known[other], OUTER)


def _apart(one: float, other: float) -> float:
    """Radians between two angles; rounded, so that of two at the same distance the first is taken."""
    return round(abs(math.remainder(one - other, math.tau)), 6)


def _place(address: str, role: NodeRole, angle: float, radius: int) -> Node:
    return Node(address, role, round(radius * math.cos(angle)), round(radius * math.sin(angle)))
