"""Who made a token: the transaction that initialised its mint, or what its metadata say.

The first is what `getSignaturesForAddress` lists last. A token that is traded much has more signatures than a
scan reads; but its metadata account (Metaplex) is rarely touched, and was mostly made by the same hand.
"""

import asyncio
from typing import Final

from walletwatch.chain.decoding.registry import decode_instructions
from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.inspection.histories import Page, read_page, read_transactions
from walletwatch.chain.parsing.model import Transaction
from walletwatch.chain.tokens.metadata import metaplex_address, read_metaplex_makers
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.creator import OriginSource, TokenOrigin
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.programs import TOKEN_PROGRAMS
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.ports.chain import Chain

OLDEST: Final = 5
"""Anybody can send lamports to an address before it is a mint, so the first transaction need not be it."""
PAGES: Final = 2
_INITIALIZATIONS: Final = frozenset({"initializeMint", "initializeMint2"})


async def read_origin(
    chain: Chain, mint: str, *, state: MintState | Unknown | None = None
) -> TokenOrigin | Unknown:
    """Who made a token. Two calls, and up to three more where its mint has more than 1,000 transactions.

    Args:
        chain: Where to look.
        mint: The token.
        state: Of its mint account, where that was read: Token-2022 keeps metadata in it.
    """
    place = metaplex_address(mint)
    page, metadata_page = await asyncio.gather(read_page(chain, mint), read_page(chain, place))
    if isinstance(page, Unknown):
        return page
    if page.whole:
        found = await _from_page(chain, mint, page, OriginSource.CREATION)
    elif isinstance(metadata_page, Page) and metadata_page.whole and metadata_page.signatures:
        found = await _from_page(chain, mint, metadata_page, OriginSource.METADATA)
    else:
        longer = await read_page(chain, mint, pages=PAGES)
        if isinstance(longer, Unknown):
            return longer
        found = Unknown(UnknownReason.TOO_MUCH)
        if longer.whole:
            found = await _from_page(chain, mint, longer, OriginSource.CREATION)
    if isinstance(found, Unknown) and found.reason is not UnknownReason.UNAVAILABLE:
        return await _from_metadata(chain, mint, place, state, found)
    return found


async def _from_page(chain: Chain, mint: str, page: Page, source: OriginSource) -> TokenOrigin | Unknown:
    transactions = await read_transactions(chain, [info.signature for info in page.signatures[:OLDEST]])
    if isinstance(transactions, Unknown):
        return transactions
    for transaction in transactions.values():
        creator = _initialiser(transaction, mint)
        if creator is not None:
            return _origin(mint, creator, OriginSource.CREATION, transaction)
    if source is OriginSource.CREATION or not transactions:
        # The node has the mint's transactions, but not the one that made it.
        return Unknown(UnknownReason.NOT_KEPT)
    first = next(iter(transactions.values()))
    return _origin(mint, first.fee_payer, OriginSource.METADATA, first)


def _origin(mint: str, creator: str, source: OriginSource, shown_by: Transaction) -> TokenOrigin:
    return TokenOrigin(mint, creator, source, shown_by.signature, shown_by.slot, shown_by.block_time)


def _initialiser(transaction: Transaction, mint: str) -> str | None:
    """Who had the mint made: its first authority where that one signed, else who paid for it."""
    if transaction.error is not None:
        return None
    for step in decode_instructions(transaction.instructions):
        made = step.program in TOKEN_PROGRAMS and step.name in _INITIALIZATIONS
        if made and step.fields.get("mint") == mint:
            authority = step.fields.get("mintAuthority")
            if isinstance(authority, str) and authority in transaction.signers:
                return authority
            return transaction.fee_payer
    return None


async def _from_metadata(
    chain: Chain, mint: str, place: str, state: MintState | Unknown | None, otherwise: Unknown
) -> TokenOrigin | Unknown:
    if isinstance(state, MintState) and (own := state.extensions.metadata) is not None:
        if own.update_authority is None:
            return otherwise
        return TokenOrigin(mint, own.update_authority, OriginSource.METADATA, None, state.slot, None)
    try:
        account = (await chain.accounts([place]))[place]
    except (ChainUnavailable, ChainRefused) as error:
        return unknown(error)
    makers = read_metaplex_makers(account, mint) if account is not None else ()
    if account is None or not makers:
        return otherwise
    return TokenOrigin(mint, makers[0], OriginSource.METADATA, None, account.slot, None)
