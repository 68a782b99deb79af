"""The people around a wallet, read in two calls: one for all histories, one for what is needed of them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.chain.decoding import interpret
from walletwatch.chain.inspection.contacts import contacts_of, payments_of, trades_of
from walletwatch.chain.inspection.funding import activities_of, hop_of
from walletwatch.chain.inspection.histories import (
    History,
    Page,
    history_of,
    read_page,
    read_transactions,
    was_empty,
)
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.activities import Activity
from walletwatch.domain.clustering import Payment, Trade, paid_alike, trade_alike
from walletwatch.domain.inspection.funding import Funding, FundingEnd
from walletwatch.domain.inspection.network import Bond, Contact, Group, Link, Network
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.chain import Chain

NEAREST: Final = 5
"""Contacts whose own dealings are looked at."""
OF_A_CONTACT: Final = 4
"""Transactions of each of them, the newest."""
FIRST_OF_FUNDER: Final = 2
AROUND_FUNDING: Final = 17
"""Transactions of the funder around the one that funded the wallet."""
YOUNG_TOKENS: Final = 3
OF_A_TOKEN: Final = 6
YOUNG_SLOTS: Final = 216_000
"""A day of slots of 0.4 s."""
SAME_MINUTE_SLOTS: Final = 150
MAX_LINKS: Final = 100
MAX_GROUPS: Final = 10
MAX_MEMBERS: Final = 50
MAX_SIGNATURES: Final = 5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was read around a wallet.

    Attributes:
        second: The funding of its funder, for whoever follows it further.
    """

    network: Network
    second: Funding | FundingEnd | Unknown | None


async def read_surroundings(
    chain: Chain,
    profile: ChainProfile,
    wallet: str,
    activities: Sequence[Activity],
    *,
    whole: bool,
    funding: Funding | None,
) -> Surroundings:
    """Whom a wallet deals with, and who acts together with it.

    Args:
        chain: Where to look.
        profile: Its labels are no people, and its tokens are traded by everybody.
        wallet: The one looked at.
        activities: Its own, in any order.
        whole: Whether these are all.
        funding: Its first money, where that is known.
    """
    contacts = contacts_of(wallet, activities)
    funder = None if funding is None or funding.funder in profile.labels else funding.funder
    people = [each.address for each in contacts if each.address not in {funder, *profile.labels}][:NEAREST]
    trades = _newest_tokens(trades_of(activities), profile.tokens)
    asked = [*([funder] if funder else []), *people, *trades]
    read = await asyncio.gather(*(read_page(chain, address) for address in asked))
    pages = dict(zip(asked, read, strict=True))
    wanted = [
        *(_of_funder(pages[funder], funding) if funder and funding else []),
        *(signature for person in people for signature in _of_contact(pages[person])),
        *(signature for token in trades for signature in _of_token(pages[token], trades[token])),
    ]
    transactions = await read_transactions(chain, wanted)
    second: Funding | FundingEnd | Unknown | None = None
    if funder is not None:
        second = hop_of(_history(funder, pages[funder], transactions), funder)
    network = Network(
        wallet,
        contacts,
        _links(wallet, [*([funder] if funder else []), *people], pages, transactions),
        _groups(wallet, activities, funder, trades, transactions),
        _unseen(funder, trades, pages, transactions),
        complete=whole,
    )
    return Surroundings(network, second)


def _newest_tokens(trades: Iterable[Trade], listed: Collection[str]) -> Mapping[str, Sequence[Trade]]:
    """The wallet's trades of the tokens that it traded last, without those that are well known."""
    found: dict[str, list[Trade]] = {}
    for trade in sorted(trades, key=lambda each: (each.slot, each.signature), reverse=True):
        if trade.token not in listed and (trade.token in found or len(found) < YOUNG_TOKENS):
            found.setdefault(trade.token, []).append(trade)
    return found


def _of_funder(page: Page | Unknown, funding: Funding) -> Sequence[str]:
    """The funder's first transactions, and those around the one that funded the wallet."""
    # Whoever has more than one page pays out for a business, and its customers are no group.
    if isinstance(page, Unknown) or not page.whole:
        return ()
    near = sorted(page.signatures, key=lambda info: (abs(info.slot - funding.slot), info.signature))
    first = page.signatures[:FIRST_OF_FUNDER]
    return list(dict.fromkeys(info.signature for info in (*first, *near[:AROUND_FUNDING])))


def _of_contact(page: Page | Unknown) -> Sequence[str]:
    """The newest transactions; none of somebody with so many that it is a service, and no acquaintance."""
    if isinstance(page, Unknown) or not page.whole:
        return ()
    return [info.signature for info in page.signatures[-OF_A_CONTACT:]]


def _of_token(page: Page | Unknown, trades: Sequence[Trade]) -> Sequence[str]:
    """What others did with a young token around the wallet's trades of it."""
    if isinstance(page, Unknown) or not page.whole or not page.signatures:
        return ()
    born = page.signatures[0].slot
    young = [trade for trade in trades if trade.slot - born <= YOUNG_SLOTS]
    own = {trade.signature for trade in trades}
    distances = [
        (min(abs(info.slot - trade.slot) for trade in young), info.signature)
        for info in page.signatures
        if young and info.signature not in own
    ]
    near = sorted(each for each in distances if each[0] <= SAME_MINUTE_SLOTS)
    return [signature for _, signature in near[:OF_A_TOKEN]]


