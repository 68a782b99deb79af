"""The graph around a wallet: bounded, connected, and honest about what it lacks."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.connections import (
    MAX_BEYOND,
    MAX_CONTACTS,
    Connections,
    Edge,
    Node,
    Tie,
    connections_of,
)
from walletwatch.domain.inspection.funding import Funding, FundingChain, FundingEnd
from walletwatch.domain.inspection.network import Bond, Contact, Group, Link, Listed, Network
from walletwatch.domain.risk import Unknown, UnknownReason

ME, FRIEND, FUNDER, BANK, VILLAIN = "me", "friend", "funder", "bank", "villain"


def contact(
    address: str, received: int = 0, sent: int = 0, tokens_in: int = 0, tokens_out: int = 0
) -> Contact:
    return Contact(address, received, sent, tokens_in, tokens_out, f"with {address}", 5)


NETWORK = Network(ME, (contact(FRIEND, 5, 7, tokens_out=2),), (), (), None, complete=True)
FUNDED = FundingChain(
    ME,
    (Funding(ME, FUNDER, 9, "first", 1, None), Funding(FUNDER, BANK, 90, "before", 0, None)),
    FundingEnd.FAR_ENOUGH,
)


def graph(*facts: object) -> Connections:
    return connections_of(ME, {type(each): each for each in facts})


def test_dealings_go_in_both_directions_with_their_amounts() -> None:
    found = graph(NETWORK, Listed({}))
    assert found.nodes == (Node(ME, 0, None), Node(FRIEND, 1, None))
    assert found.edges == (
        Edge(Tie.PAID, ME, FRIEND, 7, 2, (), "with friend", 5),
        Edge(Tie.PAID, FRIEND, ME, 5, 0, (), "with friend", 5),
    )
    assert (found.left_out, found.complete, found.unknown) == (0, True, None)


def test_the_first_money_is_a_chain_away_from_the_wallet() -> None:
    found = graph(NETWORK, FUNDED)
    assert [(each.source, each.target, each.lamports) for each in found.of(Tie.FUNDED)] == [
        (BANK, FUNDER, 90),
        (FUNDER, ME, 9),
    ]
    assert {node.address: node.distance for node in found.nodes} == {ME: 0, FRIEND: 1, FUNDER: 1, BANK: 2}


def test_whoever_is_warned_of_comes_first_and_is_marked() -> None:
    many = tuple(contact(f"c{number:03}", 1000 - number) for number in range(30))
    network = replace(NETWORK, contacts=(*many, contact(VILLAIN, 1)))
    found = graph(network, Listed({VILLAIN: "a list"}))
    assert Node(VILLAIN, 1, "a list") in found.nodes
    assert (len(found.nodes), found.left_out) == (MAX_CONTACTS + 1, 31 - MAX_CONTACTS)


def test_those_around_deal_with_each_other() -> None:
    links = (
        Link(FRIEND, contact(FUNDER, received=3)),
        Link(FUNDER, contact(FRIEND, sent=3)),
        Link(FRIEND, contact("stranger", sent=9)),
        Link(FRIEND, contact(VILLAIN, sent=4)),
    )
    found = graph(replace(NETWORK, links=links), FUNDED, Listed({VILLAIN: "a list"}))
    others = [(each.source, each.target, each.lamports) for each in found.of(Tie.PAID)
              if ME not in {each.source, each.target}]  # fmt: skip
    assert others == [(FRIEND, VILLAIN, 4), (FUNDER, FRIEND, 3)]
    assert Node(VILLAIN, 2, "a list") in found.nodes
    assert "stranger" not in {node.address for node in found.nodes}


def test_groups_are_edges_of_their_own_kind() -> None:
    funded = Group(Bond.FUNDED_ALIKE, FUNDER, ("a", "b", ME), (10, 11), (), ("s",), 4)
    paid = Group(Bond.PAID_ALIKE, ME, ("c", "d", "e"), (3, 3), (), ("t",), 5)
    traded = Group(Bond.TRADED_ALIKE, None, ("f", ME), (0, 0), ("coin", "other"), ("u", "v"), 6)
    found = graph(replace(NETWORK, groups=(funded, paid, traded)))
    assert {(each.source, each.target, each.lamports) for each in found.of(Tie.FUNDED_ALIKE)} == {
        (FUNDER, "a", 10), (FUNDER, "b", 10), (FUNDER, ME, 10),
    }  # fmt: skip
    assert {each.target for each in found.of(Tie.PAID_ALIKE)} == {"c", "d", "e"}
    assert found.of(Tie.TRADED_ALIKE) == (Edge(Tie.TRADED_ALIKE, ME, "f", 0, 0, ("coin", "other"), "v", 6),)
    assert {node.distance for node in found.nodes if node.address in {"a", "b"}} == {2}


def test_what_could_not_be_read_is_said() -> None:
    lost = connections_of(
        ME, {Network: Unknown(UnknownReason.REFUSED), Listed: Unknown(UnknownReason.REFUSED)}
    )
    assert (lost.nodes, lost.edges, lost.unknown) == ((Node(ME, 0, None),), (), UnknownReason.REFUSED)
    assert connections_of(ME, {}).unknown is UnknownReason.UNAVAILABLE
    partly = graph(replace(NETWORK, complete=False))
    assert (partly.complete, partly.unknown) == (False, UnknownReason.TOO_MUCH)
    assert graph(replace(NETWORK, links=Unknown(UnknownReason.REFUSED))).unknown is UnknownReason.REFUSED


names = st.sampled_from([ME, FUNDER, *(f"c{number}" for number in range(30))])
amounts = st.integers(0, 3)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    others = draw(st.lists(names.filter(lambda name: name != ME), unique=True, max_size=25))
    made = [contact(name, *(draw(amounts) for _ in range(4))) for name in others]
    links = draw(st.lists(st.tuples(names, names, amounts), max_size=30))
    hubs = draw(st.lists(st.tuples(names, st.lists(names, unique=True, min_size=1, max_size=20)), max_size=6))
    return Network(
        ME,
        tuple(made),
        tuple(Link(source, contact(target, sent=sent)) for source, target, sent in links if source != target),
        tuple(
            Group(
                bond,
                None if bond is Bond.TRADED_ALIKE else hub,
                tuple(sorted({*members, ME})),
                (1, 1),
                (),
                ("s",),
                1,
            )
            for (hub, members), bond in zip(hubs, [*Bond] * 2, strict=False)
        ),
        None,
        complete=True,
    )


@given(networks(), st.booleans())
def test_every_edge_joins_two_nodes_and_every_node_is_reached(network: Network, funded: bool) -> None:
    found = graph(network, *([FUNDED] if funded else []), Listed({"c7": "a list"}))
    addresses = [node.address for node in found.nodes]
    assert addresses[0] == ME
    assert len(addresses) == len(set(addresses)) <= 80
    assert {end for edge in found.edges for end in (edge.source, edge.target)} <= set(addresses)
    distance = {node.address: node.distance for node in found.nodes}
    for edge in found.edges:
        assert abs(distance[edge.source] - distance[edge.target]) <= 1
    assert [node.distance for node in found.nodes] == sorted(distance.values())
    between = [edge for edge in found.of(Tie.PAID) if ME not in {edge.source, edge.target}]
    assert len(between) <= MAX_BEYOND
