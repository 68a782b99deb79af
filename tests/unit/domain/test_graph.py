"""A graph shows who matters, nobody twice, and is the same picture for the same facts."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.chain.scenes import address
from walletwatch.bot.graph_svg import SIZE, render_svg
from walletwatch.domain.graph import INNER, MAX_BEYOND, MAX_CONTACTS, OUTER, Edge, NodeRole, draw
from walletwatch.domain.inspection.funding import Funding, FundingChain, FundingEnd
from walletwatch.domain.inspection.network import Bond, Contact, Group, Link, Listed, Network
from walletwatch.domain.profile import PROFILES, KnownAddress, Role
from walletwatch.domain.risk import Unknown, UnknownReason

PEOPLE = [address(f"person {number}") for number in range(30)]
ME, FRIEND, FUNDER, BANK, VILLAIN = PEOPLE[:5]
PROFILE = PROFILES["x1-mainnet"]


def contact(who: str, received: int = 0, sent: int = 0) -> Contact:
    return Contact(who, received, sent, 0, 0, "signature", 5)


def hop(wallet: str, funder: str) -> Funding:
    return Funding(wallet, funder, 10**9, "signature", 5, None)


NETWORK = Network(
    ME,
    (contact(FRIEND, 2 * 10**9, 10**9), contact(FUNDER, 10**9)),
    (Link(FRIEND, contact(VILLAIN, sent=5 * 10**8)), Link(FRIEND, contact(PEOPLE[9], sent=9))),
    (Group(Bond.FUNDED_ALIKE, FUNDER, (ME, FRIEND), (1, 1), (), ("s",), 5),),
    None,
    complete=True,
)
CHAIN = FundingChain(ME, (hop(ME, FUNDER), hop(FUNDER, BANK)), FundingEnd.FAR_ENOUGH)


def test_contacts_funders_and_the_listed_behind_them_are_shown_with_amounts() -> None:
    graph = draw(NETWORK, CHAIN, Listed({VILLAIN: "list"}))
    roles = {node.address: node.role for node in graph.nodes}
    assert roles == {
        ME: NodeRole.CENTRE, FUNDER: NodeRole.FUNDER, FRIEND: NodeRole.ALLY, BANK: NodeRole.FUNDER,
        VILLAIN: NodeRole.LISTED,
    }  # fmt: skip
    assert set(graph.edges) == {
        Edge(ME, FRIEND, 10**9), Edge(FRIEND, ME, 2 * 10**9), Edge(FUNDER, ME, 10**9),
        Edge(BANK, FUNDER, 10**9), Edge(FRIEND, VILLAIN, 5 * 10**8),
    }  # fmt: skip
    assert graph == draw(NETWORK, CHAIN, Listed({VILLAIN: "list"}))


def test_what_is_unknown_is_not_drawn() -> None:
    blind = replace(NETWORK, links=Unknown(UnknownReason.UNAVAILABLE))
    assert {node.address for node in draw(blind, None, None).nodes} == {ME, FRIEND, FUNDER}


def test_whoever_is_on_a_list_is_shown_before_those_with_more_money() -> None:
    crowd = tuple(contact(who, 10**9 - number) for number, who in enumerate(PEOPLE[1:]))
    graph = draw(Network(ME, crowd, (), (), None, complete=True), None, Listed({PEOPLE[29]: "list"}))
    assert [node.address for node in graph.nodes][:3] == [ME, PEOPLE[29], PEOPLE[1]]
    assert len(graph.nodes) == 1 + MAX_CONTACTS


people = st.sampled_from(PEOPLE)
contacts = st.builds(contact, people, st.integers(0, 2**63), st.integers(0, 2**63))


@given(
    st.lists(contacts, max_size=25, unique_by=lambda each: each.address),
    st.lists(st.builds(Link, people, contacts), max_size=40),
    st.lists(people, max_size=4),
    st.sets(people),
)
def test_any_network_can_be_drawn_within_its_bounds(
    others: list[Contact], links: list[Link], funders: list[str], listed: set[str]
) -> None:
    hops = tuple(hop(*pair) for pair in zip([ME, *funders], funders, strict=False))
    network = Network(ME, tuple(others), tuple(links), (), None, complete=True)
    graph = draw(network, FundingChain(ME, hops, FundingEnd.CYCLE), Listed(dict.fromkeys(listed, "list")))
    shown = [node.address for node in graph.nodes]
    assert shown[0] == ME
    assert len(set(shown)) == len(shown) <= 1 + MAX_CONTACTS + MAX_BEYOND
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= set(shown)
    for node in graph.nodes[1:]:
        distance = (node.x**2 + node.y**2) ** 0.5
        assert min(abs(distance - INNER), abs(distance - OUTER)) < 2
    picture = render_svg(graph, PROFILE)
    assert len(picture) < 40_000
    assert len(list(ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}circle"))) == len(shown)


def test_names_are_escaped_and_everything_is_in_the_picture() -> None:
    hostile = replace(PROFILE, labels={FUNDER: KnownAddress("<script>&\"'", Role.EXCHANGE)})
    picture = render_svg(draw(NETWORK, CHAIN, Listed({VILLAIN: "list"})), hostile)
    root = ET.fromstring(picture)
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "<script>&\"'" in texts
    assert {"2 XNT", "1 XNT", "0.5 XNT"} <= texts
    for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
        assert 50 < int(circle.attrib["cx"]) < SIZE - 50
        assert 50 < int(circle.attrib["cy"]) < SIZE - 50
