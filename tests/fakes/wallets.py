"""The wallets' part of the dialogue over fakes."""

from tests.fakes.chain import FakeChain
from tests.fakes.prices import FakePrices
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.fakes.tokens import FakeTokens
from walletwatch.ports.common import Clock
from walletwatch.ports.volatile import RateLimits
from walletwatch.services.importing import Importing
from walletwatch.services.native_balances import NativeReads
from walletwatch.services.sharing import Sharing
from walletwatch.services.valuation import Valuation
from walletwatch.services.wallets import Wallets


def wallets_over(
    stores: FakeStores,
    chain: FakeChain,
    queues: FakeQueues,
    rates: RateLimits,
    clock: Clock,
    *,
    prices: FakePrices | None = None,
    tokens: FakeTokens | None = None,
) -> Wallets:
    book = stores.book
    return Wallets(
        book,
        NativeReads(chain, Valuation(prices or FakePrices(clock), tokens or FakeTokens())),
        Importing(stores.subscriptions, book, chain, queues, rates),
        Sharing(book, clock),
        clock,
    )
