"""An account's history as far as a scan reads it: one page of signatures, and a selection of transactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, MalformedTransaction
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.chain import Chain

PAGE: Final = 1000
"""Signatures that `getSignaturesForAddress` gives at once."""


@dataclass(frozen=True, slots=True)
class Page:
    """The newest transactions that mention an account.

    Attributes:
        signatures: Of those that succeeded, the oldest first.
        whole: Whether there are no older ones, as far as the node knows.
    """

    signatures: tuple[SignatureInfo, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class History:
    """What was read of a wallet's history.

    Attributes:
        transactions: The oldest first.
        whole: Whether all of its signatures were seen that the node has.
        from_beginning: Whether the first of them is the wallet's first one ever.
        complete: Whether none that succeeded is left out.
    """

    wallet: str
    transactions: tuple[Transaction, ...]
    whole: bool
    from_beginning: bool
    complete: bool


async def read_page(chain: Chain, address: str, *, pages: int = 1) -> Page | Unknown:
    """The newest transactions of an account.

    Args:
        chain: Where to look.
        address: Any account.
        pages: Of 1,000 signatures; each is a call.
    """
    try:
        found = await chain.past(address, not_before=0, limit=pages * PAGE)
    except (ChainUnavailable, ChainRefused) as error:
        return unknown(error)
    succeeded = tuple(info for info in reversed(found) if not info.failed)
    return Page(succeeded, whole=len(found) < pages * PAGE)


async def read_transactions(chain: Chain, signatures: Sequence[str]) -> Mapping[str, Transaction] | Unknown:
    """Transactions by signature, in the order asked for."""
    if not signatures:
        return {}
    try:
        results = await chain.transactions(list(dict.fromkeys(signatures)))
    except (ChainUnavailable, ChainRefused) as error:
        return unknown(error)
    return parse_all(results)


def parse_all(results: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Transaction] | Unknown:
    """The results of `getTransaction` in the decoder's model."""
    try:
        return {signature: parse_transaction(result) for signature, result in results.items()}
    except MalformedTransaction:
        return Unknown(UnknownReason.UNREADABLE)


def ends(page: Page, count: int) -> Sequence[str]:
    """The oldest and the newest signatures of a page, so many in all, the oldest first."""
    infos = page.signatures
    if len(infos) > count:
        oldest = count // 2
        infos = (*infos[:oldest], *infos[len(infos) - (count - oldest) :])
    return [info.signature for info in infos]


def history_of(wallet: str, page: Page, transactions: Mapping[str, Transaction]) -> History:
    """The part of a wallet's history that was read.

    Args:
        wallet: Whose page it is.
        page: Of its signatures.
        transactions: Those that were read, of this wallet or others.
    """
    read = tuple(transactions[info.signature] for info in page.signatures if info.signature in transactions)
    first = transactions.get(page.signatures[0].signature) if page.signatures else None
    began = page.whole and first is not None and was_empty(first, wallet)
    complete = len(read) == len(page.signatures)
    return History(wallet, read, page.whole, from_beginning=began, complete=began and complete)


def was_empty(transaction: Transaction, wallet: str) -> bool:
    """Whether an account did not exist before a transaction.

    A node that has forgotten older transactions shows a first one that finds money there already.
    """
    balances = zip(transaction.accounts, transaction.before, strict=True)
    return any(account == wallet and not before for account, before in balances)


async def read_history(chain: Chain, wallet: str, *, count: int) -> History | Unknown:
    """A wallet's oldest and newest transactions, in two calls.

    Args:
        chain: Where to look.
        wallet: Whose.
        count: Transactions at most.
    """
    page = await read_page(chain, wallet)
    if isinstance(page, Unknown):
        return page
    transactions = await read_transactions(chain, ends(page, count))
    return transactions if isinstance(transactions, Unknown) else history_of(wallet, page, transactions)
