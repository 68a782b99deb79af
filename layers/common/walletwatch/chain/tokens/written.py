"""What tokens' makers have written, and where: in the mint, where the mint points to, or with Metaplex."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from walletwatch.chain.tokens.metadata import (
    metaplex_address,
    read_elsewhere,
    read_metaplex,
    read_token_2022,
)
from walletwatch.chain.tokens.mint_account import TOKEN_METADATA, MintAccount, read_mint
from walletwatch.domain.chain import AccountData
from walletwatch.domain.tokens import TokenTexts
from walletwatch.ports.chain import Chain


@dataclass(frozen=True, slots=True)
class Written:
    """What a token's maker has written.

    Attributes:
        account: Where.
        slot: At which it was read.
    """

    account: str
    texts: TokenTexts
    slot: int


async def read_written(
    chain: Chain, mints: Sequence[str]
) -> Mapping[str, tuple[MintAccount, Written | None]]:
    """The mints among these addresses, with what is written about them, None where nothing is.

    All mints and the places of their metadata are read together, 100 accounts a call; a second look is only
    needed where a mint points to yet another account.

    Raises:
        ChainUnavailable: They could not be read.
    """
    accounts = dict(await chain.accounts([*mints, *map(metaplex_address, mints)]))
    read = {
        mint: minted
        for mint in mints
        if (account := accounts.get(mint)) is not None and (minted := read_mint(account)) is not None
    }
    elsewhere = {
        place
        for mint, minted in read.items()
        if (place := minted.metadata_address) is not None and place != mint and place not in accounts
    }
    if elsewhere:
        accounts.update(await chain.accounts(sorted(elsewhere)))
    return {mint: (minted, _written(mint, minted, accounts)) for mint, minted in read.items()}


def places_outside(mint: str, pointer: str | None) -> list[str]:
    """The accounts beside the mint in which something may be written about it.

    Args:
        mint: The token.
        pointer: What its `MetadataPointer` says.
    """
    return [*([] if pointer is None or pointer == mint else [pointer]), metaplex_address(mint)]


def read_outside(
    mint: str, pointer: str | None, accounts: Mapping[str, AccountData | None]
) -> Written | None:
    """What is written beside the mint: where its pointer leads, else in Metaplex's account for it."""
    if pointer is not None and pointer != mint and (account := accounts.get(pointer)) is not None:
        texts = read_elsewhere(account, mint)
    else:
        account = accounts.get(metaplex_address(mint))
        texts = read_metaplex(account, mint) if account is not None else None
    return Written(account.address, texts, account.slot) if account is not None and texts else None


def _written(mint: str, minted: MintAccount, accounts: Mapping[str, AccountData | None]) -> Written | None:
    own = minted.extensions.get(TOKEN_METADATA)
    account = accounts[mint]
    # Without a pointer to itself the mint does not stand by what is written in it.
    if own is not None and account is not None and minted.metadata_address == mint:
        texts = read_token_2022(own, mint)
        return Written(mint, texts, account.slot) if texts is not None else None
    return read_outside(mint, minted.metadata_address, accounts)
