"""With whom a wallet is connected, as a short list with amounts."""

from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.bot.formatting import Amounts, series
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.scan import PAGE_SEPARATOR
from walletwatch.domain.connections import Connections, Edge, Node, Tie
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import UnknownReason
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.work import RenderedMessage

_GROUPS: Final = (Tie.FUNDED_ALIKE, Tie.PAID_ALIKE, Tie.TRADED_ALIKE)


class ConnectionsView:
    """Renders for one chain profile."""

    def __init__(self, profile: ChainProfile) -> None:
        self._profile = profile
        self._amounts = Amounts(profile)

    def connections(self, report: ScanReport, found: Connections, say: Texts) -> RenderedMessage:
        """Where its money came from, whom it deals with, and who acts together with it."""
        nodes = {node.address: node for node in found.nodes}
        lines: list[Html] = [
            say("scan.wallet_title", address=report.subject),
            say("risk.connections.title"),
            *self._funding(found, nodes, say),
            *self._contacts(found, nodes, say),
            *(line for tie in _GROUPS for line in self._groups(found.of(tie), nodes, say)),
            *self._between(found, say),
            *_limits(found, say),
        ]
        details = button(say("button.back"), Action.SCAN_DETAILS, f"{report.subject}{PAGE_SEPARATOR}0")
        return RenderedMessage(join_lines(lines), ((details,),))

    def _funding(self, found: Connections, nodes: Mapping[str, Node], say: Texts) -> Sequence[Html]:
        hops = {edge.target: edge for edge in found.of(Tie.FUNDED)}
        lines, at = [], found.subject
        while (edge := hops.pop(at, None)) is not None:
            other, amount = self._other(nodes[edge.source], say), self._amounts.native(edge.lamports, say)
            lines.append(say("risk.connections.funded", target=at, amount=amount, other=other))
            at = edge.source
        return lines

    def _contacts(self, found: Connections, nodes: Mapping[str, Node], say: Texts) -> Sequence[Html]:
        own: dict[str, list[Edge]] = {}
        for edge in found.of(Tie.PAID):
            if found.subject in {edge.source, edge.target}:
                own.setdefault(edge.target if edge.source == found.subject else edge.source, []).append(edge)
        lines = [
            say(
                "risk.connections.contact",
                other=self._other(nodes[address], say),
                dealings=series(
                    (
                        self._dealing("sent" if edge.source == found.subject else "received", edge, say)
                        for edge in edges
                    ),
                    say,
                ),
            )
            for address, edges in own.items()
        ]
        if found.left_out:
            lines.append(say("risk.connections.left_out", left_out=found.left_out))
        if not lines and found.unknown is None:
            lines.append(say("risk.connections.nobody"))
        return [Html(""), *lines] if lines else []

    def _groups(self, edges: Sequence[Edge], nodes: Mapping[str, Node], say: Texts) -> Sequence[Html]:
        groups: dict[tuple[str, str], list[Edge]] = {}
        for edge in edges:
            groups.setdefault((edge.source, edge.signature), []).append(edge)
        lines: list[Html] = []
        for members in groups.values():
            first = members[0]
            lines += [
                Html(""),
                say(
                    f"risk.connections.{first.tie}",
                    other=self._other(nodes[first.source], say),
                    amount=self._amounts.native(first.lamports, say),
                    count=len(first.tokens),
                ),
                *(
                    say("risk.connections.member", other=self._other(nodes[each.target], say))
                    for each in members
                ),
            ]
        return lines

    def _between(self, found: Connections, say: Texts) -> Sequence[Html]:
        others = [edge for edge in found.of(Tie.PAID) if found.subject not in {edge.source, edge.target}]
        if not others:
            return []
        return [
            Html(""),
            say("risk.connections.between"),
            *(
                say(
                    "risk.connections.link",
                    source=edge.source,
                    target=edge.target,
                    dealings=self._dealing("sent", edge, say),
                )
                for edge in others
            ),
        ]

    def _dealing(self, direction: str, edge: Edge, say: Texts) -> Html:
        amount = self._amounts.native(edge.lamports, say)
        if not edge.movements:
            return say(f"risk.connections.{direction}", amount=amount)
        if not edge.lamports:
            return say(f"risk.connections.{direction}_tokens", movements=edge.movements)
        return say(f"risk.connections.{direction}_and_tokens", amount=amount, movements=edge.movements)

    def _other(self, node: Node, say: Texts) -> Html:
        known = self._profile.labels.get(node.address)
        if known is None:
            other = say("risk.connections.nameless", address=node.address)
        else:
            other = say("risk.connections.named", address=node.address, name=known.name)
        if node.listed is None:
            return other
        return Html(f"{other} {say('risk.connections.warned', source=node.listed)}")


def _limits(found: Connections, say: Texts) -> Sequence[Html]:
    lines = []
    if found.unknown not in {None, UnknownReason.TOO_MUCH}:
        lines.append(say("risk.connections.unknown", reason=say(f"risk.unknown.{found.unknown}")))
    if found.unknown is UnknownReason.TOO_MUCH:
        lines.append(say("risk.connections.newest_only"))
    return [Html(""), *lines] if lines else []
