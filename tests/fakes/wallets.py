"""The wallets' part of the dialogue over fakes."""

from tests.fakes.chain import FakeChain
from tests.fakes.prices import FakePrices
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.fakes.tokens import FakeTokens
from walletwatch.domain.profile import ChainProfile
from walletwatch.ports.common import Clock
from walletwatch.ports.volatile import RateLimits
from walletwatch.services.balances import Balances
from walletwatch.services.importing import Importing
from walletwatch.services.sharing import Sharing
from walletwatch.services.wallet_cards import WalletCards
from walletwatch.services.wallets import Wallets


def wallets_over(
    stores: FakeStores,
    chain: FakeChain,
    queues: FakeQueues,
    balances: Balances,
    rates: RateLimits,
    clock: Clock,
    profile: ChainProfile,
    *,
    prices: FakePrices | None = None,
    tokens: FakeTokens | None = None,
    wallets_per_chat: int = 3,
) -> Wallets:
    book = stores.book
    return Wallets(
        book,
        WalletCards(balances, chain, prices or FakePrices(clock), tokens or FakeTokens(), profile),
        Importing(stores.subscriptions, book, chain, queues, rates),
        Sharing(book, clock),
        clock,
        wallets_per_chat,
    )
