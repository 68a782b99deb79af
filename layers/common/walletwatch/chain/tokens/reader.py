"""`ports.Tokens` from the chain."""

from collections.abc import Mapping, Sequence

from walletwatch.chain.tokens.written import read_written
from walletwatch.domain.addresses import is_address
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.tokens import TokenIdentity, identify, listed
from walletwatch.ports.chain import Chain


class ChainTokens:
    """Token-2022's own metadata, then Metaplex's; a listed token needs neither."""

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
        for mint, (minted, written) in (await read_written(self._chain, asked)).items():
            texts = written.texts if written is not None else None
            found[mint] = identify(mint, minted.decimals, texts, self._profile)
        return found
