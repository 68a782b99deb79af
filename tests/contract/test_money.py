"""What assets were worth, and what is known of a chat's wallets."""

from datetime import timedelta
from decimal import Decimal

from tests.contract.conftest import Stores
from tests.contract.things import OTHER_WALLET, WALLET, address, contact
from walletwatch.domain.holdings import OwnWallet
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import NEAR
from walletwatch.domain.wallets import AccountKind, NewAccount
from walletwatch.storage.postgres.own_accounts import ACCOUNTS_PER_WALLET

MINT, OTHER_MINT = address("mint"), address("other mint")
MINUTE = timedelta(minutes=1)


async def _watch(stores: Stores, chat_id: int, wallet: str, label: str | None = None) -> tuple[int, int]:
    await stores.subscriptions.remember(contact(chat_id))
    subscribed = await stores.subscriptions.subscribe(chat_id, wallet, label, slot=1, limit=5)
    return subscribed.subscription.id, subscribed.subscription.wallet_id


async def test_the_price_nearest_to_a_moment_is_told(stores: Stores) -> None:
    now = stores.clock.now()
    await stores.samples.keep({NATIVE: Decimal("0.5"), MINT: Decimal("1e-12")}, now - 20 * MINUTE)
    await stores.samples.keep({NATIVE: Decimal("0.7")}, now + 10 * MINUTE)
    await stores.samples.keep({}, now)
    found = await stores.samples.price_at([NATIVE, MINT, OTHER_MINT], now)
    assert found == {NATIVE: Decimal("0.7"), MINT: Decimal("0.000000000001")}
    assert await stores.samples.price_at([], now) == {}


async def test_the_first_price_of_a_moment_stays(stores: Stores) -> None:
    now = stores.clock.now()
    await stores.samples.keep({NATIVE: Decimal(1)}, now)
    await stores.samples.keep({NATIVE: Decimal(2), MINT: Decimal(3)}, now)
    assert await stores.samples.price_at([NATIVE, MINT], now) == {NATIVE: Decimal(1), MINT: Decimal(3)}


async def test_a_price_of_another_time_is_none_of_this(stores: Stores) -> None:
    now = stores.clock.now()
    await stores.samples.keep({NATIVE: Decimal(1)}, now - NEAR)
    assert await stores.samples.price_at([NATIVE], now) == {NATIVE: Decimal(1)}
    assert await stores.samples.price_at([NATIVE], now + MINUTE) == {}


async def test_a_chat_has_its_own_wallets_with_their_accounts(stores: Stores) -> None:
    now = stores.clock.now()
    mine, wallet_id = await _watch(stores, 1, WALLET, "Mine")
    bare, _ = await _watch(stores, 1, OTHER_WALLET)
    await _watch(stores, 2, address("somebody else's"))
    await stores.watch.add_accounts(
        wallet_id,
        [
            NewAccount(address("token"), AccountKind.TOKEN, MINT),
            NewAccount(address("modern"), AccountKind.TOKEN_2022, OTHER_MINT),
            NewAccount(address("stake"), AccountKind.STAKE),
        ],
    )
    await stores.samples.keep({NATIVE: Decimal(1), MINT: Decimal(2), address("x"): Decimal(3)}, now)
    found = await stores.own_accounts.own(1, now, [NATIVE])
    accounts = (address("stake"), address("token"), address("modern"))
    assert found.wallets == (
        OwnWallet(mine, WALLET, "Mine", accounts, frozenset({MINT, OTHER_MINT})),
        OwnWallet(bare, OTHER_WALLET, None, (), frozenset()),
    )
    assert found.mints == {MINT, OTHER_MINT}
    assert found.before == {NATIVE: Decimal(1), MINT: Decimal(2)}
    nothing = await stores.own_accounts.own(3, now, [])
    assert (nothing.wallets, nothing.before) == ((), {})


async def test_of_a_wallet_with_very_many_accounts_stakes_come_first(stores: Stores) -> None:
    _, wallet_id = await _watch(stores, 1, WALLET)
    tokens = [
        NewAccount(address(number), AccountKind.TOKEN, MINT) for number in range(ACCOUNTS_PER_WALLET + 5)
    ]
    await stores.watch.add_accounts(wallet_id, [*tokens, NewAccount(address("stake"), AccountKind.STAKE)])
    (found,) = (await stores.own_accounts.own(1, stores.clock.now(), [])).wallets
    assert len(found.accounts) == ACCOUNTS_PER_WALLET
    assert found.accounts[0] == address("stake")
    assert found.left_out == 6
