"""Whether a wallet deals with those whom people were warned of, itself or by way of one other."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.network import Contact, Listed, Network
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown, UnknownReason
from walletwatch.domain.rules import DUST_LAMPORTS
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5
"""Of each kind; more of the same say no more."""


def _look(network: Network, listed: Listed) -> Iterator[Finding]:
    direct = [contact for contact in network.contacts if contact.address in listed.sources]
    for contact in direct[:MAX_FINDINGS]:
        yield _direct(contact, listed.sources[contact.address])
    if isinstance(network.links, Unknown):
        raise CannotTell(network.links.reason)
    known = {contact.address for contact in direct}
    beyond = [link for link in network.links if link.beyond.address in listed.sources.keys() - known]
    for link in [each for each in beyond if _counts(each.beyond)][:MAX_FINDINGS]:
        other, source = link.beyond, listed.sources[link.beyond.address]
        evidence = _evidence(other, source)
        values: dict[str, str | int | Decimal] = {
            "contact": link.contact,
            "address": other.address,
            "source": source,
        }
        yield Finding("contact_listed_beyond", evidence, values)
    if not network.complete:
        raise CannotTell(UnknownReason.TOO_MUCH)


def _direct(contact: Contact, source: str) -> Finding:
    values: dict[str, str | int | Decimal] = {
        "address": contact.address,
        "source": source,
        "sent": to_decimal(contact.sent, NATIVE_DECIMALS),
        "received": to_decimal(contact.received, NATIVE_DECIMALS),
        "tokens": contact.movements_of_tokens,
    }
    evidence = _evidence(contact, source)
    if contact.sent >= DUST_LAMPORTS or contact.tokens_out:
        return Finding("contact_listed_paid", evidence, values)
    if contact.received >= DUST_LAMPORTS:
        return Finding("contact_listed_received", evidence, values)
    # Anybody can be sent crumbs, and tokens that nobody wants.
    return Finding("contact_listed_touched", evidence, values)


def _counts(contact: Contact) -> bool:
    return max(contact.sent, contact.received) >= DUST_LAMPORTS or contact.tokens_out > 0


def _evidence(contact: Contact, source: str) -> tuple[Evidence, ...]:
    return (
        Evidence(
            contact.signature,
            "lamports sent and received",
            f"{contact.sent} and {contact.received}",
            contact.slot,
        ),
        Evidence(contact.address, "list", source, None),
    )


CHECK = Check("contacts", (Network, Listed), _look)
