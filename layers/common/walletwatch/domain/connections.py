"""Whom a wallet is connected with, as a graph that is small enough to be read, or drawn."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from walletwatch.domain.inspection.funding import FundingChain
from walletwatch.domain.inspection.network import Bond, Contact, Group, Listed, Network
from walletwatch.domain.risk import Facts, Unknown, UnknownReason

MAX_CONTACTS: Final = 10
MAX_MEMBERS: Final = 8
"""Of each group."""
MAX_GROUPS: Final = 4
MAX_BEYOND: Final = 8


class Tie(StrEnum):
    """What connects two wallets."""

    PAID = "paid"
    """The source gave to the target, over all that was read."""
    FUNDED = "funded"
    """The target's first money came from the source."""
    FUNDED_ALIKE = "funded_alike"
    """The source gave the same to the target as to the subject, when both were new."""
    PAID_ALIKE = "paid_alike"
    """The source, which is the subject, paid the target the same as others."""
    TRADED_ALIKE = "traded_alike"
    """Both traded the same young tokens in the same minutes; without a direction."""


@dataclass(frozen=True, slots=True)
class Node:
    """A wallet.

    Attributes:
        distance: Steps from the subject, which is at 0.
        listed: The list that warns of it; None where none does, or where the lists could not be asked.
    """

    address: str
    distance: int
    listed: str | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection of two of the nodes.

    Attributes:
        lamports: In this direction; 0 where none is known of.
        movements: Of tokens, in this direction.
        tokens: That both traded.
        signature: Of a transaction that shows it, the one of most lamports where several do.
        slot: Of that one.
    """

    tie: Tie
    source: str
    target: str
    lamports: int
    movements: int
    tokens: tuple[str, ...]
    signature: str
    slot: int


@dataclass(frozen=True, slots=True)
class Connections:
    """The graph around a wallet.

    Attributes:
        subject: The wallet.
        nodes: The subject first, then by distance; each address once.
        edges: Between addresses of `nodes` only; those of most lamports first within a tie.
        left_out: Contacts that were read, and are no nodes.
        complete: Whether all of the subject's history was read.
        unknown: Why there may be more than was read, or nothing at all; None where all was read.
    """

    subject: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int
    complete: bool
    unknown: UnknownReason | None

    def of(self, tie: Tie) -> tuple[Edge, ...]:
        """The edges of a kind."""
        return tuple(edge for edge in self.edges if edge.tie is tie)


def connections_of(subject: str, facts: Facts) -> Connections:
    """The graph, from `Network`, `FundingChain` and `Listed`, any of which may be unknown."""
    network, funding, listed = (facts.get(kind) for kind in (Network, FundingChain, Listed))
    sources = listed.sources if isinstance(listed, Listed) else {}
    if not isinstance(network, Network):
        reason = network.reason if isinstance(network, Unknown) else UnknownReason.UNAVAILABLE
        return Connections(subject, (Node(subject, 0, sources.get(subject)),), (), 0, False, reason)
    contacts = sorted(network.contacts, key=lambda each: each.address not in sources)[:MAX_CONTACTS]
    edges = [edge for contact in contacts for edge in _dealings(subject, contact)]
    edges += _funding(funding)
    for group in network.groups[:MAX_GROUPS]:
        edges += _group(subject, group)
    distances = _distances(subject, edges)
    edges += _beyond(network, sources, {*distances})
    distances = _distances(subject, edges)
    unseen = network.links.reason if isinstance(network.links, Unknown) else network.unseen
    return Connections(
        subject,
        tuple(
            Node(address, distance, sources.get(address))
            for address, distance in sorted(distances.items(), key=lambda each: (each[1], each[0]))
        ),
        tuple(sorted(edges, key=lambda each: (each.tie, -each.lamports, -each.movements, each.target))),
        len([each for each in network.contacts if each.address not in distances]),
        network.complete,
        unseen or (None if network.complete else UnknownReason.TOO_MUCH),
    )


def _dealings(of: str, contact: Contact) -> Iterator[Edge]:
    for source, target, lamports, movements in (
        (of, contact.address, contact.sent, contact.tokens_out),
        (contact.address, of, contact.received, contact.tokens_in),
    ):
        if lamports or movements:
            yield Edge(Tie.PAID, source, target, lamports, movements, (), contact.signature, contact.slot)


def _funding(funding: object) -> Iterator[Edge]:
    if isinstance(funding, FundingChain):
        for hop in funding.hops:
            yield Edge(Tie.FUNDED, hop.funder, hop.wallet, hop.lamports, 0, (), hop.signature, hop.slot)


def _group(subject: str, group: Group) -> Iterator[Edge]:
    source = subject if group.bond is Bond.TRADED_ALIKE or group.hub is None else group.hub
    members = [member for member in group.members if member not in {source, subject}]
    if source != subject:
        members.append(subject)
    # The subject stays among those that its funder paid, however many they are.
    for member in members[-MAX_MEMBERS:]:
        yield Edge(
            Tie(group.bond.value),
            source,
            member,
            group.lamports[0],
            0,
            group.tokens,
            group.signatures[-1],
            group.slot,
        )


def _beyond(network: Network, sources: Mapping[str, str], near: set[str]) -> Iterable[Edge]:
    """What those around deal with each other, and with whom people were warned of."""
    if isinstance(network.links, Unknown):
        return ()
    found = [
        edge
        for link in network.links
        if link.contact in near and (link.beyond.address in near or link.beyond.address in sources)
        for edge in _dealings(link.contact, link.beyond)
    ]
    # Two who deal with each other say so of both.
    once = {(edge.source, edge.target): edge for edge in found}
    ordered = sorted(once.values(), key=lambda each: (-each.lamports, -each.movements, each.target))
    return ordered[:MAX_BEYOND]


def _distances(subject: str, edges: Iterable[Edge]) -> dict[str, int]:
    neighbours: dict[str, set[str]] = {}
    for edge in edges:
        neighbours.setdefault(edge.source, set()).add(edge.target)
        neighbours.setdefault(edge.target, set()).add(edge.source)
    found, near = {subject: 0}, [subject]
    while near:
        beyond = dict.fromkeys(other for address in near for other in neighbours.get(address, ()))
        distance = found[near[0]] + 1
        near = [other for other in beyond if other not in found]
        found |= dict.fromkeys(near, distance)
    return found
