"""`ports.Tokens` from the chain."""

from collections.abc import Mapping, Sequence

from walletwatch.chain.tokens.metadata import (
    metaplex_address,
    read_elsewhere,
    read_metaplex,
    read_token_2022,
)
from walletwatch.chain.tokens.mint_account import TOKEN_METADATA, MintAccount, read_mint
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.tokens import TokenIdentity, TokenTexts, identify, listed
from walletwatch.ports import Chain


class ChainTokens:
    """Token-2022's own metadata, then Metaplex's; a listed token needs neither.

    All mints and the places of their metadata are read together, 100 accounts a call; a second look is only
    needed where a mint points to yet another account.
    """

    def __init__(self, chain: Chain, profile: ChainProfile) -> None:
        self._chain = chain
        self._profile = profile

    async def identities(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity]:
        """What the mints are called; one that does not exist, or is no mint, is absent.

        Raises:
            ChainUnavailable: They could not be read.
        """
        found = {mint: known for mint in mints if (known := listed(mint, self._profile)) is not None}
        asked = [mint for mint in dict.fromkeys(mints) if mint not in found and is_address(mint)]
        if not asked:
            return found
        places = {mint: metaplex_address(mint) for mint in asked}
        accounts = dict(await self._chain.accounts([*asked, *places.values()]))
        read = {
            mint: minted
            for mint in asked
            if (account := accounts.get(mint)) is not None and (minted := read_mint(account)) is not None
        }
        elsewhere = {
            place
            for mint, minted in read.items()
            if (place := minted.metadata_address) is not None and place != mint and place not in accounts
        }
        if elsewhere:
            accounts.update(await self._chain.accounts(sorted(elsewhere)))
        for mint, minted in read.items():
            texts = _texts(mint, minted, places[mint], accounts)
            found[mint] = identify(mint, minted.decimals, texts, self._profile)
        return found


def _texts(
    mint: str, minted: MintAccount, metaplex: str, accounts: Mapping[str, AccountData | None]
) -> TokenTexts | None:
    own = minted.extensions.get(TOKEN_METADATA)
    place = minted.metadata_address
    # Without a pointer to itself the mint does not stand by what is written in it.
    if own is not None and place == mint:
        return read_token_2022(own, mint)
    if place is not None and place != mint:
        account = accounts.get(place)
        if account is not None:
            return read_elsewhere(account, mint)
    account = accounts.get(metaplex)
    return read_metaplex(account, mint) if account is not None else None
