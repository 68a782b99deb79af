"""What wallets hold and what that is worth."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from walletwatch.domain.collectibles import Collectible, CoreAsset, HeldAssets
from walletwatch.domain.holdings import AccountSums, OwnWallets
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.markets import Markets
from walletwatch.domain.staking import WalletStakes


class Stakes(Protocol):
    """The stake accounts of wallets."""

    async def of(self, wallet: str) -> WalletStakes:
        """Those that the wallet has a say about, as of the present epoch.

        Raises:
            ChainUnavailable: The chain could not be asked.
            ChainRefused: The node does not list a wallet's stake accounts.
        """


class Sums(Protocol):
    """What known accounts hold."""

    async def of(
        self, wallets: Mapping[str, Sequence[str]], whole: Collection[str] = ()
    ) -> Mapping[str, AccountSums]:
        """What the accounts of each wallet hold, the wallet's own among them; in as few calls as can be.

        A wallet of which not all could be read is absent.

        Args:
            wallets: The further accounts of each.
            whole: Those of which the chain is asked for all token accounts, since more are known than given.
        """


class Collectibles(Protocol):
    """Tokens that are one of a kind."""

    async def of(self, mints: Sequence[str]) -> Mapping[str, Collectible]:
        """What is known of the mints; one that does not exist, or is no mint, is absent.

        Raises:
            ChainUnavailable: They could not be read.
        """


class CoreAssets(Protocol):
    """Metaplex Core assets: accounts of their own, which no token account shows."""

    async def held_by(self, wallet: str) -> HeldAssets:
        """The assets whose owner the wallet is.

        Raises:
            ChainUnavailable: The chain could not be asked.
            ChainRefused: The node does not list a program's accounts.
        """

    async def of(self, addresses: Sequence[str]) -> Mapping[str, CoreAsset]:
        """What is known of the assets; what is none, or is gone, is absent.

        Raises:
            ChainUnavailable: They could not be read.
        """


class Mints(Protocol):
    """Mints, with all that their makers can do."""

    async def state(self, address: str) -> MintState | None:
        """The mint; None where the address is none.

        Raises:
            ChainUnavailable: It could not be read.
        """


class MarketReader(Protocol):
    """The pools of the chain's exchange."""

    async def of(self, asset: str) -> Markets:
        """The pools of a mint, or of `NATIVE`: of that one, some that are known.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """


class OwnAccounts(Protocol):
    """What is known of a chat's wallets (PostgreSQL)."""

    async def own(self, chat_id: int, moment: datetime, also: Collection[str]) -> OwnWallets:
        """The wallets of a chat, and what their tokens were worth.

        Args:
            chat_id: Of the chat.
            moment: As in `Samples.price_at`.
            also: Assets whose price is wanted beside those of the wallets' tokens.
        """