def _history(
    wallet: str, page: Page | Unknown, transactions: Mapping[str, Transaction] | Unknown
) -> History | Unknown:
    if isinstance(page, Unknown):
        return page
    return transactions if isinstance(transactions, Unknown) else history_of(wallet, page, transactions)


def _links(
    wallet: str,
    people: Sequence[str],
    pages: Mapping[str, Page | Unknown],
    transactions: Mapping[str, Transaction] | Unknown,
) -> tuple[Link, ...] | Unknown:
    found: list[Link] = []
    for person in people:
        history = _history(person, pages[person], transactions)
        if isinstance(history, Unknown):
            return history
        if history.whole:
            others = contacts_of(person, activities_of(history))
            found += [Link(person, other) for other in others if other.address != wallet]
    return tuple(found[:MAX_LINKS])


def _groups(
    wallet: str,
    activities: Sequence[Activity],
    funder: str | None,
    trades: Mapping[str, Sequence[Trade]],
    transactions: Mapping[str, Transaction] | Unknown,
) -> tuple[Group, ...]:
    found = [_paid(Bond.PAID_ALIKE, group) for group in paid_alike(payments_of(wallet, activities))]
    if isinstance(transactions, Unknown):
        return tuple(found[:MAX_GROUPS])
    if funder is not None:
        siblings = [group for group in paid_alike(_first_payments(funder, transactions))
                    if any(payment.target == wallet for payment in group)]  # fmt: skip
        found += [_paid(Bond.FUNDED_ALIKE, group) for group in siblings]
    others = [trade for each in transactions.values() for trade in _swaps(each) if trade.token in trades]
    found += _traded(wallet, trade_alike((each for own in trades.values() for each in own), others))
    return tuple(found[:MAX_GROUPS])


def _unseen(
    funder: str | None,
    trades: Mapping[str, Sequence[Trade]],
    pages: Mapping[str, Page | Unknown],
    transactions: Mapping[str, Transaction] | Unknown,
) -> UnknownReason | None:
    """Why groups may have been missed."""
    for page in (pages[each] for each in (funder, *trades) if each is not None):
        if isinstance(page, Unknown):
            return page.reason
    if isinstance(transactions, Unknown):
        return transactions.reason
    hot = any(_may_be_young(pages[token], own) for token, own in trades.items())
    return UnknownReason.TOO_MUCH if hot else None


def _may_be_young(page: Page | Unknown, trades: Sequence[Trade]) -> bool:
    """Whether a token was traded so much that nobody sees how young it was when the wallet traded it."""
    if isinstance(page, Unknown) or page.whole or not page.signatures:
        return False
    return any(trade.slot - page.signatures[0].slot <= YOUNG_SLOTS for trade in trades)


def _first_payments(funder: str, transactions: Mapping[str, Transaction]) -> Sequence[Payment]:
    """What a funder paid to wallets that did not exist before."""
    found: list[Payment] = []
    for transaction in transactions.values():
        activity = interpret(transaction, funder)
        if activity is not None:
            paid = payments_of(funder, [activity])
            found += [payment for payment in paid if was_empty(transaction, payment.target)]
    return found


def _swaps(transaction: Transaction) -> Sequence[Trade]:
    activity = interpret(transaction, transaction.fee_payer)
    return trades_of([activity]) if activity is not None else ()


def _paid(bond: Bond, payments: Sequence[Payment]) -> Group:
    amounts = [payment.lamports for payment in payments]
    members = sorted({payment.target for payment in payments})
    signatures = dict.fromkeys(payment.signature for payment in payments)
    return Group(
        bond,
        payments[0].source,
        tuple(members[:MAX_MEMBERS]),
        (min(amounts), max(amounts)),
        (),
        tuple(signatures)[:MAX_SIGNATURES],
        max(payment.slot for payment in payments),
    )


def _traded(wallet: str, alike: Mapping[str, Sequence[Trade]]) -> Sequence[Group]:
    """One group for all who traded the same tokens as the wallet."""
    if not alike:
        return ()
    trades = sorted(trade for each in alike.values() for trade in each)
    members = tuple(sorted([wallet, *alike]))[:MAX_MEMBERS]
    tokens = tuple(dict.fromkeys(trade.token for trade in trades))
    signatures = tuple(dict.fromkeys(trade.signature for trade in trades))[:MAX_SIGNATURES]
    slot = max(trade.slot for trade in trades)
    return [Group(Bond.TRADED_ALIKE, None, members, (0, 0), tokens, signatures, slot)]


def around(network: Network) -> Sequence[str]:
    """Every address of a network, for a look at the lists."""
    people: list[Contact] = list(network.contacts)
    if not isinstance(network.links, Unknown):
        people += [link.beyond for link in network.links]
    return list(dict.fromkeys(each.address for each in people))
