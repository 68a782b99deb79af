"""The rates of each day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.contract.conftest import Stores
from walletwatch.domain.currencies import Currency
from walletwatch.domain.money import NATIVE
from walletwatch.ports.currencies import RateSheet

DAY = date(2026, 11, 1)
NEXT = DAY + timedelta(days=1)


async def test_rates_are_kept_by_day_and_the_last_of_a_day_counts(stores: Stores) -> None:
    assert await stores.fx.quotes() == {}
    eur, jpy = Currency.EUR, Currency.JPY
    await stores.fx.keep(RateSheet(NEXT, {eur: Decimal("0.9"), jpy: Decimal("150.123456789")}))
    await stores.fx.keep(RateSheet(DAY, {eur: Decimal("0.8"), jpy: Decimal(149)}))
    await stores.fx.keep(RateSheet(DAY, {eur: Decimal("0.85"), jpy: Decimal(149)}))
    assert await stores.fx.quotes() == {
        eur: ((DAY, Decimal("0.85")), (NEXT, Decimal("0.9"))),
        jpy: ((DAY, Decimal(149)), (NEXT, Decimal("150.123456789"))),
    }


async def test_the_tokens_own_price_is_the_mean_of_its_samples_of_a_day(stores: Stores) -> None:
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    for hours, usd in ((-30, "9"), (0, "0.25"), (1, "0.75"), (11, "2"), (12, "4")):
        prices = {NATIVE: Decimal(usd), "another": Decimal(7)}
        await stores.samples.keep(prices, noon + timedelta(hours=hours))
    await stores.fx.keep_native(DAY)
    assert await stores.fx.quotes() == {
        Currency.NATIVE: ((DAY, Decimal(1)), (NEXT, Decimal("0.25"))),
    }
    await stores.samples.keep({NATIVE: Decimal(6)}, noon + timedelta(hours=13))
    await stores.fx.keep_native(NEXT)
    assert (await stores.fx.quotes())[Currency.NATIVE] == ((DAY, Decimal(1)), (NEXT, Decimal("0.2")))
