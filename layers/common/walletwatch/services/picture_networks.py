"""Pictures of whom a wallet dealt with."""

from collections.abc import Mapping
from typing import Final

from walletwatch.domain.addresses import shortened
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.inspection.network import Contact, Network
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.pictures import (
    MAX_NODES,
    DrawRequest,
    Edge,
    NetworkChart,
    Node,
    NothingToDraw,
)
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.media import Surroundings
from walletwatch.ports.watching import SubscriptionStore

MAX_CONTACTS: Final = 7
MAX_PER_CONTACT: Final = 3


class PictureNetworks:
    """Chooses whom to show around a wallet."""

    def __init__(
        self, subscriptions: SubscriptionStore, surroundings: Surroundings, profile: ChainProfile
    ) -> None:
        self._subscriptions = subscriptions
        self._surroundings = surroundings
        self._profile = profile

    async def network(self, request: DrawRequest) -> NetworkChart:
        """A wallet, its contacts, and some of theirs; a person's own labels are shown."""
        if request.address is None:
            raise NothingToDraw("gone")
        network, listed = await self._surroundings(request.address)
        if isinstance(network, Unknown):
            if network.reason is UnknownReason.UNAVAILABLE:
                raise ChainUnavailable("the history of the wallet could not be read")
            raise NothingToDraw("unknown")
        if not network.contacts:
            raise NothingToDraw("empty")
        watched = await self._subscriptions.subscriptions(request.chat_id)
        labels = {each.address: each.label for each in watched if each.label}
        warned = frozenset() if isinstance(listed, Unknown) else frozenset(listed.sources)
        return self._around(network, labels, warned)

    def _around(self, network: Network, labels: Mapping[str, str], warned: frozenset[str]) -> NetworkChart:
        near = sorted(network.contacts, key=_weight, reverse=True)
        # Whom people were warned of is worth a place, however little was moved.
        near = sorted(near, key=lambda contact: contact.address not in warned)[:MAX_CONTACTS]
        shown = {network.wallet, *(contact.address for contact in near)}
        edges = [edge for contact in near for edge in _edges(network.wallet, contact)]
        links = () if isinstance(network.links, Unknown) else network.links
        counts: dict[str, int] = {}
        beyond: list[str] = []
        for link in sorted(links, key=lambda link: _weight(link.beyond), reverse=True):
            other, contact = link.beyond.address, link.contact
            if contact not in shown or other == network.wallet or counts.get(contact, 0) >= MAX_PER_CONTACT:
                continue
            if other not in shown:
                if len(shown) >= MAX_NODES:
                    continue
                shown.add(other)
                beyond.append(other)
            counts[contact] = counts.get(contact, 0) + 1
            edges += _edges(contact, link.beyond)
        grouped = {member for group in network.groups for member in group.members}
        nodes = [
            Node(
                address,
                self._named(address, labels),
                listed=address in warned,
                grouped=address in grouped and address != network.wallet,
            )
            for address in (network.wallet, *(contact.address for contact in near), *beyond)
        ]
        everybody = {contact.address for contact in network.contacts} | {
            link.beyond.address for link in links
        }
        return NetworkChart(
            self._profile.native_symbol,
            tuple(nodes),
            tuple(dict.fromkeys(edges)),
            hidden=len(everybody - shown),
            complete=network.complete,
        )

    def _named(self, address: str, labels: Mapping[str, str]) -> str:
        known = self._profile.labels.get(address)
        return labels.get(address) or (known.name if known else shortened(address))


def _weight(contact: Contact) -> tuple[int, int]:
    return contact.received + contact.sent, contact.movements_of_tokens


def _edges(centre: str, contact: Contact) -> list[Edge]:
    """Arrows between somebody and a contact of theirs: one for each direction in which something went."""
    found = []
    if contact.received or contact.tokens_in:
        found.append(Edge(contact.address, centre, to_decimal(contact.received, NATIVE_DECIMALS)))
    if contact.sent or contact.tokens_out:
        found.append(Edge(centre, contact.address, to_decimal(contact.sent, NATIVE_DECIMALS)))
    return found
